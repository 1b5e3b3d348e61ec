"""One slip on its way through the booking desk."""

import asyncio
import itertools
from typing import Any

from federation.answers import Wallet
from federation.booked import Booked
from federation.page import Stamp
from federation.refusals import Refusal
from federation.slips import About, Answer, Asked, Order, ReceiptKey, Rule, Till

_NOTHING = Wallet(0, 0, 0, None, 0)
_NO_ORDER = Order()
_numbers = itertools.count()  # in the order in which they came
SlipKey = tuple[int, str]


class Turn:
    """What waits at the desk: who asks what, by which rule, and what became of it."""

    __slots__ = (
        "about",
        "answered",
        "ask",
        "booked",
        "by_carrier",
        "carrier",
        "cycle_id",
        "fingerprint",
        "kept",
        "looked_up",
        "members",
        "number",
        "offline",
        "order",
        "original",
        "receipt",
        "receipt_key",
        "refused",
        "rule",
        "slip_key",
        "till",
        "told",
        "tries",
    )

    def __init__(
        self, ask: Asked, rule: Rule, till: Any, about: About | None, print_of: bytes, offline: bool
    ) -> None:
        self.ask = ask
        self.rule = rule
        self.till: Till = till
        self.slip_key: SlipKey = (self.till.shop_id, ask.slip)
        self.about = about
        self.offline = offline
        self.carrier = ask.carrier or ""
        self.receipt: ReceiptKey | None = ask.receipt()
        self.receipt_key = self._receipt_key()
        self.fingerprint = print_of
        self.answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.tries = 0
        self.number = next(_numbers)
        self.members: tuple[int, ...] = about.members if about is not None else ()
        self.by_carrier = ask.original is None and about is None  # else it names whom it is about
        self.original: SlipKey | None = None
        self.looked_up = ask.original is None  # whether it is known what it is about, if anything
        self.begin()

    def begin(self) -> None:
        """Forget what an attempt that was rolled back has found."""
        self.order = _NO_ORDER
        self.refused: Refusal | None = None
        self.booked = Booked(self.member_id, _NOTHING)
        self.cycle_id = 0
        self.kept = False
        self.told: Answer | None = None

    def concern(self, members: tuple[int, ...]) -> None:
        """Whom it concerns, as was found under their locks."""
        self.members = members
        self.booked.member_id = self.member_id

    @property
    def member_id(self) -> int:
        """Whom it concerns, first of all; 0 for nobody we know."""
        return self.members[0] if self.members else 0

    @property
    def original_receipt(self) -> tuple[int, ReceiptKey] | None:
        """The receipt it is about, where it names no slip."""
        asked = self.ask.original
        if not isinstance(asked, ReceiptKey):
            return None
        return self.till.shop_of(asked.till), asked

    def is_copied_by(self, other: "Turn") -> bool:
        """Whether another slip is this very one again, by the same till."""
        return other.fingerprint == self.fingerprint and other.till is self.till

    def vouch(self, till: Till) -> None:
        """The till as it is now."""
        self.till = till
        self.slip_key = (till.shop_id, self.ask.slip)
        self.receipt_key = self._receipt_key()

    def _receipt_key(self) -> tuple[int, ReceiptKey] | None:
        """The receipt under the shop whose register printed it."""
        if self.receipt is None:
            return None
        return self.till.siblings.get(self.receipt.till, self.till.shop_id), self.receipt

    def stamp(self) -> Stamp:
        """What its entries say of who booked them, and when it happened."""
        return Stamp(
            self.till.tenant_id,
            self.till.shop_id,
            self.ask.till,
            self.ask.business_date,
            self.cycle_id,
            self.ask.at,
            self.ask.staff,
            self.ask.slip,
            self.offline,
        )

    def answer(self, answer: Answer) -> None:
        """Tell the till; it may have gone."""
        if not self.answered.done():
            self.answered.set_result(answer)

    def refuse(self, refusal: Refusal) -> None:
        """Tell the till no, without a word in the books."""
        self.answer(Answer(refusal.status, refusal.body(), retry_after=refusal.retry_after))

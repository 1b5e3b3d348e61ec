"""One slip on its way through the booking desk."""

import asyncio
from typing import Any

from federation.answers import Booked, Wallet
from federation.refusals import Refusal
from federation.slips import Answer, Asked, Order, ReceiptKey, Rule, Till, fingerprint

_NOTHING = Wallet(0, 0, 0, None, 0)


class Turn:
    """What waits at the desk: who asks what, by which rule, and what became of it."""

    __slots__ = (
        "accrual_id",
        "answered",
        "ask",
        "booked",
        "carrier",
        "cycle_id",
        "fingerprint",
        "leads_to",
        "offline",
        "order",
        "receipt",
        "redemption_id",
        "refused",
        "rule",
        "till",
        "tries",
    )

    def __init__(self, ask: Asked, rule: Rule, till: Any, offline: bool = False) -> None:
        self.ask = ask
        self.rule = rule
        self.till: Till = till
        self.offline = offline
        self.carrier = ask.carrier or ""
        self.receipt: ReceiptKey | None = ask.receipt()
        self.fingerprint = fingerprint(ask)
        self.answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.tries = 0
        self.leads_to = 0
        self.begin()

    def begin(self) -> None:
        """Forget what an attempt that was rolled back has found."""
        self.order = Order()
        self.refused: Refusal | None = None
        self.booked = Booked(0, _NOTHING)
        self.cycle_id = 0
        self.accrual_id = 0
        self.redemption_id = 0

    @property
    def slip_key(self) -> tuple[int, str]:
        return self.till.shop_id, self.ask.slip

    @property
    def original_key(self) -> tuple[int, str] | None:
        """The slip it is about; where there is one, no card is."""
        return None if self.ask.original is None else (self.till.shop_id, self.ask.original)

    @property
    def receipt_key(self) -> tuple[int, ReceiptKey] | None:
        return None if self.receipt is None else (self.till.shop_id, self.receipt)

    def answer(self, answer: Answer) -> None:
        """Tell the till; it may have gone."""
        if not self.answered.done():
            self.answered.set_result(answer)

    def refuse(self, refusal: Refusal) -> None:
        """Tell the till no, without a word in the books."""
        self.answer(Answer(refusal.status, refusal.body(), retry_after=refusal.retry_after))

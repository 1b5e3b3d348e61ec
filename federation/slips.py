"""The words of a booking: what a till asks, what a rule decides, what the books answer.

Pure: rules import these words without coming near a database.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta, Struct

from federation.refusals import Validation

# A pattern's `$` also matches before a last newline in Python; the look-ahead shuts that door.
_END = r"$(?!\n)"
SLIP_NUMBER = rf"^[A-Za-z0-9_.:/-]{{1,64}}{_END}"
TILL_CODE = rf"^[A-Za-z0-9_-]{{1,16}}{_END}"
SlipNumber = Annotated[
    str,
    Meta(
        pattern=rf"^[A-Za-z0-9_.:/-]{{1,64}}{_END}", description="伝票 · unique per shop for ever"
    ),
]
TillCode = Annotated[str, Meta(pattern=TILL_CODE)]
StaffCode = Annotated[str, Meta(pattern=rf"^[A-Za-z0-9_.-]{{1,32}}{_END}")]
ReceiptNo = Annotated[str, Meta(pattern=rf"^[A-Za-z0-9_.:/-]{{1,40}}{_END}")]
CardNumber = Annotated[
    str,
    Meta(
        pattern=rf"^([0-9]{{8}}|[0-9]{{13}}|[0-9]{{16}}|[0-9]{{20}}|[A-Da-d][0-9$:/.+-]{{4,24}}[A-Da-d]){_END}",
        description="what the scanner read: 16-digit card, 20-digit code, JAN or NW-7",
    ),
]
Points = Annotated[int, Meta(ge=1, le=10_000_000, description="whole points, 1 pt = 1 円")]
PointsOrNone = Annotated[int, Meta(ge=0, le=10_000_000, description="whole points, may be 0")]
Yen = Annotated[int, Meta(ge=0, le=10_000_000, description="税込 · whole yen")]


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What every request that writes to the books carries. `spends` says that its lots must be
    read: points are drawn, held or brought back."""

    call: ClassVar[str] = ""
    spends: ClassVar[bool] = True

    slip: SlipNumber
    till: TillCode
    staff: StaffCode | None = None
    business_date: date
    at: Annotated[datetime, Meta(tz=True)]

    def receipt(self) -> "ReceiptKey | None":
        """The receipt that this request would let earn, if any."""
        return None

    @property
    def carrier(self) -> str | None:
        """What leads to the member: a card; None where another slip does."""
        return None

    @property
    def original(self) -> "str | ReceiptKey | None":
        """The slip, or the receipt, of the same shop that this request is about, if it is."""
        return None

    @property
    def secret(self) -> str | None:
        """A PIN, which a fingerprint must not give away."""
        return None

    def days_back(self, till: Any) -> int:
        """How many days before today its business date may lie."""
        return 1


class ReceiptKey(Struct, frozen=True):
    """One receipt of one register on one business date; it earns once, whatever its slip."""

    business_date: date
    till: str
    no: str


class Till(Struct, frozen=True):
    """The till that asks, as its token and the mall's books know it.

    `vouched` is the doors' counter when that was looked up: where it has moved since, the desk
    looks again before it books. `siblings` are the tenant's registers, each with its shop: a
    receipt belongs to the shop whose register printed it.
    """

    client_id: str
    tenant_id: int
    shop_id: int
    till: str
    vouched: int
    siblings: Mapping[str, int] = {}

    @property
    def counted(self) -> frozenset[str]:
        """The limited rules whose use a booking must know."""
        return frozenset()

    def shop_of(self, register: str) -> int:
        """The shop of the tenant's register that printed a receipt."""
        return self.siblings.get(register, self.shop_id)


class Holder(Struct, frozen=True):
    """What a rule may know of a member: read under the member's lock, never looked up by a rule."""

    member_id: int
    rank: str
    points: int
    points_held: int
    points_owed: int
    state: Literal["active", "frozen", "merged", "withdrawn"]
    carrier_kind: str
    carrier_state: Literal["active", "stopped", "used"]
    pin: Literal["none", "right", "wrong", "shut"] = "none"
    used: Mapping[tuple[str, date], int] = {}  # points by (rule, business date), of counted rules


class Part(Struct, frozen=True, cache_hash=True):
    """The whole points of a grant that one party pays for."""

    funder_id: int
    party: str
    points: int


class Grant(Struct, frozen=True, cache_hash=True):
    """Points given by one rule; carved into whole points per funder, so settlement never rounds.

    Sliding points (自動延長型) have no day of their own. A counted rule's points are added to what
    the member has used of it on the business date, so that a cap holds under any load.
    """

    rule: str
    parts: tuple[Part, ...]
    expires_on: date | None
    usable_from: date
    limited: bool = False
    facility_id: int | None = None
    counted: bool = False

    @property
    def points(self) -> int:
        return sum([part.points for part in self.parts])


class Accrual(Struct, frozen=True):
    """Give points for a sale; a sale that earns none is still a sale, and says why. `slides_to` is
    the last day that this sale gives to all sliding points, where there are any."""

    paid_yen: int
    excluded_yen: int
    grants: tuple[Grant, ...]
    scheme_id: int
    slides_to: date | None = None
    reason: Literal["below-unit", "excluded", "paid-by-points"] | None = None
    yen_to_next_point: int | None = None
    lines: list[dict[str, Any]] | None = None

    @property
    def points(self) -> int:
        return sum([part.points for grant in self.grants for part in grant.parts])


class Redemption(Struct, frozen=True):
    """Spend points as yen at a shop of this facility: the soonest expiry first, or limited points
    before all others. Counted where there is a limit per day."""

    points: int
    facility_id: int | None
    receipt_no: str | None = None
    paid_yen: int | None = None  # what was paid in money beside them, where no accrual says it
    limited_first: bool = False
    slides_to: date | None = None
    counted: bool = False
    tax_treatment: Literal["PAYMENT", "DISCOUNT"] = "PAYMENT"
    discount_by_rate: tuple[tuple[int, int], ...] = ()


class Reversal(Struct, frozen=True):
    """Undo a slip whole; `cancels` where it has not arrived, and shall never be booked."""

    of: str
    reason: str
    cancels: bool = False
    nothing: bool = False


class Holding(Struct, frozen=True):
    """Set points aside for this shop, for so many minutes by the hub's clock."""

    points: int
    facility_id: int | None
    minutes: int
    limited_first: bool = False
    counted: bool = False


class Release(Struct, frozen=True):
    """Let a hold go."""


Shortage = Literal["DEDUCT_FROM_REFUND", "NEGATIVE_BALANCE", "WAIVE", "REJECT"]


class GiveBack(Struct, frozen=True):
    """A return: the points that paid and come back, what is taken back by rule, and the cash that
    would be refunded if nothing were short."""

    of: str
    returned_yen: int
    restore_points: int
    cash_yen: int
    take_back: tuple[tuple[str, int], ...]
    shortage: Shortage
    lines: list[dict[str, Any]] | None = None
    limited_first: bool = False


class Adjustment(Struct, frozen=True):
    """調整: points given (+) as a grant, or taken (-) in spending order, with a reason."""

    reason: str
    grant: Grant | None = None
    scheme_id: int = 0
    points: int = 0
    kind: Literal["adjustment", "import"] = "adjustment"


class Merging(Struct, frozen=True):
    """統合: the first member's points and carriers go to the second."""

    source_id: int
    target_id: int
    reason: str


class Leaving(Struct, frozen=True):
    """退会: what is left is forfeited, carriers stop."""

    reason: str


class Order(Struct, frozen=True):
    """What a rule decided to book for one slip: a redemption, an accrual, or both in that order; or
    one other thing."""

    redeem: Redemption | None = None
    accrue: Accrual | None = None
    reverse: Reversal | None = None
    hold: Holding | None = None
    release: Release | None = None
    give_back: GiveBack | None = None
    adjust: Adjustment | None = None
    merge: Merging | None = None
    leave: Leaving | None = None


class About(Struct, frozen=True):
    """What a request is about beyond its body: the ids in its path, whom they lead to, and the hold
    among them."""

    path: str
    members: tuple[int, ...]
    hold_id: int | None = None


Rule = Callable[[Any, Any, Any], Order]


class Answer(Struct, frozen=True):
    """The bytes that a slip is answered with, now and for ever."""

    status: int
    body: bytes
    replayed: bool = False
    retry_after: int | None = None


_sorted = msgspec.json.Encoder(order="sorted").encode


def fingerprint(ask: Asked, path: str = "", seal: Callable[[str], str] = str) -> bytes:
    """SHA-256 of the call, the ids in its path and the decoded content: keys sorted, defaults
    omitted, instants in UTC. Key order, white space and the way an instant is written do not count.
    A PIN stands in it sealed, so that nobody finds it by trying ten thousand.
    """
    try:
        content = msgspec.structs.replace(ask, at=ask.at.astimezone(UTC))
    except OverflowError:  # the first or last day of all time, and another one in UTC
        raise Validation(pointer="/at") from None
    if ask.secret is not None:
        content = msgspec.structs.replace(content, pin=seal(ask.secret))
    encoded = _sorted(content)
    return hashlib.sha256(f"{ask.call}\n{path}\n".encode() + encoded).digest()

"""The words of a booking: what a till asks, what a rule decides, what the books answer.

Pure: rules import these words without coming near a database.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

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

    def counted(self, till: Any) -> frozenset[str]:
        """The limited rules of which the member's use must be known before it is booked."""
        rules: frozenset[str] = till.counted
        return rules

    def traits(self, till: Any) -> frozenset[str]:
        """The traits of the member that its rule asks for."""
        known: frozenset[str] = till.traits
        return known

    def beside(self) -> "ReceiptKey | None":
        """The receipt on which its rule must know what was booked before, if it must."""
        return None

    def stocks(self, till: Any) -> frozenset[str]:
        """The limited counters that its booking may take from or give back to: where it is about
        another slip all that the till knows of, else none."""
        known: frozenset[str] = till.stocks
        return known if known and self.original is not None else frozenset()


class ReceiptKey(Struct, frozen=True):
    """One receipt of one register on one business date; it earns once, whatever its slip."""

    business_date: date
    till: str
    no: str


class Till(Struct, frozen=True):
    """The till that asks, as its token and the mall's books know it.

    `vouched` is the doors' counter when that was looked up: where it has moved since, the desk
    looks again before it books. `siblings` are the tenant's registers, each with its shop: a
    receipt belongs to the shop whose register printed it. `token` names the access token that was
    shown, where one was.
    """

    client_id: str
    tenant_id: int
    shop_id: int
    till: str
    vouched: int
    siblings: Mapping[str, int] = {}
    token: str = ""

    @property
    def counted(self) -> frozenset[str]:
        """The limited rules whose use a booking must know."""
        return frozenset()

    @property
    def stocks(self) -> frozenset[str]:
        """The limited counters that its rules know of (a campaign's budget, a coupon's stock)."""
        return frozenset()

    @property
    def traits(self) -> frozenset[str]:
        """The traits of a member that its rules ask for."""
        return frozenset()

    def shop_of(self, register: str) -> int:
        """The shop of the tenant's register that printed a receipt."""
        return self.siblings.get(register, self.shop_id)


class Earlier(Struct, frozen=True):
    """What was booked of a member before, for a rule that asks: the day of its first sale that
    stands, and the coupons on the receipt that this one is for."""

    first_sale_on: date | None = None
    coupons: frozenset[str] = frozenset()


NOTHING_EARLIER = Earlier()


class Holder(Struct, frozen=True):
    """What a rule may know of a member: read under the member's lock, never looked up by a rule."""

    member_id: int
    rank: str
    points: int
    points_held: int
    points_owed: int
    state: Literal["active", "unregistered", "frozen", "merged", "withdrawn"]
    carrier_kind: str
    carrier_state: Literal["active", "stopped", "used"]
    pin: Literal["none", "right", "wrong", "shut"] = "none"
    used: Mapping[tuple[str, date], int] = {}  # points by (rule, business date), of counted rules
    stocks: Mapping[str, int] = {}  # what is left of the limited counters that were asked for
    traits: frozenset[str] = frozenset()  # what it bears on the business date, as far as asked for
    earlier: Earlier = NOTHING_EARLIER


class Part(Struct, frozen=True, cache_hash=True):
    """The whole points of a grant that one party pays for."""

    funder_id: int
    party: str
    points: int


class Grant(Struct, frozen=True, cache_hash=True):
    """Points given by one rule; carved into whole points per funder, so settlement never rounds.

    Sliding points (自動延長型) have no day of their own. A counted rule's points are added to what
    the member has used of it on the business date, so that a cap holds under any load; what a
    budget at its end lacked of them is cut.
    """

    rule: str
    parts: tuple[Part, ...]
    expires_on: date | None
    usable_from: date
    limited: bool = False
    facility_id: int | None = None
    counted: bool = False
    cut_points: int = 0

    @property
    def points(self) -> int:
        return sum([part.points for part in self.parts])


class Accrual(Struct, frozen=True):
    """Give points for a sale; a sale that earns none is still a sale, and says why. `slides_to` is
    the last day that this sale gives to all sliding points, where there are any. Tallied where
    it is asked how often a member earns."""

    paid_yen: int
    excluded_yen: int
    grants: tuple[Grant, ...]
    scheme_id: int
    slides_to: date | None = None
    reason: Literal["below-unit", "excluded", "paid-by-points"] | None = None
    yen_to_next_point: int | None = None
    lines: list[dict[str, Any]] | None = None
    tenders: Mapping[str, int] | None = None  # yen by tender, where rules of tenders may ask
    tallied: bool = False

    @property
    def points(self) -> int:
        return sum([part.points for grant in self.grants for part in grant.parts])


class Redemption(Struct, frozen=True):
    """Spend points as yen at a shop of this facility: the soonest expiry first, or limited points
    before all others; of those alike, under some schemes, each funder its part. Counted where there
    is a limit per day, tallied where how often is asked as well."""

    points: int
    facility_id: int | None
    receipt_no: str | None = None
    paid_yen: int | None = None  # what was paid in money beside them, where no accrual says it
    limited_first: bool = False
    proportional: frozenset[int] = frozenset()
    slides_to: date | None = None
    counted: bool = False
    tallied: bool = False
    tax_treatment: Literal["PAYMENT", "DISCOUNT"] = "PAYMENT"
    discount_by_rate: tuple[tuple[int, int], ...] = ()


class CouponUse(Struct, frozen=True):
    """クーポン利用: so much off a price, in whole yen by whoever pays for it; of a gift nothing.
    What staff and receipt say of it stands here too."""

    code: str
    parts: tuple[Part, ...]
    scheme_id: int
    payable_yen: int
    receipt_no: str
    staff_text: str
    gift: str | None = None
    discount_by_rate: tuple[tuple[int, int], ...] = ()

    @property
    def rule(self) -> str:
        """The rule that its lots and its uses stand under."""
        return f"coupon:{self.code}"

    @property
    def discount_yen(self) -> int:
        """What it takes off."""
        return sum(part.points for part in self.parts)


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
    proportional: frozenset[int] = frozenset()
    counted: bool = False
    tallied: bool = False


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
    coupons: tuple[tuple[int, int], ...] = ()  # entries of coupons, and the yen that come back


class Correction(Struct, frozen=True):
    """訂正: points that a rule gave too much, to be taken by funder from what is left of its lots;
    and from other regular points in their stead, if that is said."""

    rule: str
    by_funder: tuple[tuple[int, int], ...]
    elsewhere: bool = False


class Adjustment(Struct, frozen=True):
    """調整: points given (+) as a grant, or taken (-) in spending order, or as a correction says;
    with a reason."""

    reason: str
    grant: Grant | None = None
    scheme_id: int = 0
    points: int = 0
    kind: Literal["adjustment", "import"] = "adjustment"
    correct: Correction | None = None


class Count(Struct, frozen=True):
    """One more time that a member had something limited: under which name, on which day."""

    rule: str
    on: date
    times: int = 1


class Bonus(Struct, frozen=True):
    """ボーナス: points without a sale, each grant by its own rule and for its own time; also an
    occasion that gives none. What it counts for is limited."""

    reason: str
    grants: tuple[Grant, ...]
    scheme_id: int
    counts: tuple[Count, ...] = ()


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
    one other thing. `stocks` is what it takes (+) of limited counters or gives back (-)."""

    redeem: Redemption | None = None
    accrue: Accrual | None = None
    reverse: Reversal | None = None
    hold: Holding | None = None
    release: Release | None = None
    give_back: GiveBack | None = None
    adjust: Adjustment | None = None
    bonus: Bonus | None = None
    merge: Merging | None = None
    leave: Leaving | None = None
    coupon: CouponUse | None = None
    stocks: tuple[tuple[str, int], ...] = ()


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

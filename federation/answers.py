"""What a till is told, as Structs: balances, receipts, and the answers of every verb. Pure."""

from datetime import date, datetime
from functools import lru_cache

from msgspec import UNSET, Struct, UnsetType, field

from federation.slips import Grant


class NextToExpire(Struct, frozen=True):
    """The points that lapse first: usable to 24:00 JST of `on`."""

    points: int
    on: date


class Pending(Struct, frozen=True):
    """Points that show and cannot be spent yet; the first of them from `from` on (次回利用)."""

    points: int
    from_on: date = field(name="from")


class Balance(Struct, frozen=True):
    """What a member has: `points` with those held and pending in it, and what is owed back from
    returns."""

    points: int
    held: int
    owed: int
    next_to_expire: NextToExpire | None
    pending: Pending | UnsetType = UNSET


class DrawnLot(Struct, frozen=True, omit_defaults=True):
    """Points drawn from one lot; its issuing shop's own lots say so."""

    points: int
    expires_on: date
    own: bool = False


class Funder(Struct, frozen=True):
    """The whole points of a grant that one party pays for."""

    party: str
    points: int


class Granted(Struct, frozen=True, omit_defaults=True):
    """What one rule gave; `sliding` where its last day moves with each purchase (自動延長型), and
    `cut_points` what more it would have given, had its budget reached (予算終了)."""

    rule: str
    points: int
    expires_on: date | None
    funders: tuple[Funder, ...]
    sliding: bool = False
    usable_from: date | None = None
    cut_points: int = 0


@lru_cache(maxsize=10_000)
def all_granted(grants: tuple[Grant, ...], business_date: date) -> tuple[Granted, ...]:
    """What the rules gave, as a till is told of it; the same grants are given again and again."""
    return tuple(granted(grant, business_date) for grant in grants)


def granted(grant: Grant, business_date: date) -> Granted:
    """A grant as a till is told of it; points not usable on the day of the sale say from when."""
    return Granted(
        grant.rule,
        grant.points,
        grant.expires_on,
        tuple(Funder(part.party, part.points) for part in grant.parts),
        sliding=grant.expires_on is None,
        usable_from=grant.usable_from if grant.usable_from > business_date else None,
        cut_points=grant.cut_points,
    )


class RateDiscount(Struct, frozen=True):
    """The part of the points that is a discount on goods of one tax rate."""

    rate: int
    yen: int


class Receipt(Struct, frozen=True):
    """The answer to an accrual, a redemption, a purchase or a capture."""

    entry: str
    slip: str
    balance: Balance
    print: tuple[str, ...]
    redemption_entry: str | UnsetType = UNSET
    hold_id: str | UnsetType = UNSET
    redeemed_points: int | UnsetType = UNSET
    released_points: int | UnsetType = UNSET
    points: int | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    lots: tuple[DrawnLot, ...] | UnsetType = UNSET
    grants: tuple[Granted, ...] | UnsetType = UNSET
    yen_to_next_point: int | UnsetType = UNSET
    tax_treatment: str | UnsetType = UNSET
    discount_by_rate: tuple[RateDiscount, ...] | UnsetType = UNSET


class CouponTaken(Struct, frozen=True):
    """The answer to a coupon's use: what it takes off, what is left to pay, and what staff read;
    where the till told its lines, what of it is on goods of each tax rate."""

    entry: str
    slip: str
    coupon: str
    discount_yen: int
    pay_yen: int
    staff_text: str
    funders: tuple[Funder, ...]
    print: tuple[str, ...]
    gift: str | UnsetType = UNSET
    discount_by_rate: tuple[RateDiscount, ...] | UnsetType = UNSET


class Wallet(Struct, frozen=True, array_like=True):
    """A wallet's row as every booking statement returns it."""

    points: int
    points_held: int
    points_owed: int
    next_expires_on: date | None
    next_expiring_points: int

    def balance(self) -> Balance:
        """What the till is told of it."""
        soonest = (
            NextToExpire(self.next_expiring_points, self.next_expires_on)
            if self.next_expires_on is not None
            else None
        )
        return Balance(self.points, self.points_held, self.points_owed, soonest)


class Undone(Struct, frozen=True):
    """What a reversal undid: the slip, the points it gave and the points it spent."""

    slip: str
    points: int
    redeemed_points: int


class Reversed(Struct, frozen=True):
    """The answer to a reversal; `reversed` is null where nothing was booked by the slip."""

    slip: str
    reversed: Undone | None
    print: tuple[str, ...]
    entry: str | UnsetType = UNSET
    redemption_entry: str | UnsetType = UNSET
    balance: Balance | UnsetType = UNSET


class Held(Struct, frozen=True):
    """The answer to a hold: what is set aside, until when."""

    hold_id: str
    entry: str
    slip: str
    points: int
    expires_at: datetime
    lots: tuple[DrawnLot, ...]
    balance: Balance
    print: tuple[str, ...]


class Released(Struct, frozen=True):
    """The answer to a release: what is free again, and what of it lapsed at once."""

    hold_id: str
    entry: str
    slip: str
    released_points: int
    lapsed_points: int
    balance: Balance
    print: tuple[str, ...]


class Short(Struct, frozen=True):
    """What a return could not take back: kept from the refund, owed, or waived."""

    deducted_points: int
    owed_points: int
    waived_points: int


class ReturnedSale(Struct, frozen=True):
    """The sale that goods came back of; `closed` where its cycle has been closed, so that the
    return stands in the open cycle and points at it."""

    slip: str | None
    entry: str
    business_date: date
    cycle: int
    closed: bool


class ReturnReceipt(Struct, frozen=True):
    """The answer to a return: what comes back, what is taken back, and the cash to refund."""

    slip: str
    entry: str
    returned_yen: int
    refund_yen: int
    restored_points: int
    lapsed_points: int
    taken_back_points: int
    shortage_points: int
    shortage: Short
    original: ReturnedSale
    lots: tuple[DrawnLot, ...]
    balance: Balance
    print: tuple[str, ...]
    restore_entry: str | UnsetType = UNSET
    coupon_yen: int | UnsetType = UNSET


class Adjusted(Struct, frozen=True):
    """The answer to an adjustment: what it did to the wallet, and the last day of what it gave."""

    slip: str
    entry: str
    points: int
    balance: Balance
    expires_on: date | UnsetType = UNSET


class Gifted(Struct, frozen=True):
    """The answer to an occasion that gives points without a sale: what each rule gave."""

    slip: str
    entry: str
    points: int
    grants: tuple[Granted, ...]
    balance: Balance
    print: tuple[str, ...]


class Merged(Struct, frozen=True):
    """The answer to a merge: the points that are the heir's now, and what it has with them."""

    slip: str
    entry: str
    moved_points: int
    balance: Balance


class Left(Struct, frozen=True):
    """The answer to a withdrawal: what was forfeited, the next to lapse first."""

    slip: str
    entry: str
    forfeited_points: int
    forfeited: tuple[DrawnLot, ...]
    balance: Balance

"""What a till is told: the receipt of a booking, built once and kept as bytes for ever."""

from datetime import date
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from federation.opaque import Names
from federation.slips import Asked, Order, Reversal, Till


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


class Granted(Struct, frozen=True):
    """What one rule gave: without a day where the points slide, from a day on where not at once."""

    rule: str
    points: int
    expires_on: date | None
    funders: tuple[Funder, ...]
    usable_from: date | UnsetType = UNSET


class RateDiscount(Struct, frozen=True):
    """The part of the points that is a discount on goods of one tax rate."""

    rate: int
    yen: int


class Receipt(Struct, frozen=True):
    """The answer to an accrual, a redemption or a purchase."""

    entry: str
    slip: str
    balance: Balance
    print: tuple[str, ...]
    redemption_entry: str | UnsetType = UNSET
    redeemed_points: int | UnsetType = UNSET
    points: int | UnsetType = UNSET
    reason: str | UnsetType = UNSET
    lots: tuple[DrawnLot, ...] | UnsetType = UNSET
    grants: tuple[Granted, ...] | UnsetType = UNSET
    yen_to_next_point: int | UnsetType = UNSET
    tax_treatment: str | UnsetType = UNSET
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


class Booked(Struct):
    """What the statements did for one slip."""

    member_id: int
    wallet: Wallet
    redemption_id: int | None = None
    accrual_id: int | None = None
    lots: list[tuple[int, str, int, int, int]] = []


encode = msgspec.json.Encoder().encode


def answer(ask: Asked, till: Till, order: Order, booked: Booked, names: Names) -> bytes:
    """The receipt's bytes: nothing in it depends on when it is asked for again."""
    told: dict[str, Any] = {}
    entry_id = booked.accrual_id or booked.redemption_id
    assert entry_id is not None
    entry = names.seal("entry", booked.member_id, entry_id)
    if order.redeem is not None:
        assert booked.redemption_id is not None
        assert sum(lot[0] for lot in booked.lots) == order.redeem.points
        told["redeemed_points"] = order.redeem.points
        told["lots"] = tuple(
            DrawnLot(points, date.fromisoformat(expires_on), issuer == till.shop_id)
            for points, expires_on, issuer, _, _ in booked.lots
        )
        told["tax_treatment"] = order.redeem.tax_treatment
        if order.redeem.tax_treatment == "DISCOUNT":
            told["discount_by_rate"] = tuple(
                RateDiscount(*part) for part in order.redeem.discount_by_rate
            )
        if booked.accrual_id is not None:
            told["redemption_entry"] = names.seal("entry", booked.member_id, booked.redemption_id)
    if order.accrue is not None:
        told["points"] = order.accrue.points
        told["grants"] = tuple(
            Granted(
                grant.rule,
                grant.points,
                grant.expires_on,
                tuple(Funder(part.party, part.points) for part in grant.parts),
                grant.usable_from if grant.usable_from > ask.business_date else UNSET,
            )
            for grant in order.accrue.grants
        )
        if order.accrue.reason is not None:
            told["reason"] = order.accrue.reason
        if order.accrue.yen_to_next_point is not None:
            told["yen_to_next_point"] = order.accrue.yen_to_next_point
    balance = booked.wallet.balance()
    lines = printed(ask, order, balance, entry)
    return encode(Receipt(entry=entry, slip=ask.slip, balance=balance, print=lines, **told))


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


def reversed_answer(ask: Asked, undone: Reversal, booked: Booked, names: Names) -> bytes:
    """The bytes that a reversal is answered with."""
    entries = [
        (name, names.seal("entry", booked.member_id, entry_id))
        for name, entry_id in (
            ("entry", booked.accrual_id or booked.redemption_id),
            ("redemption_entry", booked.redemption_id if booked.accrual_id else None),
        )
        if entry_id
    ]
    if not entries:
        nothing = ("取消（計上なし）", "元伝票", f"{undone.of[-32:]:>32}")
        return encode(Reversed(ask.slip, None, nothing))
    given = undone.accrual.points if undone.accrual else 0
    spent = -undone.redemption.points if undone.redemption else 0
    balance = booked.wallet.balance()
    lines = (
        "取消",
        f"付与取消{given:>23}P",
        f"利用取消{spent:>23}P",
        f"残高{balance.points:>27}P",
        "取引番号",
        f"{entries[0][1]:>32}",
    )
    told = Undone(undone.of, given, spent)
    return encode(Reversed(ask.slip, told, lines, balance=balance, **dict(entries)))


def printed(ask: Asked, order: Order, balance: Balance, entry: str) -> tuple[str, ...]:
    """Lines of at most 32 half-width columns for the till's receipt."""
    lines = [f"会員番号{masked(ask.carrier or ''):>24}"]
    if order.redeem is not None:
        lines.append(f"今回利用{order.redeem.points:>23}P")
    if order.accrue is not None:
        lines.append(f"今回付与{order.accrue.points:>23}P")
    lines.append(f"残高{balance.points:>27}P")
    if balance.next_to_expire is not None:
        soonest = balance.next_to_expire
        lines.append(f"失効予定{f'{soonest.on:%Y/%m/%d} {soonest.points}P':>24}")
    lines += ["取引番号", f"{entry:>32}"]
    return tuple(lines)


def masked(carrier: str) -> str:
    """A carrier with all but its last four characters hidden."""
    return "*" * (len(carrier) - 4) + carrier[-4:]

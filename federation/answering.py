"""The very bytes that a slip is answered with, built once and kept for ever: nothing in them
depends on when they are asked for again."""

from collections.abc import Iterable
from typing import Any

import msgspec

from federation.answers import (
    Adjusted,
    Balance,
    CouponTaken,
    DrawnLot,
    Funder,
    Gifted,
    Held,
    Left,
    Merged,
    RateDiscount,
    Receipt,
    Released,
    ReturnedSale,
    ReturnReceipt,
    Reversed,
    Short,
    Undone,
    all_granted,
)
from federation.give_back import Returned
from federation.looking import Seen
from federation.opaque import Names
from federation.page import Entry
from federation.purse import Hold, Purse, Taken
from federation.slips import CouponUse, GiveBack
from federation.turns import Turn

encode = msgspec.json.Encoder().encode


def answer(turn: Turn, seen: Seen, names: Names) -> bytes:
    """The answer of a slip that was booked."""
    order = turn.order
    if order.reverse is not None:
        return encode(reversed_slip(turn, names))
    if order.hold is not None:
        return encode(held(turn, seen, names))
    if order.release is not None:
        return encode(released(turn, names))
    if order.give_back is not None:
        return encode(returned(turn, seen, names))
    if order.adjust is not None:
        return encode(adjusted(turn, names))
    if order.bonus is not None:
        return encode(gifted(turn, names) if turn.carrier else bonus(turn, names))
    if order.merge is not None:
        return encode(merged(turn, names))
    if order.coupon is not None:
        return encode(coupon_taken(turn, order.coupon, names))
    if order.leave is not None:
        return encode(gone(turn, seen, names))
    return encode(receipt(turn, seen, names))


def receipt(turn: Turn, seen: Seen, names: Names) -> Receipt:
    """Of an accrual, a redemption, a purchase or a capture."""
    booked, order = turn.booked, turn.order
    told: dict[str, Any] = {}
    points = order.accrue.points if order.accrue is not None else 0
    entry = booked.accrual or booked.redemption
    assert entry is not None
    if order.redeem is not None and booked.redemption is not None:
        told["redeemed_points"] = order.redeem.points
        told["lots"] = drawn(booked.taken, seen.purses[turn.member_id], turn.till.shop_id)
        told["tax_treatment"] = order.redeem.tax_treatment
        if order.redeem.tax_treatment == "DISCOUNT":
            told["discount_by_rate"] = tuple(
                RateDiscount(*part) for part in order.redeem.discount_by_rate
            )
        if booked.accrual is not None:
            told["redemption_entry"] = named(booked.redemption, names)
        if booked.hold is not None:
            told["hold_id"] = hold_name(turn, booked.hold, names)
            told["released_points"] = booked.hold.points - order.redeem.points
    if order.accrue is not None:
        told["points"] = points
        told["grants"] = all_granted(order.accrue.grants, turn.ask.business_date)
        if order.accrue.reason is not None:
            told["reason"] = order.accrue.reason
        if order.accrue.yen_to_next_point is not None:
            told["yen_to_next_point"] = order.accrue.yen_to_next_point
    balance = booked.wallet.balance()
    name = named(entry, names)
    return Receipt(name, turn.ask.slip, balance, printed(turn, balance, name, points), **told)


def hold_name(turn: Turn, of: Hold, names: Names) -> str:
    """What a hold is called to the tenant that made it, and to nobody else."""
    return names.seal("hold", turn.member_id, of.entry_id, turn.till.tenant_id)


def drawn(taken: Iterable[Taken], purse: Purse, shop_id: int) -> tuple[DrawnLot, ...]:
    """Points by lot, in the order in which they were spent; the caller's own lots say so."""
    return tuple(
        DrawnLot(points, purse.last_day(lot), lot.shop_id == shop_id) for lot, points in taken
    )


def held(turn: Turn, seen: Seen, names: Names) -> Held:
    """Of a hold."""
    booked = turn.booked
    assert booked.held is not None
    assert booked.hold is not None
    balance = booked.wallet.balance()
    entry = named(booked.held, names)
    lines = (
        masked_line(turn),
        f"取置{booked.hold.points:>27}P",
        f"残高{balance.points:>27}P",
        *number(entry),
    )
    return Held(
        hold_name(turn, booked.hold, names),
        entry,
        turn.ask.slip,
        booked.hold.points,
        booked.hold.expires_at,
        drawn(booked.taken, seen.purses[turn.member_id], turn.till.shop_id),
        balance,
        lines,
    )


def coupon_taken(turn: Turn, used: CouponUse, names: Names) -> CouponTaken:
    """Of a coupon's use."""
    entry, told = turn.booked.coupon, dict[str, Any]()
    assert entry is not None
    if used.gift is not None:
        told["gift"] = used.gift
    if used.discount_by_rate:
        told["discount_by_rate"] = tuple(RateDiscount(*part) for part in used.discount_by_rate)
    pay_yen = used.payable_yen - used.discount_yen
    name = named(entry, names)
    lines = (
        f"クーポン{used.discount_yen:>23}円",
        f"お支払{pay_yen:>25}円",
        *number(name),
    )
    return CouponTaken(
        name,
        turn.ask.slip,
        used.code,
        used.discount_yen,
        pay_yen,
        used.staff_text,
        tuple(Funder(part.party, part.points) for part in used.parts),
        lines,
        **told,
    )


def released(turn: Turn, names: Names) -> Released:
    """Of a release."""
    booked = turn.booked
    assert booked.released is not None
    assert booked.hold is not None
    balance = booked.wallet.balance()
    entry = named(booked.released, names)
    points = booked.hold.points
    lines = (f"取置解放{points:>23}P", f"残高{balance.points:>27}P", *number(entry))
    hold_id = hold_name(turn, booked.hold, names)
    return Released(hold_id, entry, turn.ask.slip, points, booked.lapsed_points, balance, lines)


def reversed_slip(turn: Turn, names: Names) -> Reversed:
    """Of a reversal; `reversed` is null where nothing was booked by the slip."""
    undone, entries = turn.order.reverse, turn.booked.reversed
    assert undone is not None
    if not entries:
        nothing = ("取消（計上なし）", "元伝票", f"{undone.of[-32:]:>32}")
        return Reversed(turn.ask.slip, None, nothing)
    given = -sum(min(0, entry.row["points"]) for entry in entries)
    spent = sum(max(0, entry.row["points"]) for entry in entries)
    balance = turn.booked.wallet.balance()
    name = named(entries[0], names)
    lines = (
        "取消",
        f"付与取消{given:>23}P",
        f"利用取消{spent:>23}P",
        f"残高{balance.points:>27}P",
        *number(name),
    )
    told = Undone(undone.of, given, spent)
    more = {"redemption_entry": named(entries[1], names)} if len(entries) > 1 else {}
    return Reversed(turn.ask.slip, told, lines, entry=name, balance=balance, **more)


def returned(turn: Turn, seen: Seen, names: Names) -> ReturnReceipt:
    """Of a return."""
    asked, done, past = turn.order.give_back, turn.booked.returned, seen.pasts[turn]
    assert asked is not None
    assert done is not None
    entry = done.take_entry or done.restore_entry or done.coupon_entry
    assert entry is not None
    original = next((e for e in past.sold if e.kind == "accrual"), next(iter(past.sold), None))
    assert original is not None
    balance = turn.booked.wallet.balance()
    name = named(entry, names)
    refund_yen = asked.cash_yen - done.deducted_points
    more: dict[str, Any] = (
        {"restore_entry": named(done.restore_entry, names)}
        if done.restore_entry is not None and done.take_entry is not None
        else {}
    )
    if past.coupons():
        more["coupon_yen"] = done.coupon_yen
    return ReturnReceipt(
        slip=turn.ask.slip,
        entry=name,
        returned_yen=asked.returned_yen,
        refund_yen=refund_yen,
        restored_points=done.restored_points,
        lapsed_points=done.lapsed_points,
        taken_back_points=done.taken_points,
        shortage_points=done.short_points,
        shortage=Short(done.deducted_points, done.owed_points, done.waived_points),
        original=ReturnedSale(
            original.slip,
            names.seal("entry", original.member_id, original.entry_id),
            original.business_date,
            original.cycle_id,
            seen.is_closed(original.cycle_id),
        ),
        lots=tuple(
            DrawnLot(points, seen.purses[lot.member_id].last_day(lot))
            for lot, points in done.restored
        ),
        balance=balance,
        print=(*printed_return(asked, done, refund_yen), *left(balance), *number(name)),
        **more,
    )


def printed_return(asked: GiveBack, done: Returned, refund_yen: int) -> list[str]:
    """What the customer's receipt of a return says."""
    lines = [
        "返品",
        f"返品額{asked.returned_yen:>25}円",
        f"返却ポイント{done.restored_points:>19}P",
    ]
    if done.lapsed_points:
        lines.append(f"うち失効{done.lapsed_points:>23}P")
    lines.append(f"付与取消{done.taken_points:>23}P")
    if done.short_points:
        lines.append(f"不足{done.short_points:>27}P")
    return [*lines, f"返金額{refund_yen:>25}円"]


def left(balance: Balance) -> tuple[str]:
    """What the member has."""
    return (f"残高{balance.points:>27}P",)


def adjusted(turn: Turn, names: Names) -> Adjusted:
    """Of what the operator gives or takes."""
    asked, entry = turn.order.adjust, turn.booked.adjusted
    assert asked is not None
    assert entry is not None
    grant = asked.grant
    more = {"expires_on": grant.expires_on} if grant is not None and grant.expires_on else {}
    balance = turn.booked.wallet.balance()
    return Adjusted(turn.ask.slip, named(entry, names), entry.row["points"], balance, **more)


def gifted(turn: Turn, names: Names) -> Gifted:
    """Of what a till gives without a sale."""
    asked, entry = turn.order.bonus, turn.booked.bonus
    assert asked is not None
    assert entry is not None
    points, balance, name = entry.row["points"], turn.booked.wallet.balance(), named(entry, names)
    lines = (masked_line(turn), f"ボーナス{points:>23}P", *left(balance), *number(name))
    grants = all_granted(asked.grants, turn.ask.business_date)
    return Gifted(turn.ask.slip, name, points, grants, balance, lines)


def bonus(turn: Turn, names: Names) -> Adjusted:
    """Of what the operator, or the hub itself, gives without a sale."""
    asked, entry = turn.order.bonus, turn.booked.bonus
    assert asked is not None
    assert entry is not None
    days = [grant.expires_on for grant in asked.grants if grant.expires_on is not None]
    more = {"expires_on": min(days)} if days else {}
    balance = turn.booked.wallet.balance()
    return Adjusted(turn.ask.slip, named(entry, names), entry.row["points"], balance, **more)


def merged(turn: Turn, names: Names) -> Merged:
    """Of a merge, by the entry of the member that is one with another now."""
    left, *_ = turn.booked.merged
    balance = turn.booked.wallet.balance()
    return Merged(turn.ask.slip, named(left, names), -left.row["points"], balance)


def gone(turn: Turn, seen: Seen, names: Names) -> Left:
    """Of a withdrawal."""
    entry = turn.booked.left
    assert entry is not None
    forfeited = tuple(
        DrawnLot(points, seen.purses[turn.member_id].last_day(lot))
        for lot, points in turn.booked.taken
    )
    balance = turn.booked.wallet.balance()
    return Left(turn.ask.slip, named(entry, names), -entry.row["points"], forfeited, balance)


def named(entry: Entry, names: Names) -> str:
    """The opaque name of an entry."""
    return names.seal("entry", entry.member_id, entry.entry_id)


def printed(turn: Turn, balance: Balance, entry: str, points: int) -> tuple[str, ...]:
    """Lines of at most 32 half-width columns for the till's receipt."""
    order, lines = turn.order, [masked_line(turn)]
    if order.redeem is not None:
        lines.append(f"今回利用{order.redeem.points:>23}P")
    if order.accrue is not None:
        lines.append(f"今回付与{points:>23}P")
    lines.append(f"残高{balance.points:>27}P")
    if (soonest := balance.next_to_expire) is not None:
        day = soonest.on.isoformat().replace("-", "/")
        lines.append(f"失効予定{f'{day} {soonest.points}P':>24}")
    return (*lines, *number(entry))


def masked_line(turn: Turn) -> str:
    """Whose receipt it is, as far as paper may say."""
    return f"会員番号{masked(turn.carrier):>24}"


def number(entry: str) -> tuple[str, str]:
    """The entry's name, for support to find it by."""
    return "取引番号", f"{entry:>32}"


def masked(carrier: str) -> str:
    """A carrier with all but its last four characters hidden."""
    return "*" * (len(carrier) - 4) + carrier[-4:]

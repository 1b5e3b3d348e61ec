"""What the books must say of a member, from the purse of the model."""

from datetime import datetime

from msgspec import UNSET

from federation.answers import Balance, NextToExpire, Pending
from tests.laws.lots import Purse
from tests.laws.town import Page, Told


def page_of(purse: Purse) -> Page:
    """Wallet, lots, entries, holds, debts and what was used, row by row."""
    return Page(
        [(purse.points, purse.held, purse.owed, purse.slides_on)],
        [
            (
                lot.shop,
                lot.rule,
                lot.funder,
                lot.points,
                lot.left,
                lot.held,
                lot.last_day,
                lot.limited,
                lot.fence,
                lot.usable_from,
            )
            for lot in purse.lots
        ],
        [
            (one.kind, one.points, one.stamp.day, one.stamp.cycle, one.stamp.shop.code)
            for one in purse.entries
        ],
        [(one.points, one.captured, one.state, one.ends) for one in purse.holds],
        [
            (one.lot.rule, one.lot.funder, one.met, one.points, one.paid, one.forgiven)
            for one in purse.debts
        ],
        sorted((rule, on, points) for (rule, on), points in purse.used.items() if points),
    )


def told_of(purse: Purse, now: datetime) -> Told:
    """What a reader is told at an instant, as if the clock's job had run."""
    today = now.date()
    held = dict.fromkeys(purse.lots, 0)
    for hold in purse.holds:
        if hold.state == "open" and hold.ends > now:
            for lot, n in hold.parts:
                held[lot] += n
    good = {lot: lot.left > 0 and purse.last(lot) >= today for lot in purse.lots}
    free = {lot: lot.left - held[lot] if good[lot] else 0 for lot in purse.lots}
    days = [purse.last(lot) for lot, n in free.items() if n]
    soonest = None
    if days:
        next_out = sum(n for lot, n in free.items() if n and purse.last(lot) == min(days))
        soonest = NextToExpire(next_out, min(days))
    later = {lot: n for lot, n in free.items() if n and lot.usable_from > today}
    pending = (
        Pending(sum(later.values()), min(lot.usable_from for lot in later)) if later else UNSET
    )
    kept = sum(held.values())
    lots = [lot for lot in purse.open_lots() if good[lot] or held[lot]]
    return Told(
        Balance(sum(free.values()) + kept, kept, purse.owed, soonest, pending),
        [
            (free[lot] + held[lot], held[lot], purse.last(lot), lot.limited, lot.rule)
            for lot in lots
        ],
    )

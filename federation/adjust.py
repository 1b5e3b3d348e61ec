"""調整・移行: points given or taken by the operator, with a reason and a funder."""

from federation.accrue import lots_of
from federation.page import ADJUSTMENT, Entry, Page, Stamp
from federation.purse import Lot, Owed, Purse, take
from federation.refusals import AlreadyMerged, MemberWithdrawn, NotEnoughPoints
from federation.slips import Accrual, Adjustment, Correction


def adjust(page: Page, purse: Purse, asked: Adjustment, stamp: Stamp) -> Entry:
    """Give a grant, or take free points in the order in which they are spent; what one day's
    adjustments come to is counted, whichever way they go."""
    if purse.state == "merged":
        raise AlreadyMerged
    if purse.state == "withdrawn":
        raise MemberWithdrawn
    if asked.grant is not None:
        entry = page.entry(purse.member_id, asked.kind, stamp, reason=asked.reason)
        given = Accrual(0, 0, (asked.grant,), asked.scheme_id)
        page.grant(purse, entry, lots_of(given, entry))
        count(page, entry, asked.grant.points)
        return entry
    if asked.correct is not None:
        return correct(page, purse, asked, asked.correct, stamp)
    free = [(lot, lot.free) for lot in purse.free_lots()]
    if asked.points > sum(points for _, points in free):
        raise NotEnoughPoints
    entry = page.entry(purse.member_id, asked.kind, stamp, reason=asked.reason)
    page.draw_all(purse, entry, take(free, asked.points), "adjustment")
    count(page, entry, asked.points)
    return entry


def correct(page: Page, purse: Purse, asked: Adjustment, wanted: Correction, stamp: Stamp) -> Entry:
    """Take what a rule gave too much, each funder's from its own lots as far as they reach; what is
    taken is free again in the rule's budget. `NotEnoughPoints` where nothing is left at all."""
    free = [(lot, lot.free) for lot in purse.free_lots()]
    own = [
        take(mine, min(points, sum(n for _, n in mine)))
        for funder_id, points in wanted.by_funder
        for mine in [[one for one in free if came_of(one[0], wanted.rule, funder_id)]]
    ]
    regular = any(not lot.limited and lot.rule != wanted.rule for lot, _ in free)
    if not any(own) and not (wanted.elsewhere and regular):
        raise NotEnoughPoints
    entry = page.entry(purse.member_id, asked.kind, stamp, reason=asked.reason)
    for some in own:
        page.draw_all(purse, entry, some, "adjustment")
    if wanted.elsewhere:
        for (funder_id, points), some in zip(wanted.by_funder, own, strict=True):
            in_stead(page, purse, entry, wanted.rule, funder_id, points - sum(n for _, n in some))
    points = -entry.row["points"]
    page.take_stock(wanted.rule, -points)
    count(page, entry, points)
    return entry


def came_of(lot: Lot, rule: str, funder_id: int) -> bool:
    """Whether a lot is of a rule and a funder."""
    return lot.rule == rule and lot.funder_id == funder_id


def in_stead(
    page: Page, purse: Purse, entry: Entry, rule: str, funder_id: int, points: int
) -> None:
    """Take what a funder's own lots lack from other regular points, in its stead."""
    other = [(lot, lot.free) for lot in purse.free_lots() if not lot.limited and lot.rule != rule]
    stead = Owed(entry.entry_id, 0, funder_id, rule, points, 0)
    for lot, some in take(other, min(points, sum(n for _, n in other))):
        page.draw(purse, entry, lot, some, "adjustment", stead)


def count(page: Page, entry: Entry, points: int) -> None:
    """So many points of a member were adjusted on a business date; what is imported is not."""
    if entry.kind == ADJUSTMENT:
        page.use(entry.member_id, ADJUSTMENT, entry.stamp.business_date, points)

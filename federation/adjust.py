"""調整・移行: points given or taken by the operator, with a reason and a funder."""

from federation.accrue import lots_of
from federation.page import ADJUSTMENT, Entry, Page, Stamp
from federation.purse import Purse, take
from federation.refusals import AlreadyMerged, MemberWithdrawn, NotEnoughPoints
from federation.slips import Accrual, Adjustment


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
    free = [(lot, lot.free) for lot in purse.free_lots()]
    if asked.points > sum(points for _, points in free):
        raise NotEnoughPoints
    entry = page.entry(purse.member_id, asked.kind, stamp, reason=asked.reason)
    page.draw_all(purse, entry, take(free, asked.points), "adjustment")
    count(page, entry, asked.points)
    return entry


def count(page: Page, entry: Entry, points: int) -> None:
    """So many points of a member were adjusted on a business date; what is imported is not."""
    if entry.kind == ADJUSTMENT:
        page.use(entry.member_id, ADJUSTMENT, entry.stamp.business_date, points)

"""調整・移行: points given or taken by the operator, with a reason and a funder."""

from federation.accrue import lots_of
from federation.page import Entry, Page, Stamp
from federation.purse import Purse, take
from federation.refusals import NotEnoughPoints
from federation.slips import Accrual, Adjustment


def adjust(page: Page, purse: Purse, asked: Adjustment, stamp: Stamp) -> Entry:
    """Give a grant, or take free points in the order in which they are spent."""
    if asked.grant is not None:
        entry = page.entry(purse.member_id, asked.kind, stamp, reason=asked.reason)
        given = Accrual(0, 0, (asked.grant,), asked.scheme_id)
        page.grant(purse, entry, lots_of(given, entry))
        return entry
    free = [(lot, lot.free) for lot in purse.free_lots()]
    if asked.points > sum(points for _, points in free):
        raise NotEnoughPoints
    entry = page.entry(purse.member_id, asked.kind, stamp, reason=asked.reason)
    page.draw_all(purse, entry, take(free, asked.points), "adjustment")
    return entry

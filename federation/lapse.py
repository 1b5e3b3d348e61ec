"""失効: what the clock has decided. Points past their last day lapse, on the business date they
expired; a hold past its time ends. Held points wait for their hold."""

from datetime import date

from federation.days import day_of, midnight_after
from federation.page import Page, Stamp
from federation.purse import Hold, Purse

# The clock's own entries are named by the operator's shop (0003_tenants.sql lays it out).
OPERATOR = 1
CLOCK = "clock"


def tick(page: Page, purse: Purse) -> None:
    """Holds end and points lapse, as of the page's instant."""
    for hold in list(purse.holds.values()):
        if hold.state == "open" and hold.expires_at <= page.now:
            end(page, purse, hold)
    lapse(page, purse)


def end(page: Page, purse: Purse, hold: Hold) -> None:
    """A hold's time is over: its points are free again."""
    day = day_of(hold.expires_at)
    stamp = Stamp(hold.tenant_id, hold.shop_id, CLOCK, day, page.cycle_of(day), hold.expires_at)
    entry = page.entry(
        purse.member_id, "release", stamp, of_entry_id=hold.entry_id, reason="expired"
    )
    page.let_go(purse, hold, "expired", entry.entry_id)


def lapse(page: Page, purse: Purse) -> int:
    """One entry for each day that is over; the points that lapsed."""
    over = [lot for lot in purse.free_lots() if purse.last_day(lot) < page.today]
    for day in sorted({purse.last_day(lot) for lot in over}):
        entry = page.entry(purse.member_id, "lapse", by_the_clock(page, day))
        for lot in over:
            if purse.last_day(lot) == day:
                page.draw(purse, entry, lot, lot.free, "lapse")
    return sum(lot.points for lot in over)


def by_the_clock(page: Page, day: date) -> Stamp:
    """The stamp of what happens when a day is over."""
    return Stamp(OPERATOR, OPERATOR, CLOCK, day, page.cycle_of(day), midnight_after(day))

"""利用: points are spent as yen, and each yen keeps the name of the lot it came from."""

from federation.page import REDEMPTION, SPENDINGS, Entry, Page, Stamp
from federation.purse import Purse, Taken
from federation.slips import ReceiptKey, Redemption


def redeem(
    page: Page, purse: Purse, spent: Redemption, stamp: Stamp, receipt: ReceiptKey | None
) -> tuple[Entry, list[Taken]]:
    """Draw the points of a redemption; nothing is written where they do not reach."""
    taken = purse.spend(
        spent.points, page.today, spent.facility_id, spent.limited_first, spent.proportional
    )
    return pay(page, purse, taken, spent, stamp, receipt), taken


def pay(
    page: Page,
    purse: Purse,
    taken: list[Taken],
    spent: Redemption,
    stamp: Stamp,
    receipt: ReceiptKey | None,
    of_entry_id: int | None = None,
) -> Entry:
    """The entry of a redemption, on the spot or of a hold, and its draws."""
    assert sum(points for _, points in taken) == spent.points
    entry = page.entry(
        purse.member_id,
        "redemption",
        stamp,
        paid_yen=spent.paid_yen,
        receipt_till=receipt.till if receipt else None,
        receipt_no=receipt.no if receipt else None,
        of_entry_id=of_entry_id,
        slides_to=spent.slides_to,
    )
    page.draw_all(purse, entry, taken, "redemption")
    purse.slide(spent.slides_to)
    if spent.counted:
        page.use(purse.member_id, REDEMPTION, stamp.business_date, spent.points)
    if spent.tallied:
        page.use(purse.member_id, SPENDINGS, stamp.business_date, 1)
    return entry

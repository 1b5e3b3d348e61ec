"""付与: points come into being, funded and dated, in the entry that granted them."""

from federation.page import EARNINGS, Entry, Page, Stamp
from federation.purse import Lot, Purse
from federation.slips import Accrual, Bonus, ReceiptKey


def accrue(
    page: Page, purse: Purse, given: Accrual, stamp: Stamp, earned: tuple[int, ReceiptKey]
) -> Entry:
    """Book an accrual with its receipt, which stands under the shop whose register printed it; a
    sale that earned nothing is booked all the same."""
    receipt_shop_id, receipt = earned
    entry = page.entry(
        purse.member_id,
        "accrual",
        stamp,
        rank=purse.rank_on(stamp.business_date),
        paid_yen=given.paid_yen,
        excluded_yen=given.excluded_yen,
        lines=given.lines,
        receipt_till=receipt.till,
        receipt_no=receipt.no,
        slides_to=given.slides_to,
    )
    purse.slide(given.slides_to)
    page.grant(purse, entry, lots_of(given, entry))
    for grant in given.grants:
        if grant.counted:
            page.use(purse.member_id, grant.rule, stamp.business_date, grant.points)
    if given.tallied:
        page.use(purse.member_id, EARNINGS, stamp.business_date, 1)
    if given.tenders:
        told = {"member_id": purse.member_id, "entry_id": entry.entry_id, "paid_yen": given.tenders}
        page.add("tenders", told)
    page.add(
        "receipts",
        {
            "shop_id": receipt_shop_id,
            "business_date": receipt.business_date,
            "receipt_till": receipt.till,
            "receipt_no": receipt.no,
            "tenant_id": stamp.tenant_id,
            "slip": stamp.slip,
            "slip_shop_id": stamp.shop_id if stamp.shop_id != receipt_shop_id else None,
        },
    )
    return entry


def lots_of(given: Accrual | Bonus, entry: Entry) -> list[Lot]:
    """The lots of an accrual, or of a bonus: its parts in the order in which ties are broken."""
    parts = [(grant, part) for grant in given.grants for part in grant.parts]
    member_id, entry_id, shop_id = entry.member_id, entry.entry_id, entry.stamp.shop_id
    return [
        Lot(
            member_id, entry_id, number, part.points, part.points, 0, shop_id, part.funder_id,
            given.scheme_id, grant.facility_id, grant.limited, grant.rule, grant.usable_from,
            grant.expires_on,
        )
        for number, (grant, part) in enumerate(parts)
    ]  # fmt: skip

"""クーポン利用: a discount comes into being as lots of whoever pays for it, and is spent at once
where it was given: so each yen of it has a funder, an entry and a slip, as every point has."""

from federation.page import Entry, Page, Stamp
from federation.past import Past, PastEntry
from federation.purse import Lot, Purse
from federation.slips import CouponUse

COUPON = "coupon"


def use_coupon(page: Page, purse: Purse, used: CouponUse, stamp: Stamp) -> Entry:
    """Book one use: the wallet is left as it was, and the use is counted for its member."""
    entry = page.entry(
        purse.member_id,
        COUPON,
        stamp,
        paid_yen=used.payable_yen - used.discount_yen,
        receipt_till=stamp.till,
        receipt_no=used.receipt_no,
        reason=used.rule,
    )
    lots = [
        Lot(
            entry.member_id, entry.entry_id, number, part.points, part.points, 0, stamp.shop_id,
            part.funder_id, used.scheme_id, None, True, used.rule, stamp.business_date,
            max(stamp.business_date, page.today),
        )
        for number, part in enumerate(used.parts)
    ]  # fmt: skip
    page.grant(purse, entry, lots)
    page.draw_all(purse, entry, [(lot, lot.points) for lot in lots], "redemption")
    page.use(purse.member_id, used.rule, stamp.business_date, 1)
    return entry


def bring_back(
    page: Page, purse: Purse, used: PastEntry, past: Past, yen: int, stamp: Stamp
) -> Entry:
    """Goods that a coupon made cheaper came back: so much of its discount is its funders' again,
    of the parts in proportion to what is left in them. The use stays used."""
    entry = page.entry(purse.member_id, "return", stamp, of_entry_id=used.entry_id)
    for lot, part in past.coupon_parts(used, yen):
        held = purse.lots[lot.key]
        page.draw(purse, entry, held, -part, "return")
        page.draw(purse, entry, held, part, "return")
    return entry

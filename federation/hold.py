"""取置: points are set aside for a shop, then captured, in part or whole, or released."""

from datetime import timedelta

from federation.lapse import lapse
from federation.page import REDEMPTION, SPENDINGS, Entry, Page, Stamp
from federation.purse import Hold, Purse, Taken, take
from federation.redeem import pay
from federation.refusals import CaptureExceedsHold, HoldCaptured, HoldExpired, HoldReleased
from federation.slips import Holding, ReceiptKey, Redemption


def hold(page: Page, purse: Purse, wanted: Holding, stamp: Stamp) -> tuple[Entry, list[Taken]]:
    """Set points aside: they are the member's still, and nobody can spend them."""
    taken = purse.spend(
        wanted.points, page.today, wanted.facility_id, wanted.limited_first, wanted.proportional
    )
    entry = page.entry(purse.member_id, "hold", stamp)
    held = Hold(
        purse.member_id,
        entry.entry_id,
        stamp.tenant_id,
        stamp.shop_id,
        stamp.business_date,
        wanted.points,
        page.now + timedelta(minutes=wanted.minutes),
        "open",
        [],
    )
    page.set_aside(purse, held, taken)
    if wanted.counted:
        page.use(purse.member_id, REDEMPTION, stamp.business_date, wanted.points)
    if wanted.tallied:
        page.use(purse.member_id, SPENDINGS, stamp.business_date, 1)
    return entry, taken


def capture(
    page: Page,
    purse: Purse,
    held: Hold,
    spent: Redemption,
    stamp: Stamp,
    receipt: ReceiptKey | None = None,
) -> tuple[Entry, list[Taken]]:
    """Spend points of a hold whatever the date; what is not captured is free again, and lapses at
    once where its day is over."""
    still_open(held)
    if spent.points > held.points:
        raise CaptureExceedsHold
    parts = sorted(
        ((purse.lots[purse.member_id, entry, part], n) for entry, part, n in held.parts),
        key=lambda one: purse.place(one[0], spent.limited_first),
    )
    page.let_go(purse, held, "captured", page.ids[0], captured=spent.points)
    taken = purse.attribute(take(parts, spent.points), parts, spent.proportional)
    return pay(page, purse, taken, spent, stamp, receipt, of_entry_id=held.entry_id), taken


def release(
    page: Page, purse: Purse, held: Hold, stamp: Stamp, kind: str = "release"
) -> tuple[Entry, int]:
    """Let a hold go; the points that lapse at once since their day is over meanwhile."""
    still_open(held)
    entry = page.entry(purse.member_id, kind, stamp, of_entry_id=held.entry_id)
    page.let_go(purse, held, "released", entry.entry_id)
    before = purse.points
    lapse(page, purse)
    return entry, before - purse.points


def still_open(held: Hold) -> None:
    """A hold ends once."""
    match held.state:
        case "captured":
            raise HoldCaptured
        case "released":
            raise HoldReleased
        case "expired":
            raise HoldExpired

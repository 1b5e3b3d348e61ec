"""退会: what is left is forfeited and lapses for its funders; the member's carriers stop."""

from federation.page import Entry, Page, Stamp
from federation.purse import Purse
from federation.slips import Leaving


def leave(page: Page, purse: Purse, leaving: Leaving, stamp: Stamp) -> Entry:
    """Let go of all holds and forfeit every point (domain 7); the ledger stays as it is."""
    for held in [hold for hold in purse.holds.values() if hold.state == "open"]:
        freed = page.entry(purse.member_id, "release", stamp, of_entry_id=held.entry_id)
        page.let_go(purse, held, "released", freed.entry_id)
    entry = page.entry(purse.member_id, "withdrawal", stamp, reason=leaving.reason)
    for lot in purse.free_lots():
        page.draw(purse, entry, lot, lot.free, "lapse")
    purse.state = "frozen"
    purse.touched = True
    page.add("members", {"member_id": purse.member_id, "state": "withdrawn"})
    return entry

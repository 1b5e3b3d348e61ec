"""退会: what is left is forfeited and lapses for its funders; the member's carriers stop."""

from federation.page import Entry, Page, Stamp
from federation.purse import Purse, Taken
from federation.refusals import AlreadyMerged, MemberWithdrawn
from federation.slips import Leaving

WITHDRAWN = "withdrawn"


def leave(page: Page, purse: Purse, leaving: Leaving, stamp: Stamp) -> tuple[Entry, list[Taken]]:
    """Let go of all holds and forfeit every point (domain 7); the ledger stays as it is. What is
    forfeited, the next to lapse first."""
    if purse.state == "merged":
        raise AlreadyMerged
    if purse.state == WITHDRAWN:
        raise MemberWithdrawn
    for held in [hold for hold in purse.holds.values() if hold.state == "open"]:
        freed = page.entry(purse.member_id, "release", stamp, of_entry_id=held.entry_id)
        page.let_go(purse, held, "released", freed.entry_id)
    entry = page.entry(purse.member_id, "withdrawal", stamp, reason=leaving.reason)
    forfeited = [(lot, lot.free) for lot in purse.free_lots()]
    page.draw_all(purse, entry, forfeited, "lapse")
    purse.become(WITHDRAWN)
    purse.touched = True
    page.add("members", {"member_id": purse.member_id, "state": WITHDRAWN})
    return entry, forfeited


def forfeit(page: Page, purse: Purse, stamp: Stamp) -> None:
    """What comes back to a member who has left is forfeited at once."""
    forfeited = [(lot, lot.free) for lot in purse.free_lots()]
    if forfeited:
        entry = page.entry(purse.member_id, "withdrawal", stamp)
        page.draw_all(purse, entry, forfeited, "lapse")

"""移行・統合: points go on as other lots, with the same funder, rule, shop and last day: under
another scheme, or another member's. Each new lot names the one it was."""

from itertools import groupby

from msgspec import structs

from federation.page import Entry, Page, Stamp
from federation.purse import Lot, Purse
from federation.refusals import (
    AlreadyMerged,
    HoldsOpen,
    MemberFrozen,
    MemberWithdrawn,
    PointsOwed,
)
from federation.slips import Merging

MERGED = "merged"


def change_over(page: Page, purse: Purse, scheme_id: int, stamp: Stamp) -> int:
    """移行精算: what is left under other schemes goes on under this one, in one entry per entry
    that had granted it, so that the order of spending stays; the points moved."""
    moving = sorted(
        (
            lot
            for lot in purse.lots.values()
            if lot.scheme_id != scheme_id and lot.free > 0 and purse.last_day(lot) >= page.today
        ),
        key=lambda lot: lot.key,
    )
    moved = sum(lot.free for lot in moving)
    for _, lots in groupby(moving, key=lambda lot: lot.entry_id):
        entry = page.entry(purse.member_id, "changeover", stamp)
        every = list(lots)
        fresh = [reborn(lot, entry, scheme_id) for lot in every]
        for lot in every:
            page.draw(purse, entry, lot, lot.free, "changeover")
        page.grant(purse, entry, fresh)
    return moved


def merge(page: Page, purses: dict[int, Purse], merging: Merging, stamp: Stamp) -> list[Entry]:
    """統合: one member's points and carriers become another's; refused while points are held or
    owed, since those are bound to their member. Both sides are booked, also where nothing moves."""
    source, target = purses[merging.source_id], purses[merging.target_id]
    still_here(source)
    still_here(target)
    if source.held:
        raise HoldsOpen
    if source.owed:
        raise PointsOwed
    booked = move_all(page, source, target, stamp)
    if not booked:
        left = page.entry(source.member_id, "merge", stamp)
        booked = [left, page.entry(target.member_id, "merge", stamp, of_entry_id=left.entry_id)]
    booked[0].row["reason"] = merging.reason
    source.become(MERGED)
    source.touched = True
    for (rule, on), points in source.used.items():
        page.use(target.member_id, rule, on, points)
    page.add(
        "members",
        {"member_id": source.member_id, "state": "merged", "merged_into": target.member_id},
    )
    return booked


def still_here(purse: Purse) -> None:
    """Whether a member can become one with another: who is frozen, gone or merged cannot."""
    match purse.state:
        case "frozen":
            raise MemberFrozen
        case "merged":
            raise AlreadyMerged
        case "withdrawn":
            raise MemberWithdrawn


def part(page: Page, source: Purse, target: Purse) -> None:
    """A merge is undone: its member stands alone again, with what it had used of limited rules."""
    source.become("active")
    source.touched = True
    for (rule, on), points in source.used.items():
        page.use(target.member_id, rule, on, -points)
    page.add("members", {"member_id": source.member_id, "state": "active"})


def move_all(page: Page, source: Purse, target: Purse, stamp: Stamp) -> list[Entry]:
    """統合: all that is free in one purse goes to another member's."""
    free = sorted(source.free_lots(), key=lambda lot: lot.key)
    if not free:
        return []
    left = page.entry(source.member_id, "merge", stamp)
    booked = [left]
    for _, lots in groupby(free, key=lambda lot: lot.entry_id):
        every = list(lots)
        slides_to = source.slides_on if any(lot.expires_on is None for lot in every) else None
        target.slide(slides_to)
        entry = page.entry(
            target.member_id, "merge", stamp, of_entry_id=left.entry_id, slides_to=slides_to
        )
        page.grant(target, entry, [reborn(lot, entry, lot.scheme_id) for lot in every])
        for lot in every:
            page.draw(source, left, lot, lot.free, "merge")
        booked.append(entry)
    return booked


def reborn(lot: Lot, entry: Entry, scheme_id: int) -> Lot:
    """What is free of a lot, as a lot of another entry."""
    return structs.replace(
        lot,
        member_id=entry.member_id,
        entry_id=entry.entry_id,
        points=lot.free,
        left=lot.free,
        held=0,
        scheme_id=scheme_id,
        came_from=lot.key,
    )

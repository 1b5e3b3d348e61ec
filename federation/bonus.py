"""ボーナス: points come into being without a sale: for a visit, a birthday, a friend."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from federation.accrue import lots_of
from federation.page import Entry, Page, Stamp
from federation.purse import Purse
from federation.refusals import AlreadyMerged, MemberWithdrawn
from federation.slips import Bonus, Count

Lines = list[dict[str, Any]]


def give(page: Page, purse: Purse, asked: Bonus, stamp: Stamp) -> Entry:
    """Book the grants of an occasion, and what it counts for, which the entry remembers: who undoes
    it frees just that."""
    if purse.state == "merged":
        raise AlreadyMerged
    if purse.state == "withdrawn":
        raise MemberWithdrawn
    lines = [
        {"counts": one.rule, "on": one.on.isoformat(), "times": one.times} for one in asked.counts
    ]
    entry = page.entry(purse.member_id, "bonus", stamp, reason=asked.reason, lines=lines or None)
    assert all(grant.expires_on is not None for grant in asked.grants), "a bonus never slides"
    page.grant(purse, entry, lots_of(asked, entry))
    for one in asked.counts:
        page.use(purse.member_id, one.rule, one.on, one.times)
    return entry


def counted(lines: Lines | None) -> Iterator[Count]:
    """What a bonus counted for, from the lines of its entry."""
    for line in lines or ():
        yield Count(line["counts"], date.fromisoformat(line["on"]), line["times"])

"""歴史を読む: what was booked, member by member in slices; nothing is written, little is held."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.purse import Lot
from federation.reading import rows
from federation.sql import statement
from settlement.whatif.happened import DrawnThen, Happened, ShortThen

HISTORY = statement(__file__, "history")
LOTS = statement(__file__, "history_lots")
DRAWS = statement(__file__, "history_draws")
SHORTS = statement(__file__, "history_shorts")
HELD = statement(__file__, "history_held")
KIN = statement(__file__, "kin")
MEMBERS = statement(__file__, "members")

MOST_MEMBERS = 500


class Family(Struct, frozen=True):
    """Members that belong together, with their entries in the order of booking."""

    members: tuple[int, ...]
    entries: list[Happened]


async def families(conn: AsyncConnection, until: datetime) -> AsyncIterator[list[Family]]:
    """Everybody's history up to an instant, some families at a time."""
    merges = await rows(conn, KIN, {"until": until})
    whose = {row["entry_id"]: row["member_id"] for row in merges}
    kin = joined(
        (row["member_id"], whose[row["of_entry_id"]])
        for row in merges
        if row["of_entry_id"] in whose
    )
    after = 0
    while True:
        asked = {"after": after, "most": MOST_MEMBERS}
        members = [row["member_id"] for row in await rows(conn, MEMBERS, asked)]
        if not members:
            return
        after = members[-1]
        own = [kin.get(one, (one,)) for one in members]
        eldest = [family for one, family in zip(members, own, strict=True) if family[0] == one]
        yield await read(conn, eldest, until)


def joined(pairs: Iterable[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    """Who belongs together, by member; a family begins with its lowest number."""
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        both = found.get(one, {one}) | found.get(other, {other})
        for member in both:
            found[member] = both
    return {one: tuple(sorted(both)) for one, both in found.items()}


async def read(
    conn: AsyncConnection, members: list[tuple[int, ...]], until: datetime
) -> list[Family]:
    """The histories of some families."""
    asked = {"members": [one for family in members for one in family], "until": until}
    lots = by_entry(await rows(conn, LOTS, asked), lot_of)
    draws = by_entry(await rows(conn, DRAWS, asked), lambda row: DrawnThen(**row))
    shorts = by_entry(await rows(conn, SHORTS, asked), lambda row: ShortThen(**row))
    held = by_entry(await rows(conn, HELD, asked), lambda row: tuple(row.values()))
    of = {member: n for n, family in enumerate(members) for member in family}
    entries: list[list[Happened]] = [[] for _ in members]
    for row in await rows(conn, HISTORY, asked):
        key = row["member_id"], row["entry_id"]
        entries[of[row["member_id"]]].append(
            Happened(
                **row,
                lots=lots.get(key, []),
                draws=draws.get(key, []),
                shorts=shorts.get(key, []),
                held=held.get(key, []),
            )
        )
    return [Family(*both) for both in zip(members, entries, strict=True) if both[1]]


def by_entry(found: list[dict[str, Any]], made: Any) -> dict[tuple[int, int], list[Any]]:
    """Rows by the entry that they belong to."""
    kept: dict[tuple[int, int], list[Any]] = {}
    for row in found:
        key = row["member_id"], row["entry_id"]
        if made is not lot_of:
            del row["member_id"], row["entry_id"]
        kept.setdefault(key, []).append(made(row))
    return kept


def lot_of(row: dict[str, Any]) -> Lot:
    """A lot as it was on its first day."""
    came_from = row["from_member_id"], row["from_entry_id"], row["from_part"]
    return Lot(
        row["member_id"], row["entry_id"], row["part"], row["points"], row["points"], 0,
        row["shop_id"], row["funder_id"], row["scheme_id"], row["facility_id"], row["limited"],
        row["rule"], row["usable_from"], row["expires_on"],
        None if came_from[0] is None else came_from,
    )  # fmt: skip

"""入会の一括処理: a slice of a file becomes members, in one transaction: who is new joins, who is
known is found by what leads to it, and what does not fit is refused row by row."""

from datetime import date, datetime
from typing import Any

import msgspec
from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation import carriers, enrol
from federation.carriers import Led
from federation.enrol import Member
from federation.sql import statement
from tenants import privacy
from tenants.member_rows import PERSONAL, Fault, MemberRow

TAKE = statement(__file__, "take_import_rows")
SETTLE = statement(__file__, "settle_import_rows")


class Waiting(Struct):
    """A row that is to be worked off; once it has joined, whose it is."""

    line: int
    row: MemberRow
    member_id: int | None
    faults: list[Fault] = []


async def take(conn: AsyncConnection, import_id: str, most: int) -> list[Waiting]:
    """The next rows of a file."""
    found = await conn.execute(TAKE, {"import_id": import_id, "most": most})
    return [
        Waiting(line, msgspec.convert(content, MemberRow), member_id)
        for line, content, member_id in await found.fetchall()
    ]


async def join_all(
    conn: AsyncConnection, import_id: str, slice_: list[Waiting], today: date, now: datetime
) -> None:
    """Join or refuse each row that has not joined, and keep that."""
    fresh = [one for one in slice_ if one.member_id is None]
    if not fresh:
        return
    keys = {key for one in fresh for _, key in keys_of(one.row)}
    leads = await enrol.leads(conn, sorted(keys))
    await enrol.lock(conn, sorted({led.member_id for led in leads.values()}))
    leads = await enrol.leads(conn, sorted(keys))  # who leads where under their locks
    states = await enrol.states(conn, sorted({led.member_id for led in leads.values()}))
    forbidden = await privacy.forbids(conn)
    for one in fresh:
        one.member_id, one.faults = placed(one.row, leads, states, forbidden)
    sound = [one for one in fresh if not one.faults]
    new = await enrol.numbers(conn, sum(one.member_id is None for one in sound))
    members: dict[int, Member] = {}
    for one in sound:
        known = one.member_id is not None
        if one.member_id is None:
            one.member_id = new.pop(0)
        told = member_of_row(one, known, leads)
        earlier = members.get(one.member_id)
        members[one.member_id] = together(earlier, told) if earlier is not None else told
    await enrol.enrol(conn, list(members.values()), today, now)
    await settle(conn, import_id, [settled_row(one) for one in fresh])


def keys_of(row: MemberRow) -> list[tuple[str, str]]:
    """What leads to the member of a row: the column, and the carrier's key."""
    found = []
    if row.card is not None:
        found.append(("card", row.card))
    if row.external_id is not None:
        found.append(("external_id", carriers.named("external", row.external_id)))
    if row.phone is not None:
        found.append(("phone", carriers.named("phone", row.phone)))
    return found


def placed(
    row: MemberRow, leads: dict[str, Led], states: dict[int, str], forbidden: bool
) -> tuple[int | None, list[Fault]]:
    """The member that a row is about, None for a new one; or why it cannot be."""
    if forbidden and (told := [c for c in PERSONAL if getattr(row, c) is not None]):
        return None, [(column, "no-personal-data") for column in told]
    member_id: int | None = None
    for column, key in keys_of(row):
        led = leads.get(key)
        if led is None:
            continue
        if column == "phone" and member_id is None:
            return None, [("phone", "other-member")]  # a phone alone says nothing of who joins
        if member_id is not None and led.member_id != member_id:
            return None, [(column, "other-member")]
        if led.state == "stopped":
            return None, [(column, "stopped")]
        if states.get(led.member_id) not in ("active", "frozen"):
            return None, [(column, "gone")]
        member_id = led.member_id
    return member_id, []


def member_of_row(one: Waiting, known: bool, leads: dict[str, Led]) -> Member:
    """A row as the members' books take it."""
    assert one.member_id is not None
    row = one.row
    kinds = {"card": "card", "external_id": "external", "phone": "phone"}
    new = [(key, kinds[column]) for column, key in keys_of(row) if key not in leads]
    told = structs.asdict(row)
    profile = {name: told[name] for name in (*PERSONAL, "external_id") if told[name] is not None}
    return Member(one.member_id, known, row.rank, new, profile)


def together(earlier: Member, later: Member) -> Member:
    """Two rows about one member: what the later says holds."""
    return structs.replace(
        earlier,
        rank=later.rank or earlier.rank,
        carriers=[*earlier.carriers, *later.carriers],
        profile=earlier.profile | later.profile,
    )


def settled_row(one: Waiting) -> dict[str, Any]:
    """Where a row stands: refused, done, or waiting for its balance."""
    if one.faults:
        return {"line": one.line, "state": "refused", "faults": one.faults}
    state = "joined" if one.row.points else "booked"
    return {"line": one.line, "state": state, "member_id": one.member_id}


async def settle(conn: AsyncConnection, import_id: str, kept: list[dict[str, Any]]) -> None:
    """Keep where rows stand; what they said is forgotten once nothing is left to do."""
    if kept:
        rows = msgspec.json.encode(kept).decode()
        await conn.execute(SETTLE, {"import_id": import_id, "rows": rows})

"""発行: a paper is made once, kept as it was issued, and read back for ever; again is a 再発行.

速報 until its cycle is approved, 確定 from then on: the first time either is asked for it is made,
under the next number. An approval that is void makes the next paper a 速報 again.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from federation.tell import tell
from settlement.lines import Party
from settlement.paper.beside import Beside, beside
from settlement.paper.daily import agreed, day_lines
from settlement.paper.paper import Before, DayLine, Edition, Paper, Profile, Unused, bare
from settlement.paper.pdf import pdf
from settlement.paper.profiles import on_day
from settlement.paper.xlsx import xlsx
from settlement.statement import Statement

STATED = statement(__file__, "stated")
KEPT = statement(__file__, "kept")
KEEP = statement(__file__, "keep")
OPERATOR = 1

Kind = Literal["pdf", "xlsx"]
Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
MAKERS: dict[Kind, Callable[[Paper], bytes]] = {"pdf": pdf, "xlsx": xlsx}
MEDIA: dict[Kind, str] = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Issued(Struct, frozen=True):
    """A paper as it was issued, as which edition, under whose approval."""

    issue: int
    edition: Edition
    plan: int | None
    body: bytes
    sha256: str
    issued_at: datetime
    copies: int


class PaperTold(Struct, frozen=True):
    """What its party reads of a paper that was issued."""

    cycle: date
    kind: Kind
    issue: int


class Sheet(Struct, frozen=True):
    """A statement that can be issued, with all that is read for it, and the plan it shows."""

    cycle_id: int
    party_id: int
    paper: Paper
    plan: int | None


async def issued(
    connect: Connect,
    cycle_id: int,
    party_id: int,
    kind: Kind,
    who: str,
    now: datetime,
    *,
    again: bool = False,
) -> Issued:
    """The paper as it was issued last, if that is still what it would say of its approval; else, or
    `again`, it is made and kept."""
    async with connect() as conn:
        known = (await beside(conn, cycle_id, party_id)).get(party_id, Beside())
        kept = await newest(conn, cycle_id, party_id, kind)
        if kept is not None and not again and holds(kept, known.plan):
            return kept
        [sheet] = await sheets(conn, cycle_id, now, party_id)
    body, issue = await asyncio.to_thread(made, sheet, kind, kept)
    async with connect() as conn:
        return await keep(conn, sheet, kind, issue, body, who, now)


def holds(kept: Issued, plan: int | None) -> bool:
    """Whether a kept paper says of its approval what is so: the same plan's, or still none; one of
    before there were editions says nothing of it."""
    said = (kept.edition == "final", kept.plan)
    return said in ((plan is not None, plan), (True, None))


def made(sheet: Sheet, kind: Kind, kept: Issued | None) -> tuple[bytes, int]:
    """A paper's bytes and its number after those that were kept; of its edition, how many times it
    was issued before is its 再発行."""
    same = kept is not None and holds(kept, sheet.plan)
    copy = kept.copies if kept is not None and same else 0
    issue = 0 if kept is None else kept.issue + 1
    return MAKERS[kind](msgspec.structs.replace(sheet.paper, issue=copy)), issue


async def newest(conn: AsyncConnection, cycle_id: int, party_id: int, kind: Kind) -> Issued | None:
    """The last issue, if there is one."""
    asked = {"cycle_id": cycle_id, "party_id": party_id, "kind": kind}
    found = await rows(conn, KEPT, asked)
    return Issued(**found[0]) if found else None


async def keep(
    conn: AsyncConnection,
    sheet: Sheet,
    kind: Kind,
    issue: int,
    body: bytes,
    who: str,
    now: datetime,
) -> Issued:
    """Keep a paper; who was first with its number is read back."""
    asked = {
        "cycle_id": sheet.cycle_id, "party_id": sheet.party_id, "kind": kind, "issue": issue,
        "edition": sheet.paper.edition, "plan": sheet.plan, "body": body, "who": who, "now": now,
    }  # fmt: skip
    async with conn.transaction():
        if (await conn.execute(KEEP, asked)).rowcount:
            first_on = date.fromisoformat(str(sheet.cycle_id))
            await tell(conn, "paper.issued", [sheet.party_id], PaperTold(first_on, kind, issue))
    kept = await newest(conn, sheet.cycle_id, sheet.party_id, kind)
    assert kept is not None, "it is there, whoever was first"
    return kept


async def sheets(
    conn: AsyncConnection,
    cycle_id: int,
    now: datetime,
    party_id: int | None = None,
) -> list[Sheet]:
    """The statements of a sealed cycle, one party's or all, ready to be issued at an instant; all
    is read in one transaction. NotFound where there is none."""
    async with conn.transaction():
        found = await rows(conn, STATED, {"cycle_id": cycle_id, "party_id": party_id})
        if not found:
            raise NotFound
        told = {row["party_id"]: statement_in(row["body"]) for row in found}
        last_on = next(iter(told.values())).last_on
        profiles = await on_day(conn, [OPERATOR, *told], last_on)
        days = await day_lines(conn, cycle_id, party_id)
        known = await beside(conn, cycle_id, party_id)
        operator = profiles.get(OPERATOR) or bare(await named(conn, OPERATOR))
    return [
        Sheet(
            cycle_id,
            row["party_id"],
            paper(
                row,
                told[row["party_id"]],
                (operator, profiles.get(row["party_id"])),
                None if days is None else days.get(row["party_id"], []),
                known[row["party_id"]],
                now,
            ),
            known[row["party_id"]].plan,
        )
        for row in found
    ]


def statement_in(body: str) -> Statement:
    """A statement as it is kept."""
    return msgspec.json.decode(body, type=Statement)


async def named(conn: AsyncConnection, party_id: int) -> Party:
    """A party under the names that receipts show."""
    query = "SELECT code, kind, name, name_en FROM tenants.parties WHERE party_id = %(party_id)s"
    [row] = await rows(conn, query, {"party_id": party_id})
    return Party(row["code"], row["kind"], row["name"], row["name_en"])


def paper(
    row: dict[str, Any],
    told: Statement,
    parties: tuple[Profile, Profile | None],
    days: Sequence[DayLine] | None,
    known: Beside,
    now: datetime,
) -> Paper:
    """All that stands on a paper, from what was read."""
    issuer, own = parties
    addressed = told.party
    if own is None:
        own = bare(Party(addressed.party, addressed.kind, addressed.name, addressed.name_en))
    return Paper(
        statement=told,
        issuer=issuer,
        addressee=own,
        issued_at=now,
        days=() if days is None else agreed(told, days),
        before=before(row, addressed.party, known),
        unused=Unused(row["opening_points"], row["closing_points"]),
        account=known.paid_by(own.lang),
        signatures=known.signatures,
        edition=known.edition,
        facilities=several(row["facilities"]),
        shops=several(row["shops"]),
        lang=own.lang,
    )


def before(row: dict[str, Any], party: str, known: Beside) -> Before | None:
    """The statement before, under its number."""
    if row["before_cycle_id"] is None:
        return None
    number = f"{row['before_cycle_id']}-{party}"
    return Before(number, row["before_yen"], known.received_yen)


def several(names: Iterable[str], most: int = 4) -> tuple[str, ...]:
    """The shops or facilities that a paper is about, the rest as a number."""
    every = tuple(names)
    return every if len(every) <= most else (*every[:most], f"他 {len(every) - most}")

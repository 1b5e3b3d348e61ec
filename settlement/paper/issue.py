"""発行: a paper is made once, kept as it was issued, and read back for ever; again is a 再発行."""

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
from settlement.paper.daily import agreed, day_lines
from settlement.paper.paper import Before, DayLine, Paper, Profile, Signature, Unused, bare
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
    """A paper as it was issued."""

    issue: int
    body: bytes
    sha256: str
    issued_at: datetime


class PaperTold(Struct, frozen=True):
    """What its party reads of a paper that was issued."""

    cycle: date
    kind: Kind
    issue: int


class Beside(Struct, frozen=True):
    """What others know of a statement: its approvals, the account (masked), what was received for
    the statement before, the invoice that it corrects."""

    signatures: tuple[Signature, ...] = ()
    account: str | None = None
    received_yen: int | None = None
    corrects: str | None = None


class Sheet(Struct, frozen=True):
    """A statement that can be issued, with all that is read for it."""

    party_id: int
    paper: Paper


async def issued(
    connect: Connect,
    cycle_id: int,
    party_id: int,
    kind: Kind,
    who: str,
    now: datetime,
    *,
    again: bool = False,
    beside: Beside | None = None,
) -> Issued:
    """The paper as it was issued last; the first time, or `again`, it is made and kept."""
    asked = {"cycle_id": cycle_id, "party_id": party_id, "kind": kind}
    async with connect() as conn:
        kept = await newest(conn, asked)
        if kept is not None and not again:
            return kept
        [sheet] = await sheets(conn, cycle_id, now, party_id, {party_id: beside or Beside()})
    issue = 0 if kept is None else kept.issue + 1
    body = await asyncio.to_thread(made, sheet.paper, kind, issue)
    async with connect() as conn:
        return await keep(conn, {**asked, "issue": issue, "body": body, "who": who, "now": now})


def made(paper: Paper, kind: Kind, issue: int = 0) -> bytes:
    """A paper's bytes."""
    return MAKERS[kind](msgspec.structs.replace(paper, issue=issue))


async def newest(conn: AsyncConnection, asked: dict[str, Any]) -> Issued | None:
    """The last issue, if there is one."""
    found = await rows(conn, KEPT, asked)
    return Issued(**found[0]) if found else None


async def keep(conn: AsyncConnection, asked: dict[str, Any]) -> Issued:
    """Keep a paper; who was first with its number is read back."""
    async with conn.transaction():
        if (await conn.execute(KEEP, asked)).rowcount:
            first_on = date.fromisoformat(str(asked["cycle_id"]))
            issued_now = PaperTold(first_on, asked["kind"], asked["issue"])
            await tell(conn, "paper.issued", [asked["party_id"]], issued_now)
    kept = await newest(conn, asked)
    assert kept is not None, "it is there, whoever was first"
    return kept


async def sheets(
    conn: AsyncConnection,
    cycle_id: int,
    now: datetime,
    party_id: int | None = None,
    beside: dict[int, Beside] | None = None,
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
        operator = profiles.get(OPERATOR) or bare(await named(conn, OPERATOR))
    return [
        Sheet(
            row["party_id"],
            paper(
                row,
                told[row["party_id"]],
                (operator, profiles.get(row["party_id"])),
                None if days is None else days.get(row["party_id"], []),
                (beside or {}).get(row["party_id"], Beside()),
                now,
            ),
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
    beside: Beside,
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
        before=before(row, addressed.party, beside),
        unused=Unused(row["opening_points"], row["closing_points"]),
        account=beside.account,
        signatures=beside.signatures,
        facilities=several(row["facilities"]),
        shops=several(row["shops"]),
        corrects=beside.corrects,
        lang=own.lang,
    )


def before(row: dict[str, Any], party: str, beside: Beside) -> Before | None:
    """The statement before, under its number."""
    if row["before_cycle_id"] is None:
        return None
    number = f"{row['before_cycle_id']}-{party}"
    return Before(number, row["before_yen"], beside.received_yen)


def several(names: Iterable[str], most: int = 4) -> tuple[str, ...]:
    """The shops or facilities that a paper is about, the rest as a number."""
    every = tuple(names)
    return every if len(every) <= most else (*every[:most], f"他 {len(every) - most}")

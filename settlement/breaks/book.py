"""突合帳: compare till, hub, statement and payout; write down what differs, and what becomes of
it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.bank.differences import PaidTooMuch, PaidTwice
from settlement.breaks import classing
from settlement.breaks.classing import (
    CLASSES,
    LEGS,
    MACHINE,
    Age,
    Class,
    Difference,
    Followed,
    Known,
    Leg,
    State,
    TillDay,
    followed,
)
from settlement.counting import PUTS
from settlement.refusals import BreakResolved
from settlement.sheet import as_csv, safe
from settlement.stages import standing
from settlement.statement import LATE
from tenants.day_end import Accruals, Close, Redemptions, Totals
from tenants.layout import Why

TILL_HUB = statement(__file__, "till_hub")
HUB_STATEMENT = statement(__file__, "hub_statement")
STATEMENT_PAYOUT = statement(__file__, "statement_payout")
KNOWN = statement(__file__, "known")
OLDEST_OPEN = statement(__file__, "oldest_open")
FOLLOW = statement(__file__, "follow")
BREAKS = statement(__file__, "breaks")
STATES = statement(__file__, "break_states")
ONE = statement(__file__, "one")
OPEN = statement(__file__, "open")
SEALED = statement(__file__, "sealed_lately")
# One compares, or explains, at a time: whoever comes second sees what the first wrote.
TURN = "SELECT pg_advisory_xact_lock(hashtext('settlement.breaks'))"
BACK = timedelta(days=31)
FURTHEST = timedelta(days=93)
TWICE = [(one.__doc__ or "").splitlines()[0] for one in (PaidTwice, PaidTooMuch)]


class Span(Struct, frozen=True):
    """What is compared: the till-days of these dates, and these cycles' statements and payments;
    None: as usual."""

    on: date | None = None
    cycle_id: int | None = None


class Compared(Struct, frozen=True):
    """What a comparison came to: breaks that were found, changed, came back, or were resolved."""

    found: int
    changed: int
    resolved: int
    open: int


class Break(Struct, frozen=True):
    """A break as it is read: what differs, of what class, how old, and where it stands."""

    break_id: str
    party: str
    leg: Leg
    subject: str
    figure: str
    business_date: date
    days: int
    age: Age
    found_at: datetime
    state: State
    kind: Class = msgspec.field(name="class")
    told: int
    found: int
    behind: tuple[str, ...]
    author: str
    reason: str
    at: datetime


class Stood(Struct, frozen=True):
    """One row of a break's life."""

    state: State
    kind: Class = msgspec.field(name="class")
    told: int
    found: int
    behind: str
    author: str
    reason: str
    at: datetime


async def compare(conn: AsyncConnection, now: datetime, span: Span = Span()) -> Compared:  # noqa: B008  a frozen Struct
    """Compare all three legs, each in a transaction of its own: cut short it leaves whole legs, and
    again it writes only what is new."""
    written: list[Followed] = []
    if span.cycle_id is None:
        written += await till_hub(conn, now, span.on)
    if span.on is None:
        written += await hub_statement(conn, now, span.cycle_id)
        written += await statement_payout(conn, now)
    return Compared(
        found=sum(one.number == 1 for one in written),
        changed=sum(one.number > 1 and one.state == "open" for one in written),
        resolved=sum(one.state == "resolved" for one in written),
        open=await how_many_open(conn),
    )


async def till_hub(conn: AsyncConnection, now: datetime, on: date | None) -> list[Followed]:
    """日計 against the hub: one business date, or the last 31 and those still open of 93."""
    today = day_of(now)
    async with conn.transaction():
        await conn.execute(TURN)
        first_on = last_on = on or today
        if on is None:
            asked = {"leg": "till-hub", "since": today - FURTHEST}
            oldest = (await rows(conn, OLDEST_OPEN, asked))[0]["first_on"]
            first_on = min(today - BACK, oldest or today)
        days = {"first_on": first_on, "last_on": last_on}
        found = [
            difference
            for row in await rows(conn, TILL_HUB, days)
            for difference in classing.of_till_day(till_day(row), today)
        ]
        return await follow(conn, found, "till-hub", days, None, now)


async def hub_statement(
    conn: AsyncConnection, now: datetime, cycle_id: int | None
) -> list[Followed]:
    """The books against sealed statements: one cycle, or those whose last day is 31 days ago."""
    asked = {"since": day_of(now) - BACK, "cycle_id": cycle_id}
    written: list[Followed] = []
    for sealed in await rows(conn, SEALED, asked):
        async with conn.transaction():
            await conn.execute(TURN)
            cycle = await standing(conn, sealed["cycle_id"])
            lines = {"cycle_id": cycle.cycle_id, "since": cycle.since, "puts": PUTS, "late": LATE}
            found = [
                classing.of_line(
                    row["party_id"], cycle.first_on, cycle.last_on, (row["code"], row["original"]),
                    (row["told"], row["found"]), (row["entries"], row["stated_entries"]),
                    row["after"],
                )
                for row in await rows(conn, HUB_STATEMENT, lines)
            ]  # fmt: skip
            days = {"first_on": cycle.last_on, "last_on": cycle.last_on}
            subjects = [cycle.first_on.isoformat()]
            written += await follow(conn, found, "hub-statement", days, subjects, now)
    return written


async def statement_payout(conn: AsyncConnection, now: datetime) -> list[Followed]:
    """What is due against its payments, and payments against the bank, of a year."""
    today = day_of(now)
    since = today - timedelta(days=366)
    async with conn.transaction():
        await conn.execute(TURN)
        asked = {"today": today, "since": since, "twice": TWICE}
        found = [payout(row, today) for row in await rows(conn, STATEMENT_PAYOUT, asked)]
        days = {"first_on": since, "last_on": today}
        return await follow(conn, found, "statement-payout", days, None, now)


async def follow(
    conn: AsyncConnection,
    found: Sequence[Difference],
    leg: Leg,
    days: dict[str, date],
    subjects: list[str] | None,
    now: datetime,
) -> list[Followed]:
    """Write down what is new of a leg, and what of it is over."""
    asked = {"leg": leg, "subjects": subjects, **days}
    known = {row["break_id"]: known_of(row) for row in await rows(conn, KNOWN, asked)}
    written = followed(found, known)
    if written:
        told = msgspec.json.encode([row_of(one, known) for one in written]).decode()
        await conn.execute(FOLLOW, {"rows": told, "now": now})
    return written


async def explain(conn: AsyncConnection, break_id: str, why: Why, now: datetime) -> None:
    """Say why a break is there; it stays until later records resolve it. `NotFound`,
    `BreakResolved`."""
    async with conn.transaction():
        await conn.execute(TURN)
        found = await rows(conn, ONE, {"break_id": break_id})
        if not found:
            raise NotFound
        was = known_of(found[0])
        if was.state == "resolved":
            raise BreakResolved
        row = row_of(
            Followed(
                break_id, was.number + 1, "explained", was.kind, was.told, was.found, was.behind,
                why.reason,
            ),
            {break_id: was},
            why.author,
        )  # fmt: skip
        told = msgspec.json.encode([row]).decode()
        await conn.execute(FOLLOW, {"rows": told, "now": now})


async def breaks(
    conn: AsyncConnection,
    today: date,
    *,
    state: State | None = None,
    leg: Leg | None = None,
    kind: Class | None = None,
    age: Age | None = None,
    party_id: int | None = None,
    after: str | None = None,
    most: int = 200,
) -> list[Break]:
    """Breaks that the reader may see, the newest business date first."""
    since, until = (None, None) if age is None else classing.days_of(age, today)
    asked = {
        "state": state, "leg": leg, "class": kind, "since": since, "until": until,
        "party_id": party_id, "after": after, "most": most,
    }  # fmt: skip
    return [break_of(row, today) for row in await rows(conn, BREAKS, asked)]


async def life_of(conn: AsyncConnection, break_id: str) -> list[Stood]:
    """Everything that became of a break, in order."""
    found = await rows(conn, STATES, {"break_id": break_id})
    return [Stood(**{"kind": row.pop("class"), **row}) for row in found]


async def how_many_open(conn: AsyncConnection) -> int:
    """How many breaks nobody has explained, and that are still there."""
    return int((await rows(conn, OPEN, {}))[0]["breaks"])


def till_day(row: dict[str, Any]) -> TillDay:
    """A till-day from its row."""
    closes = tuple(
        Close(Totals(Accruals(*one[0:3]), Redemptions(*one[3:5]), one[5], one[6]), one[7], one[8])
        for one in row["closes"] or ()
    )
    return TillDay(
        party_id=row["party_id"],
        till=row["till"],
        business_date=row["business_date"],
        told=tuple(row["told"]) if row["told"] is not None else None,
        hub=tuple(row["hub"]),
        closes=closes,
        slips=tuple((kind, slip, twin) for kind, slip, twin in row["slips"]),
        around=frozenset(row["around"]),
    )


def payout(row: dict[str, Any], today: date) -> Difference:
    """A difference of the third leg from its row."""
    cycle = date.fromisoformat(str(row["cycle_id"]))
    if row["figure"] == "planned":
        return classing.of_plan(
            row["party_id"], cycle, row["business_date"], row["told"], row["found"], row["behind"]
        )
    return classing.of_payment(
        row["party_id"], row["reference"], row["business_date"], (row["told"], row["found"]),
        row["state"], row["difference"], today,
    )  # fmt: skip


def known_of(row: dict[str, Any]) -> Known:
    """A known break from its row."""
    return Known(
        row["break_id"], row["party_id"], row["number"], row["state"], row["class"], row["told"],
        row["found"], row["behind"],
    )  # fmt: skip


def row_of(one: Followed, known: dict[str, Known], author: str = MACHINE) -> dict[str, Any]:
    """A row to be written, in the columns that `follow.sql` names."""
    row: dict[str, Any] = {
        "break_id": one.break_id, "number": one.number, "state": one.state, "class": one.kind,
        "told": one.told, "found": one.found, "behind": one.behind, "author": author,
        "reason": one.reason,
    }  # fmt: skip
    if one.first is None:
        return row | {"party_id": known[one.break_id].party_id}
    first = one.first
    return row | {
        "party_id": first.party_id, "leg": first.leg, "subject": first.subject,
        "figure": first.figure, "business_date": first.business_date,
    }  # fmt: skip


def break_of(row: dict[str, Any], today: date) -> Break:
    """A break from its row."""
    on = row["business_date"]
    return Break(
        break_id=row["break_id"], party=row["party"], leg=row["leg"], subject=row["subject"],
        figure=row["figure"], business_date=on, days=(today - on).days, age=classing.age(on, today),
        found_at=row["found_at"], state=row["state"], kind=row["class"], told=row["told"],
        found=row["found"], behind=tuple(row["behind"].splitlines()), author=row["author"],
        reason=row["reason"], at=row["at"],
    )  # fmt: skip


HEAD = (
    "差異番号", "当事者", "区間", "照合", "対象", "項目", "営業日", "日数", "経過", "分類コード",
    "分類", "申告", "台帳", "差", "状態", "起案", "理由", "根拠",
)  # fmt: skip


def as_sheet(found: Iterable[Break]) -> bytes:
    """Breaks as a spreadsheet reads them, in Japan too."""
    return as_csv(
        HEAD,
        (
            (
                one.break_id, safe(one.party), one.leg, LEGS[one.leg][0], safe(one.subject),
                one.figure, one.business_date.isoformat(), one.days, f"{one.age} d", one.kind,
                CLASSES[one.kind][0], one.told, one.found, one.found - one.told, one.state,
                safe(one.author), safe(one.reason), safe(" | ".join(one.behind)),
            )
            for one in found
        ),
    )  # fmt: skip

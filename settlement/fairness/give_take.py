"""互恵の一覧: each tenant's give and take over a span of cycles, and the floors of contracts."""

from datetime import date, datetime, time, timedelta

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.days import TOKYO
from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from settlement.fairness.ratio import GiveTake, weighed
from settlement.sheet import as_csv, safe
from tenants.layout import Why

GIVE_TAKE = statement(__file__, "give_take")
BROUGHT = statement(__file__, "brought")
FLOORS = statement(__file__, "floors")
ADD_FLOOR = statement(__file__, "add_floor")
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('settlement.give_take'))"
LONGEST = timedelta(days=1098)
A_MONTH = timedelta(days=31)
APRIL = 4
WEIGHED = (
    "party", "issued_points", "own_here_points", "own_elsewhere_points", "others_here_points",
)  # fmt: skip
HEAD = (
    "から", "まで", "当事者", "発行", "自社で利用", "他社で利用", "他社分の受入", "受入計",
    "差（送客）", "比率（0.01%）", "下限（0.01%）", "状態", "送客の件数", "送客の売上（円）",
)  # fmt: skip


class Span(Struct, frozen=True):
    """Cycles that touch these days."""

    first_on: date
    last_on: date


class GivenTaken(Struct, frozen=True):
    """互恵の一覧 of a span: of the caller alone, or of every tenant that gave or took."""

    first_on: date
    last_on: date
    tenants: tuple[GiveTake, ...]


class Part(Struct, frozen=True):
    """What a tenant gave and took in one cycle, with one counterpart; `theirs` where the points
    were the counterpart's, used at the tenant."""

    cycle: str
    other: str
    theirs: bool
    issued_points: int
    own_here_points: int
    own_elsewhere_points: int
    others_here_points: int


def span_of(today: date, first_on: date | None, last_on: date | None) -> Span:
    """The span that is asked about; without one, the fiscal year so far."""
    last = last_on or today
    year = last.year - (last.month < APRIL)
    first = first_on or date(year, APRIL, 1)
    if not timedelta() <= last - first <= LONGEST:
        raise Validation(pointer="/to")
    return Span(first, last)


async def set_floor(
    conn: AsyncConnection,
    party: str | None,
    from_on: date,
    floor_bp: int | None,
    why: Why,
    now: datetime,
) -> int:
    """A floor holds from a day on, for one tenant or (no party) for all; its version. None ends
    it. `NotFound` for a party that is no tenant."""
    asked = {"party": party, "from_on": from_on, "floor_bp": floor_bp, "now": now}
    async with conn.transaction():
        await conn.execute(ONE_AT_A_TIME)
        found = await rows(conn, ADD_FLOOR, {**asked, **structs.asdict(why)})
    if not found:
        raise NotFound(pointer="/party")
    return int(found[0]["version"])


async def given_taken(
    conn: AsyncConnection, span: Span, party_id: int | None = None, *, sales: bool = True
) -> GivenTaken:
    """What each tenant, or one, gave and took; without `sales`, not what others' points brought."""
    asked = asked_of(span, party_id)
    floors = {
        row["party"]: row["floor_bp"] for row in await rows(conn, FLOORS, {"on": span.last_on})
    }
    brought = {
        row["party_id"]: (row["sales"], row["yen"])
        for row in (await rows(conn, BROUGHT, {**asked, "since": since(span)}) if sales else ())
    }
    return GivenTaken(
        span.first_on,
        span.last_on,
        tuple(
            weighed(
                floor_bp=floors.get(row["party"], floors.get(None)),
                brought=brought.get(row["party_id"], (0, 0)),
                **{name: row[name] for name in WEIGHED},
            )
            for row in await rows(conn, GIVE_TAKE, {**asked, "apart": False})
        ),
    )


def asked_of(span: Span, party_id: int | None) -> dict[str, int | date | None]:
    """As statements take a span."""
    return {"party_id": party_id, "first_on": span.first_on, "last_on": span.last_on}


async def parts_of(conn: AsyncConnection, span: Span, party_id: int) -> list[Part]:
    """A tenant's give and take by cycle, the newest first, and counterpart."""
    found = await rows(conn, GIVE_TAKE, {**asked_of(span, party_id), "apart": True})
    return [
        Part(str(row["cycle"]), row["other"], row["theirs"], *(row[name] for name in WEIGHED[1:]))
        for row in found
    ]


def since(span: Span) -> datetime:
    """Before anything of its cycles, of a month at most, can have been booked."""
    return datetime.combine(span.first_on - A_MONTH, time(0), TOKYO)


async def below_floor(conn: AsyncConnection, today: date) -> int:
    """How many tenants stand below their floor in the fiscal year so far."""
    if not await rows(conn, FLOORS, {"on": today}):
        return 0
    found = await given_taken(conn, span_of(today, None, None), sales=False)
    return sum(one.state == "below" for one in found.tenants)


def as_sheet(found: GivenTaken) -> bytes:
    """The same as a spreadsheet reads it, in Japan too."""
    return as_csv(HEAD, (row_of(found, one) for one in found.tenants))


def row_of(found: GivenTaken, one: GiveTake) -> tuple[str | int, ...]:
    """One tenant's row; what there is not is empty."""
    _, *figures = structs.astuple(one)
    days = found.first_on.isoformat(), found.last_on.isoformat()
    return (*days, safe(one.party), *("" if figure is None else figure for figure in figures))

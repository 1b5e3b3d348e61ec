"""増減の内訳: the entries behind a movement, and the cycles behind what was used."""

from collections import Counter
from datetime import date

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct
from psycopg import AsyncConnection

from auth.people.reception import Asked, session_of
from deploy.behind import (
    MOST,
    MOST_ON_A_SHEET,
    Behind,
    Head,
    Skip,
    number,
    opened,
    saved,
    words,
)
from deploy.finance.shared import MOVED, Now
from federation.days import TOKYO, day_of
from federation.kinds import KINDS
from federation.opaque import Names
from federation.refusals import Validation
from federation.sql import statement
from settlement.calendar import DAY
from settlement.paper.balances import end_of, uses
from settlement.paper.liability import Movement, fiscal_year_opens
from settlement.passes import JOINED, whole
from tenants.showing import Show

ENTRIES = statement(__file__, "moved")
PATH = "/console/liability/moved"
USES_PATH = "/console/liability/uses"
HEADS = (
    Head("日時", "At"), Head("負担者", "Funder"), Head("種別", "Kind"), Head("取引", "Entry"),
    Head("ポイント", "Points", number=True, part=True),
)  # fmt: skip
NOT_BOOKED = {"due": ("失効（まだ計上されていない）", "lapsed, not booked yet"),
              "told-before": ("期首までに失効", "had lapsed before")}  # fmt: skip
Reads = NamedDependency[AsyncConnection]


class Which(Struct, frozen=True):
    """A movement between two days, of a funder or all."""

    movement: Movement
    since: date
    on: date
    funder: str | None = None


def asked_for(
    movement: Movement, now: date, since: date | None, on: date | None, funder: str | None
) -> Which:
    """Of today and its fiscal year, where nothing else is said."""
    on = on or now
    which = Which(movement, since or fiscal_year_opens(on), on, funder)
    if which.since > on:
        raise Validation(pointer="/on")
    return which


async def moved(
    auditor: AsyncConnection, names: Names, clock: Now, which: Which,
    *, linked: bool = False, skip: int = 0, most: int = MOST,
) -> Behind:  # fmt: skip
    """What each entry moved; the entry is a link for whoever may open it."""
    now = clock()
    at = await end_of(auditor, which.on, now)
    from_at = await end_of(auditor, which.since - DAY, now)
    asked = {
        "movement": which.movement, "funder": which.funder, "at": at, "day": day_of(at),
        "from_at": from_at, "from_day": day_of(from_at), "skip": skip, "most": most,
    }  # fmt: skip
    found = await whole(auditor, ENTRIES, asked, JOINED)
    lines = []
    for row in found:
        entry = names.seal("entry", row["member_id"], row["entry_id"])
        kind = (KINDS | NOT_BOOKED).get(row["kind"], (row["kind"], row["kind"]))
        lines.append((
            words(f"{row['at'].astimezone(TOKYO):%Y-%m-%d %H:%M}"),
            words(row["funder"], row["funder_en"]), words(*kind),
            words(entry, path=f"/console/entries/{entry}" if linked else None),
            number(row["points"]),
        ))  # fmt: skip
    span = " · ".join(one for one in (f"{which.since} – {which.on}", which.funder) if one)
    query = {"movement": which.movement, "funder": which.funder or "",
             "since": str(which.since), "on": str(which.on)}  # fmt: skip
    return Behind(
        PATH, query, MOVED[which.movement], (f"{span} · 計上の順。", f"{span} · As it was booked."),
        ("pt", "points"), found[0]["whole"] if found else 0, HEADS, lines, skip,
        found[0]["entries"] if found else 0,
    )  # fmt: skip


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_moved(
    request: Asked, auditor: Reads, clock: NamedDependency[Now], names: NamedDependency[Names],
    show: NamedDependency[Show], movement: FromQuery[Movement] = "used",
    funder: FromQuery[str | None] = None, since: FromQuery[date | None] = None,
    on: FromQuery[date | None] = None, skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """The entries behind a movement. / 増減の内訳"""
    which = asked_for(movement, day_of(clock()), since, on, funder)
    linked = "totals:read" in session_of(request).scopes
    return opened(
        request, show, await moved(auditor, names, clock, which, linked=linked, skip=skip)
    )


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_moved_csv(
    auditor: Reads, clock: NamedDependency[Now], names: NamedDependency[Names],
    movement: FromQuery[Movement] = "used", funder: FromQuery[str | None] = None,
    since: FromQuery[date | None] = None, on: FromQuery[date | None] = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 増減の内訳のCSV"""
    which = asked_for(movement, day_of(clock()), since, on, funder)
    found = await moved(auditor, names, clock, which, most=MOST_ON_A_SHEET)
    return saved(found, f"{which.movement}-{which.on}")


async def used(auditor: AsyncConnection, on: date, tenant: str | None) -> Behind:
    """What a tenant honoured in each sealed cycle of the year that is learnt from, or all together;
    a year has few cycles, so that all stand on one leaf."""
    points: Counter[date] = Counter()
    yen: Counter[date] = Counter()
    for one in await uses(auditor, on):
        if one.tenant is not None and tenant in (None, one.tenant):
            points[one.first_on] += one.points
            yen[one.first_on] += one.yen
    lines = [
        (words(cycle, path=f"/console/cycles/{cycle}"), number(points[cycle]), number(yen[cycle]))
        for cycle in sorted(points)
    ]
    of = f"{tenant} · " if tenant else ""
    return Behind(
        USES_PATH, {"tenant": tenant or "", "on": str(on)},
        ("封印した期の利用", "Used in sealed cycles"),
        (f"{of}{on} までの一年に終わった期。戻した分を引きます。",
         f"{of}The cycles of the year to {on}, less what came back."),
        ("pt", "points") if tenant else ("円", "yen"), (points if tenant else yen).total(),
        (Head("期", "Cycle"), Head("ポイント", "Points", True, tenant is not None),
         Head("受け取る円", "Yen to receive", True, tenant is None)),
        lines, 0, len(lines),
    )  # fmt: skip


@get(USES_PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_uses(
    request: Asked, auditor: Reads, clock: NamedDependency[Now], show: NamedDependency[Show],
    tenant: FromQuery[str | None] = None, on: FromQuery[date | None] = None,
) -> Response[bytes]:  # fmt: skip
    """The cycles that a forecast of use learns from. / 利用の見込の元になる期"""
    return opened(request, show, await used(auditor, on or day_of(clock()), tenant))


@get(f"{USES_PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_uses_csv(
    auditor: Reads, clock: NamedDependency[Now], tenant: FromQuery[str | None] = None,
    on: FromQuery[date | None] = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 利用の見込の元になる期のCSV"""
    return saved(await used(auditor, on or day_of(clock()), tenant), "uses")


ROUTES: list[HTTPRouteHandler] = [get_moved, get_moved_csv, get_uses, get_uses_csv]

"""仕訳と突合の画面: journals by party and month, and where till, books and bank do not agree."""

from datetime import date
from typing import Annotated, Any, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of
from deploy.finance.shared import Now
from federation.days import day_of
from federation.opaque import Names
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from settlement.breaks import book
from settlement.breaks.breaks_api import cursor, cursor_of
from settlement.breaks.classing import CLASSES, FIGURES, LEGS, Age, Class, Leg
from settlement.calendar import DAY
from settlement.paper import booking
from settlement.paper.booking import Books, csv_of
from settlement.paper.journals import PointsCost
from settlement.paper.ledger import STAGES, balances
from settlement.paper.ledger import rows as told_rows
from settlement.reading import of_code
from settlement.reports.reports_api import sheet
from settlement.stages import party_ids
from tenants.callers import Caller

COUNTED = statement(__file__, "breaks_counted")
MOST = 100
MOST_ROWS = 500
MOST_IN_SHEET = 2000
Standing = Annotated[
    Literal["open", "explained", "resolved", "all"], QueryParameter(name="state", required=False)
]
Kind = Annotated[Class | None, QueryParameter(name="class", required=False)]
Which = Leg | Literal["all"]
STANDS = {"open": ("未解明", "open"), "explained": ("説明済み", "explained"),
          "resolved": ("解消", "resolved"), "all": ("すべて", "all")}  # fmt: skip


@get("/console/journals", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_journals_page(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    party: FromQuery[str | None] = None,
    month: FromQuery[str | None] = None,
    points_cost: FromQuery[PointsCost] = "REVENUE",
    account: FromQuery[str | None] = None,
    sub: FromQuery[str] = "",
) -> Response[Any]:
    """A party's journals of a month, with what every account comes to. / 仕訳"""
    today = day_of(clock())
    parties = [one for one in await party_ids(auditor) if one.kind not in ("fund", "promotion")]
    chosen = party or next((one.party for one in parties if one.kind == "operator"), "")
    when = month or f"{today.replace(day=1) - DAY:%Y-%m}"
    books = await books_of(auditor, chosen, when, today, points_cost)
    found = [] if books is None else list(told_rows(books.journals))
    sums = {} if books is None else balances(books.journals)
    if account is not None:  # what has a part in one sum
        found = [row for row in found if (account, sub) in (row[1:3], row[4:6])]
    return reception.page(
        request, "finance/journals.html", session_of(request), parties=parties, party=chosen,
        month=when, points_cost=points_cost, books=books, found=found[:MOST_ROWS],
        more=max(len(found) - MOST_ROWS, 0), sums=sorted(sums.items()), stages=STAGES,
        account=account, sub=sub, whole=sums.get((account or "", sub), 0),
    )  # fmt: skip


@get("/console/journals.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_journals_csv(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    party: FromQuery[str],
    month: FromQuery[str],
    points_cost: FromQuery[PointsCost] = "REVENUE",
    rebook: FromQuery[bool] = False,
) -> Response[bytes]:
    """The same for a bookkeeping program. / 仕訳のCSV"""
    today = day_of(clock())
    books = await books_of(auditor, party, month, today, points_cost, rebook=rebook)
    if books is None:
        raise NotFound
    return sheet(csv_of(books.journals), f"journals-{month}-{books.party}")


async def books_of(
    conn: AsyncConnection, party: str, month: str, today: date, cost: PointsCost,
    *, rebook: bool = False,
) -> Books | None:  # fmt: skip
    """A month's journals; None where none of its cycles is sealed."""
    if not party.isprintable():
        raise NotFound
    asked = booking.Asked(await of_code(conn, party), cost, rebook)
    try:
        return await booking.of_month(conn, conn, month, today, asked)
    except NotFound:
        return None


@get("/console/reconciliation", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_reconciliation_page(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    leg: FromQuery[Which] = "all",
    standing: Standing = "open",
    kind: Kind = None,
    age: FromQuery[Age | None] = None,
    after: FromQuery[str | None] = None,
) -> Response[Any]:
    """Where till, hub, statement and payout differ, by class and age. / 三点突合"""
    today, which = day_of(clock()), None if standing == "all" else standing
    found = await book.breaks(
        auditor,
        today,
        state=which,
        leg=leg_of(leg),
        kind=kind,
        age=age,
        after=cursor_of(names, caller, after),
        most=MOST + 1,
    )
    table = {
        (row["leg"], row["kind"], row["age"]): row["breaks"]
        for row in await rows(auditor, COUNTED, {"today": today})
    }
    return reception.page(
        request, "finance/reconciliation.html", session_of(request), found=found[:MOST],
        older=cursor(names, caller, found[MOST - 1]) if len(found) > MOST else None,
        leg=leg, state=standing, kind=kind, age=age, legs=LEGS, classes=CLASSES,
        stands=STANDS, table=table, figures=FIGURES,
        ages=("0-1", "2-7", "8-30", "31+"), most=max(table.values(), default=0) or 1,
    )  # fmt: skip


def leg_of(leg: Which) -> Leg | None:
    """One comparison, or all three."""
    return None if leg == "all" else leg


@get("/console/reconciliation.csv", requires="settlement:read-all", page=True,
     include_in_schema=False)  # fmt: skip
async def get_reconciliation_csv(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    leg: FromQuery[Which] = "all",
    standing: Standing = "open",
    kind: Kind = None,
    age: FromQuery[Age | None] = None,
) -> Response[bytes]:
    """Breaks as a sheet. / 突合のCSV"""
    which = None if standing == "all" else standing
    found = await book.breaks(
        auditor, day_of(clock()), state=which, leg=leg_of(leg), kind=kind, age=age,
        most=MOST_IN_SHEET,
    )  # fmt: skip
    return sheet(book.as_sheet(found), "breaks")


@get(
    "/console/reconciliation/{break_id:str}", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_break_page(
    request: Asked,
    break_id: FromPath[str],
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
) -> Response[Any]:
    """Everything that became of one break. / 差異の経過"""
    found = await book.life_of(auditor, break_id) if break_id.isprintable() else []
    if not found:
        raise NotFound
    return reception.page(
        request, "finance/break.html", session_of(request), break_id=break_id, found=found,
        classes=CLASSES, stands=STANDS,
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [
    get_journals_page, get_journals_csv, get_reconciliation_page, get_reconciliation_csv,
    get_break_page,
]  # fmt: skip

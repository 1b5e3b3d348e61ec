"""未使用残高の内訳: the lots behind what is outstanding, each with the entry that gave it."""

from datetime import date

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
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
from deploy.finance.shared import Now
from federation.days import day_of
from federation.opaque import Names
from federation.reading import rows
from federation.sql import statement
from tenants.showing import Show

LOTS = statement(__file__, "lots")
PATH = "/console/liability/lots"
HEADS = (
    Head("失効日", "Lapses on"), Head("負担者", "Funder"), Head("規則", "Rule"),
    Head("付与の取引", "Entry"), Head("ポイント", "Points", number=True, part=True),
)  # fmt: skip


async def outstanding(
    auditor: AsyncConnection, names: Names, today: date, funder: str | None, month: date | None,
    *, linked: bool = False, skip: int = 0, most: int = MOST,
) -> Behind:  # fmt: skip
    """What is left of each lot; the entry is a link for whoever may open it."""
    asked = {"today": today, "funder": funder, "month": month, "skip": skip, "most": most}
    found = await rows(auditor, LOTS, asked)
    lines = []
    for row in found:
        entry = names.seal("entry", row["member_id"], row["entry_id"])
        lines.append((
            words(row["lapses_on"] or "–"), words(row["funder"], row["funder_en"]),
            words(row["rule"]), words(entry, path=f"/console/entries/{entry}" if linked else None),
            number(row["points"]),
        ))  # fmt: skip
    told = " · ".join(one for one in (funder, f"{month:%Y-%m}" if month else None) if one)
    return Behind(
        PATH, {"funder": funder or "", "month": str(month or "")},
        ("未使用残高の内訳", "What is outstanding"),
        (f"{today} · {told} 失効の早い順。", f"{today} · {told} The soonest to lapse first."),
        ("pt", "points"), found[0]["whole"] if found else 0, HEADS, lines, skip,
        found[0]["lots"] if found else 0,
    )  # fmt: skip


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_lots(
    request: Asked, auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    names: NamedDependency[Names], show: NamedDependency[Show],
    funder: FromQuery[str | None] = None, month: FromQuery[date | None] = None,
    skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """The lots behind what is outstanding. / 未使用残高の内訳"""
    linked = "totals:read" in session_of(request).scopes
    found = await outstanding(
        auditor, names, day_of(clock()), funder, month, linked=linked, skip=skip
    )
    return opened(request, show, found)


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_lots_csv(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    names: NamedDependency[Names], funder: FromQuery[str | None] = None,
    month: FromQuery[date | None] = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 未使用残高の内訳のCSV"""
    today = day_of(clock())
    found = await outstanding(auditor, names, today, funder, month, most=MOST_ON_A_SHEET)
    return saved(found, f"lots-{today}")


ROUTES: list[HTTPRouteHandler] = [get_lots, get_lots_csv]

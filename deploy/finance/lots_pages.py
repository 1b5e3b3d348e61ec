"""未使用残高の内訳: the lots behind what is outstanding, each with the entry that gave it."""

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
from deploy.finance.shared import Now
from federation.days import day_of
from federation.opaque import Names
from federation.sql import statement
from settlement.paper.balances import end_of
from settlement.passes import JOINED, whole
from tenants.showing import Show

LOTS = statement(__file__, "lots")
PATH = "/console/liability/lots"
HEADS = (
    Head("失効日", "Lapses on"), Head("負担者", "Funder"), Head("規則", "Rule"),
    Head("付与の取引", "Entry"), Head("ポイント", "Points", number=True, part=True),
)  # fmt: skip


class Which(Struct, frozen=True):
    """Lots at the end of a day (or now): of a funder, that lapse in a month, issued in a month."""

    on: date
    funder: str | None = None
    month: date | None = None
    issued: date | None = None

    def told(self, lapses: str, issued: str) -> str:
        """In a few words."""
        months = (
            f"{word} {month:%Y-%m}"
            for word, month in ((lapses, self.month), (issued, self.issued)) if month
        )  # fmt: skip
        return " · ".join(one for one in (str(self.on), self.funder, *months) if one)


async def outstanding(
    auditor: AsyncConnection, names: Names, clock: Now, which: Which,
    *, linked: bool = False, skip: int = 0, most: int = MOST,
) -> Behind:  # fmt: skip
    """What was left of each lot; the entry is a link for whoever may open it."""
    at = await end_of(auditor, which.on, clock())
    asked = {"at": at, "day": day_of(at), "funder": which.funder, "month": which.month,
             "issued": which.issued, "skip": skip, "most": most}  # fmt: skip
    found = await whole(auditor, LOTS, asked, JOINED)
    lines = []
    for row in found:
        entry = names.seal("entry", row["member_id"], row["entry_id"])
        lines.append((
            words(row["lapses_on"] or "–"), words(row["funder"], row["funder_en"]),
            words(row["rule"]), words(entry, path=f"/console/entries/{entry}" if linked else None),
            number(row["points"]),
        ))  # fmt: skip
    query = {"on": str(which.on), "funder": which.funder or "", "month": str(which.month or ""),
             "issued": str(which.issued or "")}  # fmt: skip
    return Behind(
        PATH, query, ("未使用残高の内訳", "What is outstanding"),
        (f"{which.told('失効', '発行')} · 失効の早い順。",
         f"{which.told('lapses', 'issued')} · The soonest to lapse first."),
        ("pt", "points"), found[0]["whole"] if found else 0, HEADS, lines, skip,
        found[0]["lots"] if found else 0,
    )  # fmt: skip


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_lots(
    request: Asked, auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    names: NamedDependency[Names], show: NamedDependency[Show], on: FromQuery[date | None] = None,
    funder: FromQuery[str | None] = None, month: FromQuery[date | None] = None,
    issued: FromQuery[date | None] = None, skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """The lots behind what was outstanding. / 未使用残高の内訳"""
    which = Which(on or day_of(clock()), funder, month, issued)
    linked = "totals:read" in session_of(request).scopes
    return opened(
        request, show, await outstanding(auditor, names, clock, which, linked=linked, skip=skip)
    )


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_lots_csv(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    names: NamedDependency[Names], on: FromQuery[date | None] = None,
    funder: FromQuery[str | None] = None, month: FromQuery[date | None] = None,
    issued: FromQuery[date | None] = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 未使用残高の内訳のCSV"""
    which = Which(on or day_of(clock()), funder, month, issued)
    found = await outstanding(auditor, names, clock, which, most=MOST_ON_A_SHEET)
    return saved(found, f"lots-{which.on}")


ROUTES: list[HTTPRouteHandler] = [get_lots, get_lots_csv]

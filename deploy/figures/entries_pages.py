"""取引明細の画面: the entries behind a figure; one entry, to every receipt and funder."""

from datetime import date
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from msgspec import Meta
from psycopg import AsyncConnection

from deploy.figures.asking import Asked, FirstOn, LastOn, Now, csv, is_wide, link, sees_few
from deploy.figures.entries import (
    MOST_ON_A_SHEET,
    Line,
    Wanted,
    granted,
    listed,
    movements,
    sum_of,
)
from deploy.figures.figures import BOOKED, FIGURES, within
from deploy.figures.places import offered, places, spots
from federation import reading
from federation.days import day_of
from federation.kinds import KINDS
from federation.opaque import Names
from federation.refusals import Validation
from settlement.sheet import as_csv, safe
from tenants.callers import Caller
from tenants.reading_api import codes, concerns, one, source_of
from tenants.showing import Show

Reads = NamedDependency[AsyncConnection]
Hour = Annotated[int, Meta(ge=0, le=23)]
Weekday = Annotated[int, Meta(ge=1, le=7)]
OneEntry = Annotated[str | None, QueryParameter(name="entry", required=False)]
HEAD = (
    "取引番号", "営業日", "時刻", "種別", "店舗", "レジ", "伝票", "レシート", "支払額（円）",
    "ポイント", "指標への算入",
)  # fmt: skip


def place_of(place: str, shop: str, tenant: str) -> str:
    """The one place that is asked about, however it is named."""
    return place or (f"shop:{shop}" if shop else f"tenant:{tenant}" if tenant else "")


def wanted_of(
    first_on: date | None, last_on: date | None, today: date, kind: str, figure: str,
    weekday: Weekday | None, hour: Hour | None, until_hour: Hour | None,
) -> Wanted:  # fmt: skip
    """Which entries are asked for; the last week where no days are."""
    if kind and kind not in KINDS:
        raise Validation(pointer="/kind")
    if figure and figure not in BOOKED:
        raise Validation(pointer="/figure")
    days = within(first_on, last_on, today, None, back=6)
    return Wanted(days, kind or None, figure or None, weekday, hour, until_hour)


@get("/console/entries", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_entries(
    request: Asked, reader: Reads, clock: NamedDependency[Now], names: NamedDependency[Names],
    show: NamedDependency[Show], place: FromQuery[str] = "", shop: FromQuery[str] = "",
    tenant: FromQuery[str] = "", kind: FromQuery[str] = "", figure: FromQuery[str] = "",
    weekday: FromQuery[Weekday | None] = None, hour: FromQuery[Hour | None] = None,
    until_hour: FromQuery[Hour | None] = None,
    after: FromQuery[str] = "", entry: OneEntry = None,
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The entries behind a figure, a page at a time. / 取引明細の画面"""
    if entry:
        return Redirect(link(f"/console/entries/{entry}", request.query_params.get("lang", "ja")))
    wanted = wanted_of(first_on, last_on, day_of(clock()), kind, figure, weekday, hour, until_hour)
    seen = await spots(reader)
    place = place_of(place, shop, tenant)
    at = places(seen, "shop", place, exact=sees_few(request))
    asked = {
        "from": str(wanted.days.first_on), "to": str(wanted.days.last_on), "place": place,
        "kind": kind, "figure": figure, "weekday": weekday, "hour": hour,
        "until_hour": until_hour,
    }  # fmt: skip
    return show(
        request, "figures/entries.html", found=await listed(reader, names, wanted, at, after),
        whole=await sum_of(reader, wanted, at), asked=asked, days=wanted.days, kinds=KINDS,
        figures={name: FIGURES[name] for name in BOOKED}, after=after,  # type: ignore[index]
        offered=offered(seen, ("area", "facility", "tenant", "shop"), place),
        link=link,
    )  # fmt: skip


@get(
    "/console/entries.csv", requires="totals:read", placed=True, page=True, include_in_schema=False
)
async def get_entries_csv(
    reader: Reads, clock: NamedDependency[Now], names: NamedDependency[Names],
    place: FromQuery[str] = "", shop: FromQuery[str] = "", tenant: FromQuery[str] = "",
    kind: FromQuery[str] = "", figure: FromQuery[str] = "",
    weekday: FromQuery[Weekday | None] = None, hour: FromQuery[Hour | None] = None,
    until_hour: FromQuery[Hour | None] = None,
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet, the newest 20,000. / 取引明細のCSV"""
    wanted = wanted_of(first_on, last_on, day_of(clock()), kind, figure, weekday, hour, until_hour)
    at = places(await spots(reader), "shop", place_of(place, shop, tenant))
    found = await listed(reader, names, wanted, at, "", MOST_ON_A_SHEET)
    return csv(as_csv(HEAD, (on_a_sheet(line) for line in found.lines)), "entries")


def on_a_sheet(line: Line) -> tuple[str | int, ...]:
    """One entry of the sheet."""
    receipt = f"{line.receipt_till or ''}-{line.receipt_no}" if line.receipt_no else ""
    return (
        line.entry,
        str(line.business_date),
        line.at.isoformat(),
        KINDS.get(line.kind, (line.kind, ""))[0],
        safe(line.shop),
        safe(line.till),
        safe(line.slip or ""),
        safe(receipt),
        "" if line.paid_yen is None else line.paid_yen,
        line.points,
        "" if line.part is None else line.part,
    )


@get(
    "/console/entries/{entry:str}", requires="totals:read", placed=True, page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_entry(
    request: Asked, entry: FromPath[str], caller: NamedDependency[Caller], reader: Reads,
    counter: NamedDependency[AsyncConnection], names: NamedDependency[Names],
    show: NamedDependency[Show],
) -> Response[bytes]:  # fmt: skip
    """One entry: what it moved, and where every point of it came from. / 取引の来歴"""
    row = await one(reader, names, entry)
    at = places(await spots(reader), "shop", "")
    called = dict(zip(at.shops, at.codes, strict=True))
    sources = await reading.provenance(reader, counter, row.member_id, row.entry_id)
    own = [source for source in sources if concerns(source, caller)]
    funders = await codes(reader, {source.funder_id for source in own})
    wide = is_wide(request)
    return show(
        request, "figures/entry.html", row=row, entry=entry, kinds=KINDS, wide=wide,
        shop=at.names[called[row.shop_id]], shop_code=called[row.shop_id],
        sources=[source_of(source, funders, names) for source in own],
        granted=await granted(reader, row.member_id, row.entry_id) if wide else [],
        movements=await movements(reader, row.member_id, row.entry_id) if wide else [],
        member=names.seal("member", 1, row.member_id), link=link,
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [get_entries, get_entries_csv, get_entry]

"""人数・他店ポイント・日計の内訳: the members, uses and days that a figure is made of."""

from datetime import date
from typing import Any, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from auth.people.reception import OPERATOR_ID
from deploy.behind import (
    MOST,
    MOST_ON_A_SHEET,
    Behind,
    Cell,
    Head,
    Skip,
    number,
    opened,
    saved,
    words,
)
from deploy.figures.asking import Asked, FirstOn, LastOn, Now, entries_link
from deploy.figures.figures import Days, within
from deploy.figures.places import Places, places, spots
from deploy.figures.tables import DECLARED, ELSEWHERE, JOINED
from deploy.pools import Pools
from federation.days import day_of
from federation.kinds import KINDS
from federation.opaque import Names
from federation.reading import rows
from federation.sql import statement
from tenants.showing import Show

JOINED_MEMBERS = statement(__file__, "joined_members")
ELSEWHERE_USES = statement(__file__, "elsewhere_uses")
DECLARED_DAYS = statement(__file__, "declared_days")
Who = Literal["active", "joined", "left"]
Part = Literal["all", "with", "without"]
Reads = NamedDependency[AsyncConnection]
COUNTED_AS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "active": (("会員", "Members"), ("いま会員である人", "Everybody who is a member now")),
    "joined": (("入会した会員", "Members who joined"), ("期間中に入会", "Between these days")),
    "left": (("退会した会員", "Members who left"), ("期間中に退会", "Between these days")),
}  # fmt: skip
STATES = {
    "active": ("利用中", "active"), "frozen": ("利用停止", "frozen"),
    "withdrawn": ("退会", "has left"), "merged": ("統合済み", "merged"),
}  # fmt: skip
DECLARED_AS: dict[Part, tuple[str, str]] = {
    "all": ("総売上（日計）", "All sales, as tills declared"),
    "with": ("ポイント利用客の売上", "Sales with points"),
    "without": ("そのほかの売上", "Sales without"),
}
POINTS = ("ポイント", "points")


def span_of(days: Days, place: str) -> dict[str, str]:
    """The days and the place, as an address names them."""
    return {"from": str(days.first_on), "to": str(days.last_on), "place": place}


def leaf_of(days: Days, at: Places, skip: int, most: int) -> dict[str, Any]:
    """Which lines a statement is asked for."""
    return days.asked() | at.asked() | {"skip": skip, "most": most}


async def joined(
    auditor: AsyncConnection, names: Names, who: Who, days: Days, at: Places, linked: bool,
    skip: int, most: int,
) -> Behind:  # fmt: skip
    """Members by the day they joined, by what they are called here; names are on their own page."""
    asked = leaf_of(days, at, skip, most) | {"who": who, "at_shops": bool(at.place)}
    found = await rows(auditor, JOINED_MEMBERS, asked)
    title, about = COUNTED_AS[who]
    place = words("・".join(at.names[at.codes[0]])).ja if at.place and at.codes else ""
    lines = []
    for row in found:
        handle = names.seal("member", OPERATOR_ID, row["member_id"])
        path = f"/console/members/{handle}" if linked else None
        lines.append((
            words(handle, path=path), words(row["joined_on"]), words(*STATES[row["state"]]),
            words(row["left_on"] or "–"),
        ))  # fmt: skip
    count = found[0]["whole"] if found else 0
    span = f"{days.first_on} – {days.last_on}" if who != "active" else ""
    return Behind(
        JOINED, {"who": who, **span_of(days, at.place)}, title,
        (f"{about[0]} {span} {place}", f"{about[1]} {span} {place}"), ("人", "members"), count,
        (Head("会員", "Member"), Head("入会日", "Joined on"), Head("状態", "State"),
         Head("退会日", "Left on")),
        lines, skip, count,
    )  # fmt: skip


@get(JOINED, requires="entries:read-all", page=True, include_in_schema=False)
async def get_joined(
    request: Asked, reader: Reads, clock: NamedDependency[Now], names: NamedDependency[Names],
    show: NamedDependency[Show], who: FromQuery[Who] = "joined", place: FromQuery[str] = "",
    skip: FromQuery[Skip] = 0, first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The members behind a count. / 人数の内訳"""
    days, at = await asked_for(reader, clock, place, first_on, last_on)
    linked = "members:read" in request.scope["state"]["caller"].scopes
    found = await joined(reader, names, who, days, at, linked, skip, MOST)
    return opened(request, show, found)


@get(f"{JOINED}.csv", requires="entries:read-all", page=True, include_in_schema=False)
async def get_joined_csv(
    reader: Reads, clock: NamedDependency[Now], names: NamedDependency[Names],
    who: FromQuery[Who] = "joined", place: FromQuery[str] = "", first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 人数の内訳のCSV"""
    days, at = await asked_for(reader, clock, place, first_on, last_on)
    return saved(await joined(reader, names, who, days, at, False, 0, MOST_ON_A_SHEET), "members")


async def elsewhere(
    pools: Pools, names: Names, days: Days, at: Places, skip: int, most: int
) -> Behind:
    """The entries by which points of other shops were used at a place."""
    async with pools.use("auditor") as auditor:  # lots have no rows for a place
        found = await rows(auditor, ELSEWHERE_USES, leaf_of(days, at, skip, most))
    span = f"{days.first_on} – {days.last_on}"
    called = dict(zip(at.shops, at.codes, strict=True))
    lines = []
    for row in found:
        entry = names.seal("entry", row["member_id"], row["entry_id"])
        ja, en = KINDS.get(row["kind"], (row["kind"], row["kind"]))
        lines.append((
            words(row["business_date"]), words(*at.names[called[row["shop_id"]]]),
            words(ja, en, f"/console/entries/{entry}"), number(row["points"]),
        ))  # fmt: skip
    return Behind(
        ELSEWHERE, span_of(days, at.place), ("他店ポイントの利用", "Used from elsewhere"),
        (f"ほかの店が付けたポイントの利用。戻した分を引きます。 {span}",
         f"Points that another shop had issued, less what came back, {span}"),
        POINTS, found[0]["whole"] if found else 0,
        (Head("営業日", "Date"), Head("使われた店", "Used at"), Head("取引", "Entry"),
         Head("ポイント", "Points", number=True, part=True)),
        lines, skip, found[0]["entries"] if found else 0,
    )  # fmt: skip


@get(ELSEWHERE, requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_elsewhere(
    request: Asked, reader: Reads, pools: NamedDependency[Pools], clock: NamedDependency[Now],
    names: NamedDependency[Names], show: NamedDependency[Show], place: FromQuery[str] = "",
    skip: FromQuery[Skip] = 0, first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The uses of other shops' points. / 他店ポイントの利用の内訳"""
    days, at = await asked_for(reader, clock, place, first_on, last_on)
    return opened(request, show, await elsewhere(pools, names, days, at, skip, MOST))


@get(f"{ELSEWHERE}.csv", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_elsewhere_csv(
    reader: Reads, pools: NamedDependency[Pools], clock: NamedDependency[Now],
    names: NamedDependency[Names], place: FromQuery[str] = "", first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 他店ポイントの利用のCSV"""
    days, at = await asked_for(reader, clock, place, first_on, last_on)
    return saved(await elsewhere(pools, names, days, at, 0, MOST_ON_A_SHEET), "elsewhere")


async def declared(
    reader: AsyncConnection, part: Part, days: Days, at: Places, skip: int, most: int
) -> Behind:
    """The declared sales by shop and day, beside what members paid there."""
    found = await rows(reader, DECLARED_DAYS, leaf_of(days, at, skip, most))
    called = dict(zip(at.shops, at.codes, strict=True))
    lines = [declared_day(row, called[row["shop_id"]], at) for row in found]
    first = found[0] if found else {"whole_all": 0, "whole_with": 0, "days": 0}
    whole = {"all": first["whole_all"], "with": first["whole_with"],
             "without": first["whole_all"] - first["whole_with"]}  # fmt: skip
    said = "日計を送った店舗と日の一覧", "The shops and days whose tills sent their totals"
    span = f"{days.first_on} – {days.last_on}"
    return Behind(
        DECLARED, {"part": part, **span_of(days, at.place)}, DECLARED_AS[part],
        (f"{said[0]} {span}", f"{said[1]}, {span}"), ("円", "yen"), whole[part],
        (Head("営業日", "Date"), Head("店舗", "Shop"),
         Head("総売上", "All sales", True, part == "all"),
         Head("会員売上", "Members paid", True), Head("ポイント払い", "Paid in points", True),
         Head("ポイント利用客", "With points", True, part == "with"),
         Head("そのほか", "Without", True, part == "without")),
        lines, skip, first["days"],
    )  # fmt: skip


def declared_day(row: dict[str, Any], code: str, at: Places) -> tuple[Cell, ...]:
    """A shop's day: what members paid opens their entries."""
    day = str(row["business_date"])

    def entries(figure: str) -> str:
        told = {"from": day, "to": day, "place": f"shop:{code}", "figure": figure}
        return entries_link(told)

    both = row["sales_yen"] + row["points"]
    return (
        words(day), words(*at.names[code]), number(row["all_yen"]),
        number(row["sales_yen"], entries("sales_yen")),
        number(row["points"], entries("redeemed_points")), number(both),
        number(row["all_yen"] - both),
    )  # fmt: skip


@get(DECLARED, requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_declared(
    request: Asked, reader: Reads, clock: NamedDependency[Now], show: NamedDependency[Show],
    part: FromQuery[Part] = "all", place: FromQuery[str] = "", skip: FromQuery[Skip] = 0,
    first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The shops and days behind declared sales. / 日計の内訳"""
    days, at = await asked_for(reader, clock, place, first_on, last_on)
    return opened(request, show, await declared(reader, part, days, at, skip, MOST))


@get(f"{DECLARED}.csv", requires="totals:read", placed=True, page=True, include_in_schema=False)
async def get_declared_csv(
    reader: Reads, clock: NamedDependency[Now], part: FromQuery[Part] = "all",
    place: FromQuery[str] = "", first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 日計の内訳のCSV"""
    days, at = await asked_for(reader, clock, place, first_on, last_on)
    return saved(await declared(reader, part, days, at, 0, MOST_ON_A_SHEET), "declared")


async def asked_for(
    reader: AsyncConnection, clock: Now, place: str, first_on: date | None, last_on: date | None
) -> tuple[Days, Places]:
    """The days and shops that a number was of."""
    days = within(first_on, last_on, day_of(clock()), None)
    return days, places(await spots(reader), "shop", place)


ROUTES: list[HTTPRouteHandler] = [
    get_joined, get_joined_csv, get_elsewhere, get_elsewhere_csv, get_declared, get_declared_csv,
]  # fmt: skip

"""ポイント履歴: what was earned, used and lapsed, whose points each use took, what lapses when; the
rank."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from auth.people.card_pages import member_here
from auth.people.reception import Asked, Reception
from deploy.member_site import own
from deploy.member_site.brands import Now
from deploy.member_site.own import KINDS, PAGE, Line, Only
from federation import reading
from federation.days import day_of
from settlement.sheet import as_csv, safe
from tenants.ranks.standing import standing

MOST_OF_FILE = 10_000
HEAD = ("日付", "内容", "店舗", "レシート", "お支払額(円)", "ポイント", "使ったポイントの内訳")
HEAD_EN = ("Day", "What", "Shop", "Receipt", "Paid (yen)", "Points", "Whose points were used")


@get("/member/history", requires="anyone", page=True, include_in_schema=False)
async def get_history(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    only: FromQuery[Only] = "all",
    before: FromQuery[int | None] = None,
) -> Response[Any]:
    """Entries by month, newest first. / ポイント履歴"""
    session, member_id = await member_here(request, reception)
    behind = None if before is None else min(max(before, 0), 2**63 - 1)
    found = await own.history(auditor, member_id, only, behind, PAGE + 1)
    more = found[PAGE - 1].entry_id if len(found) > PAGE else None
    return reception.page(
        request, "members/history.html", session, found=found[:PAGE], only=only, more=more,
        kinds=KINDS,
    )  # fmt: skip


@get("/member/history.csv", requires="anyone", page=True, include_in_schema=False)
async def get_history_csv(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    only: FromQuery[Only] = "all",
) -> Response[bytes]:
    """The same as a file. / 履歴のCSV"""
    _, member_id = await member_here(request, reception)
    found = await own.history(auditor, member_id, only, None, MOST_OF_FILE)
    english = request.query_params.get("lang") == "en"
    told = as_csv(HEAD_EN if english else HEAD, (_cells(one, english) for one in found))
    headers = {
        "content-disposition": 'attachment; filename="meguri-history.csv"',
        "cache-control": "no-store",
    }
    return Response(told, media_type="text/csv", headers=headers)


@get("/member/points", requires="anyone", page=True, include_in_schema=False)
async def get_points(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What lapses when, and who gave it. / 有効期限"""
    session, member_id = await member_here(request, reception)
    now = clock()
    return reception.page(
        request, "members/points.html", session,
        balance=await reading.balance(counter, member_id, now),
        found=await own.lapsing(counter, member_id, now),
    )  # fmt: skip


@get("/member/rank", requires="anyone", page=True, include_in_schema=False)
async def get_rank(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The rank, until when, and what is missing for the next. / ランク"""
    session, member_id = await member_here(request, reception)
    found = await standing(worker, member_id, day_of(clock()))
    return reception.page(request, "members/rank.html", session, rank=found)


def _cells(one: Line, english: bool) -> tuple[str | int, ...]:
    which = 1 if english else 0
    lang = "en" if english else "ja"
    drawn = " / ".join(f"{of[lang]} {of['points']}" for of in one.sources)
    return (
        one.business_date.isoformat(), KINDS[one.kind][which],
        safe(one.shop_en if english else one.shop), safe(one.receipt_no or ""),
        "" if one.paid_yen is None else one.paid_yen, one.points, safe(drawn),
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [get_history, get_history_csv, get_points, get_rank]

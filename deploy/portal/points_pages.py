"""自社ポイントのこれまで: in which cycles a tenant's points were issued, used and lapsed; each
cycle opens its entries."""

from typing import Literal
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from deploy.behind import MOST, MOST_ON_A_SHEET, Behind, Head, Skip, number, opened, saved, words
from deploy.portal.home_pages import READ, Asked, Now
from deploy.portal.pair_pages import PATH as ENTRIES
from deploy.portal.pair_pages import SIDES, Reads
from federation.days import day_of
from settlement import reading
from settlement.calendar import name_of
from settlement.reading import Became, Points
from tenants.callers import Caller
from tenants.showing import Show

PATH = "/portal/points"
What = Literal["issued", "recovered", "here", "elsewhere", "lapsed"]
MOVED: tuple[What, ...] = ("issued", "recovered", "here", "elsewhere", "lapsed")
UNIT = ("pt", "points")
COUNT = Head("ポイント", "Points", number=True, part=True)


async def became(
    reader: AsyncConnection, auditor: AsyncConnection, clock: Now, caller: Caller,
    of: What | Literal["outstanding"], *, skip: int = 0, most: int = MOST,
) -> Behind:  # fmt: skip
    """One figure cycle by cycle, the newest first; what is outstanding, by what came to it."""
    own = await reading.whose(reader, caller, None)
    still = await reading.running(reader, auditor, own, day_of(clock()))
    points = await reading.points_by_cycle(reader, own, still)
    if of == "outstanding":
        return outstanding(Became.of(sum(points.values(), Points())))
    lines = []
    for cycle_id in sorted(points, reverse=True):
        if came := getattr(Became.of(points[cycle_id]), of):
            cycle = name_of(cycle_id)
            path = ENTRIES.replace("{cycle_id:str}", cycle)
            lines.append((words(cycle, path=f"{path}?{urlencode({'side': of})}"), number(came)))
    return Behind(
        PATH, {"of": of}, SIDES[of],
        ("期ごと。期からその取引へ。", "By cycle; a cycle leads to its entries."), UNIT,
        sum(int(came.ja) for _, came in lines), (Head("期", "Cycle"), COUNT),
        lines[skip : skip + most], skip, len(lines),
    )  # fmt: skip


def outstanding(now: Became) -> Behind:
    """What is left, as issued less all else; each leads to its cycles."""
    lines = []
    for of in MOVED:
        came = getattr(now, of)
        count = number(came if of == "issued" else -came)
        lines.append((words(*SIDES[of], path=f"{PATH}?{urlencode({'of': of})}"), count))
    return Behind(
        PATH, {"of": "outstanding"}, ("未使用残高", "Outstanding"),
        ("発行から取消・利用・失効を引いたもの。",
         "Issued, less what was taken back, used and lapsed."),
        UNIT, now.outstanding, (Head("項目", "What"), COUNT), lines, 0, len(lines),
    )  # fmt: skip


@get(PATH, **READ)
async def get_points(
    request: Asked, reader: Reads, auditor: Reads, caller: NamedDependency[Caller],
    clock: NamedDependency[Now], show: NamedDependency[Show],
    of: FromQuery[What | Literal["outstanding"]] = "issued", skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """In which cycles one's points moved. / 自社ポイントのこれまで"""
    return opened(request, show, await became(reader, auditor, clock, caller, of, skip=skip))


@get(f"{PATH}.csv", **READ)
async def get_points_csv(
    reader: Reads, auditor: Reads, caller: NamedDependency[Caller], clock: NamedDependency[Now],
    of: FromQuery[What | Literal["outstanding"]] = "issued",
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 自社ポイントのこれまでのCSV"""
    most = MOST_ON_A_SHEET
    return saved(await became(reader, auditor, clock, caller, of, most=most), f"points-{of}")


ROUTES: list[HTTPRouteHandler] = [get_points, get_points_csv]

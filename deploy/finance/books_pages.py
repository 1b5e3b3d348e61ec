"""残高と予測の画面: exposure, give and take, unused points, and what is expected of them."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of
from deploy.finance.shared import MOVED, Now, names_of
from deploy.finance.worked import Worked
from federation.days import day_of
from settlement.calendar import DAY
from settlement.exposure import caps
from settlement.exposure.levels import Exposure
from settlement.exposure.proposing import proposals
from settlement.fairness.give_take import as_sheet, given_taken, span_of
from settlement.paper.balances import Liability, liability
from settlement.paper.liability import MOVEMENTS
from settlement.reports.reports_api import sheet
from settlement.sheet import as_csv, safe

LEVELS = {"clear": ("枠内", "clear"), "warned": ("警告", "warning"), "refused": ("停止", "stopped")}
STATES = {"above": ("下限以上", "above"), "below": ("下限未満", "below"),
          "no-floor": ("下限なし", "no floor")}  # fmt: skip


@get("/console/exposure", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_exposure_page(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """What every tenant stands at against its cap, and what it gave and took. / 与信と互恵"""
    today = day_of(clock())
    found = sorted((await caps.exposures(auditor, today)).values(), key=worst)
    taken = await given_taken(auditor, span_of(today, None, None), sales=False)
    waits = await proposals(auditor, waiting=True)
    return reception.page(
        request, "finance/exposure.html", session_of(request), found=found, taken=taken,
        levels=LEVELS, states=STATES, today=today, waits=waits,
        names=await names_of(reception, [one.proposed_by for one in waits]),
        most=max((one.exposure_yen for one in found), default=0) or 1,
    )  # fmt: skip


def worst(one: Exposure) -> tuple[int, int]:
    """Those that are stopped first, then those that are warned, then by what they owe."""
    return -list(LEVELS).index(one.level), -one.exposure_yen


@get("/console/exposure.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_exposure_csv(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> Response[bytes]:
    """Exposures as a sheet. / 与信のCSV"""
    found = await caps.exposures(auditor, day_of(clock()))
    head = ("当事者", "日", "未精算（円）", "預託（円）", "与信額（円）", "警告（円）",
            "停止（円）", "余裕（円）", "水準")  # fmt: skip
    told = (
        (safe(one.party), one.on.isoformat(), one.owed_yen, one.prefunded_yen, one.exposure_yen,
         *("" if each is None else each
           for each in (one.warning_yen, one.refusal_yen, one.headroom_yen)), one.level)
        for one in found.values()
    )  # fmt: skip
    return sheet(as_csv(head, told), "exposure")


@get("/console/give-take.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_give_take_csv(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> Response[bytes]:
    """Give and take as a sheet. / 互恵のCSV"""
    span = span_of(day_of(clock()), None, None)
    return sheet(as_sheet(await given_taken(auditor, span)), "give-take")


@get("/console/liability", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_liability_page(
    request: Asked,
    reception: NamedDependency[Reception],
    worked: NamedDependency[Worked],
    clock: NamedDependency[Now],
    on: FromQuery[date | None] = None,
    since: FromQuery[date | None] = None,
) -> Response[Any]:
    """What members have not used: roll-forward, ages, forecast. / 未使用残高と引当"""

    async def make(conn: AsyncConnection) -> Liability:
        return await liability(conn, on, since, clock())

    today, session = day_of(clock()), session_of(request)
    found = await worked.ask(("liability", today, on, since), make)
    if found is None:
        asked = urlencode({
            name: told.isoformat() for name, told in (("on", on), ("since", since)) if told
        })  # fmt: skip
        title = "未使用残高と利用の見込", "Unused points, and what is expected of them"
        return reception.page(
            request, "finance/working.html", session, title=title, again="/console/liability",
            asked=asked, every=3,
        )  # fmt: skip
    return reception.page(
        request, "finance/liability.html", session, found=found, moved=MOVED,
        movements=MOVEMENTS, ages=by_month(found), today=today, before=found.since - DAY,
    )  # fmt: skip


def by_month(found: Liability) -> list[tuple[date, int, int]]:
    """Outstanding by month of expiry, and of how many funders."""
    months = sorted({one.expires_month for one in found.ages})
    told = []
    for month in months:
        own = [one for one in found.ages if one.expires_month == month]
        told.append((month, sum(one.points for one in own), len({one.funder for one in own})))
    return told


@get("/console/liability.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_liability_csv(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    kind: FromQuery[str] = "roll",
    on: FromQuery[date | None] = None,
    since: FromQuery[date | None] = None,
) -> Response[bytes]:
    """The roll-forward, the ages or the forecast as a sheet. / 残高のCSV"""
    found = await liability(auditor, on, since, clock())
    if kind == "ages":
        head: tuple[str, ...] = ("負担者", "発行年度", "失効月", "ポイント")
        told: list[list[str | int]] = [
            [safe(one.funder), one.issued_year, f"{one.expires_month:%Y-%m}", one.points]
            for one in found.ages
        ]
    elif kind == "forecast":
        head = ("発行月", "経過月", "残高", "見込失効", "見込利用")
        told = [
            [f"{one.issued_month:%Y-%m}", one.age_months, one.outstanding, one.expected_breakage,
             one.expected_use]
            for one in found.cohorts
        ]  # fmt: skip
    else:
        head = ("負担者", "期首残高", *(MOVED[name][0] for name in MOVEMENTS), "期末残高")
        told = [
            [safe(one.funder), one.opening, *(getattr(one, name) for name in MOVEMENTS),
             one.closing]
            for one in found.roll
        ]  # fmt: skip
    return sheet(as_csv(head, told), f"liability-{found.on}")


ROUTES: list[HTTPRouteHandler] = [
    get_exposure_page, get_exposure_csv, get_give_take_csv, get_liability_page, get_liability_csv,
]  # fmt: skip

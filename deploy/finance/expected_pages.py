"""見込の内訳: what a forecast is made of: the months of issue, what was learnt from those that
ended, how the last forecast turned out, and the runs of cycles behind what is needed next."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from auth.people.reception import Asked
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
from deploy.finance.lots_pages import PATH as LOTS
from deploy.finance.moved_pages import USES_PATH
from deploy.finance.shared import Now, own_path
from federation.days import day_of
from federation.refusals import NotFound, Validation
from settlement.paper.balances import end_of, read, uses
from settlement.paper.liability import (
    Cohort,
    Fated,
    Tried,
    ended_by,
    forecast,
    learnt,
    tested_on,
    tried,
)
from settlement.paper.needs import AHEAD, Used, places, rank, runs, tries
from tenants.showing import Show

PATH = "/console/liability/expected"
Figure = Literal["use", "lapse", "forecast", "actual", "error", "open", "tried"]
Bound = Literal["low", "middle", "high"]
TENTHS: dict[str, int] = {"low": 1, "middle": 5, "high": 9}
TITLES: dict[str, tuple[str, str]] = {
    "use": ("利用の見込", "Expected to be used"), "lapse": ("見込失効", "Expected to lapse"),
    "forecast": ("前年の見込", "The forecast of a year before"),
    "actual": ("その後の実績", "What was used since"),
    "error": ("見込の誤差", "By how much the forecast was off"),
    "open": ("まだ残るポイント", "Still open"),
    "tried": ("範囲の検証", "How the bounds held"), "low": ("資金需要の下限", "Low need"),
    "middle": ("資金需要の中央", "Middle need"), "high": ("資金需要の上限", "High need"),
}  # fmt: skip
POINTS, YEN, RUNS = ("pt", "points"), ("円", "yen"), ("回", "runs")
ISSUED = Head("発行月", "Issued")
SPAN = (Head("期（から）", "From cycle"), Head("期（まで）", "To cycle"))
Cycles = Annotated[int, QueryParameter(ge=1, le=AHEAD)]
Lines = Sequence[tuple[Cell, ...]]


class Which(Struct, frozen=True):
    """A figure of a forecast: of one month's issue, of a tenant, or of so many cycles ahead."""

    figure: Figure | Bound
    on: date
    issued: date | None = None
    tenant: str | None = None
    cycles: int = 1

    @property
    def of_cycles(self) -> bool:
        """Whether it is learnt from runs of cycles, not from months of issue."""
        return self.figure in ("tried", *TENTHS)


class Told(Struct, frozen=True):
    """What a figure comes to, in which unit, how that came about, and its lines."""

    whole: int
    unit: tuple[str, str]
    about: tuple[str, str]
    heads: tuple[Head, ...]
    lines: Lines


async def expected(
    auditor: AsyncConnection, clock: Now, which: Which, *, skip: int = 0, most: int = MOST
) -> Behind:
    """The figure and what it is made of."""
    found = await told_of(auditor, clock, which)
    asked = {"figure": which.figure, "on": str(which.on), "issued": str(which.issued or ""),
             "tenant": which.tenant or "",
             "cycles": str(which.cycles) if which.of_cycles else ""}  # fmt: skip
    of = which.tenant or (f"{which.issued:%Y-%m}" if which.issued else "")
    ja, en = (f"{title} · {of}" if of else title for title in TITLES[which.figure])
    return Behind(
        PATH, asked, (ja, en), found.about, found.unit, found.whole, found.heads,
        found.lines[skip : skip + most], skip, len(found.lines),
    )  # fmt: skip


async def told_of(auditor: AsyncConnection, clock: Now, which: Which) -> Told:
    """What was asked for, from what is needed to answer it."""
    now, on = clock(), which.on
    if on > day_of(now):
        raise Validation(pointer="/on")
    if which.of_cycles:
        return of_runs(which, await uses(auditor, on))
    closing, fates = await read(auditor, await end_of(auditor, on, now), with_fates=True)
    if which.figure not in ("use", "lapse"):
        return of_test(which, tried(fates, on))
    cohorts = forecast(fates, on)
    if which.issued is not None:
        return of_cohort(which, fates, cohorts)
    whole = sum(one.outstanding for one in closing)
    if which.tenant is not None:
        use = whole - sum(one.expected_breakage for one in cohorts)
        return of_place(which, await uses(auditor, on), use)
    return of_all(which, cohorts, whole)


def of_all(which: Which, cohorts: Sequence[Cohort], outstanding: int) -> Told:
    """All months of issue; each leads to what it was learnt from."""
    use = which.figure == "use"
    lines: list[tuple[Cell, ...]] = []
    for one in cohorts:
        month = {"on": which.on, "issued": one.issued_month}
        learnt_from = f"{PATH}?{urlencode({**month, 'figure': which.figure})}"
        lines.append((
            words(f"{one.issued_month:%Y-%m}"),
            number(one.outstanding, f"{LOTS}?{urlencode(month)}"),
            number(one.expected_breakage, None if use else learnt_from),
            number(one.expected_use, learnt_from if use else None),
        ))  # fmt: skip
    rest = outstanding - sum(one.outstanding for one in cohorts)
    if rest:
        lapse = number(0)
        lines.append((words("その他（失効を見込まない）", "other, not expected to lapse"),
                      number(rest), lapse, number(rest)))  # fmt: skip
    lapsing = sum(one.expected_breakage for one in cohorts)
    en = f"{which.on}: outstanding {outstanding:,} − {lapsing:,} to lapse, as others did."
    return Told(
        outstanding - lapsing if use else lapsing, POINTS,
        (f"{which.on} の残高 {outstanding:,} − 見込失効 {lapsing:,}。発行月ごとの失効率から。", en),
        (ISSUED, Head("残高", "Outstanding", True),
         Head("見込失効", "To lapse", True, not use), Head("見込利用", "To be used", True, use)),
        lines,
    )  # fmt: skip


def of_cohort(which: Which, fates: Sequence[Fated], cohorts: Sequence[Cohort]) -> Told:
    """One month's issue: the months that ended, and what of each was open at this age and lapsed
    after all."""
    own = next((one for one in cohorts if one.issued_month == which.issued), None)
    if own is None:
        raise NotFound
    known = [one for one in fates if one.month <= which.on]
    found = learnt(known, ended_by(known), own.age_months)
    open_points = sum(one.open_points for one in found)
    lapsed = sum(one.lapsed_points for one in found)
    sum_ = f"{own.outstanding:,} × {lapsed:,} ÷ {open_points:,} = {own.expected_breakage:,}"
    ja, en = f"見込失効 {sum_}（切捨て）", f"To lapse: {sum_}, rounded down"
    if not open_points:
        ja, en = (
            "終わった発行月がまだないため、失効を見込みません",
            "No month has ended: none lapse",
        )
    if which.figure == "use":
        ja = f"{ja}。見込利用 {own.outstanding:,} − {own.expected_breakage:,}"
        en = f"{en}. To be used: {own.outstanding:,} − {own.expected_breakage:,}"
    lines = [
        (words(f"{one.issued_month:%Y-%m}"), number(one.open_points), number(one.lapsed_points))
        for one in found
    ]
    return Told(
        own.expected_use if which.figure == "use" else own.expected_breakage, POINTS,
        (f"{ja}。終わった発行月から学びます。", f"{en}. Learnt from months of issue that ended."),
        (ISSUED, Head(f"{own.age_months}か月後の残高", f"Open after {own.age_months} months", True),
         Head("そのうち失効", "Of them lapsed", True)),
        lines,
    )  # fmt: skip


def of_place(which: Which, used: Sequence[Used], use: int) -> Told:
    """One tenant's share of what is expected to be used, beside the others'."""
    shares = places(used, use)
    own = next((one for one in shares if one.tenant == which.tenant), None)
    if own is None:
        raise NotFound
    everywhere = sum(one.used_points for one in shares)
    sum_ = f"{use:,} × {own.used_points:,} ÷ {everywhere:,}"
    lines = []
    for one in shares:
        path = f"{USES_PATH}?{urlencode({'on': which.on, 'tenant': one.tenant})}"
        lines.append((words(one.tenant), number(one.used_points, path), number(one.expected_use)))
    return Told(
        own.expected_use, POINTS,
        (f"利用の見込 {sum_}（最大剰余法）。直近一年の利用で分けます。",
         f"Expected use {sum_}, by largest remainder: shared as the last year's use was."),
        (Head("店舗", "Tenant"), Head("直近の利用", "Used so far", True),
         Head("見込利用", "To be used", True)),
        lines,
    )  # fmt: skip


def of_test(which: Which, found: Sequence[Tried]) -> Told:
    """The forecast of a year before, month of issue by month of issue."""
    parts = {
        "forecast": [one.forecast_use for one in found],
        "actual": [one.actual_use for one in found],
        "error": [one.forecast_use - one.actual_use for one in found],
        "open": [one.open_points for one in found],
    }
    heads = (ISSUED, *(
        Head(*TITLES[name], True, name == which.figure) for name in parts
    ))  # fmt: skip
    months = [words(f"{one.issued_month:%Y-%m}") for one in found]
    as_of = tested_on(which.on)
    return Told(
        sum(parts[which.figure]), POINTS,
        (f"{as_of} 時点の見込と {which.on} までの実績。まだ残る発行月は比べません。",
         f"As forecast on {as_of}, and what came until {which.on}; what is open is not compared."),
        heads,
        [(month, *map(number, line)) for month, *line in zip(months, *parts.values(), strict=True)],
    )  # fmt: skip


def of_runs(which: Which, used: Sequence[Used]) -> Told:
    """The runs of so many cycles, the cheapest first, with the one that is the bound; or how the
    bounds of then held."""
    found = runs(used, which.cycles)
    if not found:
        raise NotFound
    if which.figure == "tried":
        told = tries(found, which.cycles)
        return Told(
            len(told), RUNS,
            (f"{which.cycles}期ずつ。範囲内は {sum(one.within for one in told)} 回。",
             f"{which.cycles} at a time; {sum(one.within for one in told)} lay within."),
            (*SPAN, Head("下限（円）", "Low (yen)", True), Head("実績（円）", "It was (yen)", True),
             Head("上限（円）", "High (yen)", True), Head("範囲内", "Within", True)),
            [(*span(one.run.first_on, one.run.last_cycle), number(one.low_yen),
              number(one.run.yen), number(one.high_yen), number(int(one.within)))
             for one in told],
        )  # fmt: skip
    tenths = TENTHS[which.figure]
    bound = rank(found, tenths)
    return Told(
        bound.yen, YEN,
        (f"直近の {len(found)} 回を小さい順に並べ、{tenths}割がそれ以下に収まるもの（●）。",
         f"Of the last {len(found)}, cheapest first: {tenths} of ten do not exceed the one (●)."),
        (*SPAN, Head("円", "Yen", True), Head("印", "Mark")),
        [(*span(one.first_on, one.last_cycle), number(one.yen), words("●" if one is bound else ""))
         for one in sorted(found, key=lambda one: one.yen)],
    )  # fmt: skip


def span(first: date, last: date) -> tuple[Cell, Cell]:
    """Two cycles, each a link."""
    return words(first, path=own_path(str(first))), words(last, path=own_path(str(last)))


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_expected(
    request: Asked, auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    show: NamedDependency[Show], figure: FromQuery[Figure | Bound] = "use",
    on: FromQuery[date | None] = None, issued: FromQuery[date | None] = None,
    tenant: FromQuery[str | None] = None, cycles: FromQuery[Cycles] = 1,
    skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """What a forecast is made of. / 見込の内訳"""
    which = Which(figure, on or day_of(clock()), issued, tenant, cycles)
    return opened(request, show, await expected(auditor, clock, which, skip=skip))


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_expected_csv(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now],
    figure: FromQuery[Figure | Bound] = "use", on: FromQuery[date | None] = None,
    issued: FromQuery[date | None] = None, tenant: FromQuery[str | None] = None,
    cycles: FromQuery[Cycles] = 1,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 見込の内訳のCSV"""
    which = Which(figure, on or day_of(clock()), issued, tenant, cycles)
    found = await expected(auditor, clock, which, most=MOST_ON_A_SHEET)
    return saved(found, f"expected-{which.figure}-{which.on}")


ROUTES: list[HTTPRouteHandler] = [get_expected, get_expected_csv]

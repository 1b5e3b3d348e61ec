"""互恵の内訳: cycle by cycle and counterpart by counterpart, what a tenant gave and took."""

from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter
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
from deploy.finance.shared import Now, own_path
from federation.days import day_of
from settlement.fairness.give_take import Part, Span, parts_of, span_of
from settlement.reading import of_code
from tenants.showing import Show

PATH = "/console/give-take/cycles"
Figure = Literal["issued", "elsewhere", "others", "honoured", "balance"]
FIGURES: dict[Figure, tuple[str, str]] = {
    "issued": ("発行", "Issued"), "elsewhere": ("他店で利用", "Used elsewhere"),
    "others": ("他社分の受入", "Others' points honoured here"), "honoured": ("受入計", "Honoured"),
    "balance": ("差（送客）", "Balance"),
}  # fmt: skip
HEADS = (
    Head("期", "Cycle"), Head("原資の負担者", "Funder of the points"), Head("場所", "Where"),
    Head("ポイント", "Points", number=True, part=True),
)  # fmt: skip
FirstOn = Annotated[date | None, QueryParameter(name="from", required=False)]
LastOn = Annotated[date | None, QueryParameter(name="to", required=False)]
Reads = NamedDependency[AsyncConnection]


def points_of(figure: Figure, one: Part) -> int:
    """What a part adds to a figure."""
    match figure:
        case "issued":
            return one.issued_points
        case "elsewhere":
            return one.own_elsewhere_points
        case "others":
            return one.others_here_points
        case "honoured":
            return one.own_here_points + one.others_here_points
        case "balance":
            return one.own_elsewhere_points - one.others_here_points


async def given_taken(
    auditor: AsyncConnection, party: str, figure: Figure, span: Span,
    *, skip: int = 0, most: int = MOST,
) -> Behind:  # fmt: skip
    """A figure of one tenant; a cycle leads to the entries of points that were used."""
    own = await of_code(auditor, party)
    found = [
        (one, points) for one in await parts_of(auditor, span, own.party_id)
        if (points := points_of(figure, one))
    ]  # fmt: skip
    dates = f"{span.first_on} – {span.last_on}"
    return Behind(
        PATH,
        {"party": party, "figure": figure, "from": str(span.first_on), "to": str(span.last_on)},
        (f"{party}: {FIGURES[figure][0]}", f"{party}: {FIGURES[figure][1]}"),
        (f"{dates} にかかる期ごと、相手ごと。",
         f"By cycle and counterpart; cycles that touch {dates}."),
        ("pt", "points"), sum(points for _, points in found), HEADS,
        [line(party, figure, one, points) for one, points in found[skip : skip + most]],
        skip, len(found),
    )  # fmt: skip


def line(party: str, figure: Figure, one: Part, points: int) -> tuple[Cell, ...]:
    """What came of one cycle and counterpart."""
    funder, tenant = (one.other, party) if one.theirs else (party, one.other)
    pair = urlencode({"funder": funder, "tenant": tenant})
    cell = own_path(one.cycle, f"cell?{pair}")
    return (
        words(one.cycle, path=None if figure == "issued" else cell), words(funder), words(tenant),
        number(points),
    )  # fmt: skip


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_give_take(
    request: Asked, auditor: Reads, clock: NamedDependency[Now], show: NamedDependency[Show],
    party: FromQuery[str], figure: FromQuery[Figure] = "issued", first_on: FirstOn = None,
    last_on: LastOn = None, skip: FromQuery[Skip] = 0,
) -> Response[bytes]:  # fmt: skip
    """The cycles behind a figure of give and take. / 互恵の内訳"""
    span = span_of(day_of(clock()), first_on, last_on)
    return opened(request, show, await given_taken(auditor, party, figure, span, skip=skip))


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_give_take_cycles_csv(
    auditor: Reads, clock: NamedDependency[Now], party: FromQuery[str],
    figure: FromQuery[Figure] = "issued", first_on: FirstOn = None, last_on: LastOn = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 互恵の内訳のCSV"""
    span = span_of(day_of(clock()), first_on, last_on)
    found = await given_taken(auditor, party, figure, span, most=MOST_ON_A_SHEET)
    return saved(found, f"{party}-{figure}")


ROUTES: list[HTTPRouteHandler] = [get_give_take, get_give_take_cycles_csv]

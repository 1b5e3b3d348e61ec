"""試算の内訳: what a figure of a what-if is made of: the lines of each cycle, or the entries
between two parties under one scheme and under another."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of
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
from deploy.finance.whatif_pages import PATIENCE, TITLE, asked_key, cycles_named, simulation_in
from deploy.finance.worked import Worked
from federation.days import day_of
from federation.kinds import KINDS
from federation.refusals import NotFound
from settlement import reading
from settlement.stages import Closing
from settlement.whatif.behind import Line, Pair, Weighed, behind
from settlement.whatif.simulate import MOST_ENTRIES
from settlement.whatif.thought import NAMES
from tenants.showing import Show

PATH = "/console/whatif/behind"
WHOLE: dict[str, tuple[str, str]] = {
    "live": ("現行", "As it is"), "thought": ("試算", "What if"),
    "difference": ("差", "Difference"),
}  # fmt: skip
FIGURES = WHOLE | NAMES
LINES = (Head("期", "Cycle"), Head("科目", "Line"))
ENTRIES = (
    Head("営業日", "Date"), Head("種別", "Kind"), Head("店舗", "Shop"), Head("取引", "Entry"),
)  # fmt: skip
YEN = Head("円", "Yen", number=True, part=True)
TWO = (
    Head("前（円）", "Before (yen)", number=True), Head("後（円）", "After (yen)", number=True),
    Head("差（円）", "Difference (yen)", number=True, part=True),
)  # fmt: skip
AS_LONG_AS_IT_TAKES = 600.0
MADE_UP = ("試算のみ", "in thought only")


async def made_of(
    request: Asked, worked: Worked, closing: Closing, clock: Now, party: str, figure: str,
    line: str | None, other: str | None, *, skip: int = 0, most: int = MOST,
    patience: float = PATIENCE,
) -> Behind | None:  # fmt: skip
    """A party's figure: what is, what is thought, their difference, or what one change makes; None
    while it is worked out."""
    if figure not in FIGURES:
        raise NotFound
    linked = "totals:read" in session_of(request).scopes
    told = dict(request.query_params)
    because = None if figure in WHOLE else figure
    async with closing.connect() as conn:
        await reading.of_code(conn, party)
        asked = simulation_in(told, await cycles_named(conn, day_of(clock())))

    async def make(_: AsyncConnection) -> Weighed:
        async with closing.connect() as conn:
            return await behind(
                conn, asked, clock(), closing.name_entry, MOST_ENTRIES, party, because, other
            )

    key = "whatif-behind", asked_key(asked), party, because, other
    found: Weighed | None = await worked.ask(key, make, patience)
    if found is None:
        return None
    heads: tuple[Head, ...]
    if other is not None:
        heads = (*ENTRIES, *TWO)
        whole = sum(one.after_yen - one.before_yen for one in found.pairs)
        lines = [of_pair(one, linked) for one in found.pairs]
    else:
        some = [one for one in found.lines if counts(figure, line, one)]
        heads = (*LINES, YEN) if figure in ("live", "thought") else (*LINES, *TWO)
        whole = sum(of_figure(figure, one) for one in some)
        lines = [of_line(party, figure, one) for one in some]
    query = {name: value for name, value in told.items() if name not in ("lang", "skip")}
    ja, en = FIGURES[figure]
    return Behind(
        PATH, query, (f"試算: {party} · {ja}", f"What if: {party} · {en}"),
        about(asked.cycles, line, other), ("円", "yen"), whole, heads,
        lines[skip : skip + most], skip, len(lines),
    )  # fmt: skip


def about(cycles: Sequence[str], line: str | None, other: str | None) -> tuple[str, str]:
    """Which cycles, and what of them."""
    span = cycles[0] if len(cycles) == 1 else f"{cycles[0]} – {cycles[-1]}"
    if other is not None:
        en = f"Cycles {span}: what weighs otherwise between it and {other}; + received, ▲ borne."
        return f"{span} の期。{other} との間で金額が変わる取引。＋は受取、▲は負担。", en
    said = f" · {line}" if line else ""
    return (
        f"{span} の期{said}。精算書の科目ごと。",
        f"Cycles {span}{said}, by line of the statement.",
    )


def counts(figure: str, line: str | None, one: Line) -> bool:
    """Whether a line belongs to a figure: all do, or the one of an English name."""
    return bool(of_figure(figure, one)) and line in (None, one.name_en)


def of_figure(figure: str, one: Line) -> int:
    """What a line adds to a figure, in yen."""
    match figure:
        case "live":
            return one.before_yen
        case "thought":
            return one.after_yen
    return one.after_yen - one.before_yen


def of_line(party: str, figure: str, one: Line) -> tuple[Cell, ...]:
    """A line; what is stated leads to its statement, or to the entries of the line."""
    path = None
    if one.stated and figure != "thought":
        path = own_path(one.cycle, "statements", quote(party))
        if one.entries:
            of = f"?{urlencode({'original': one.original})}" if one.original else ""
            path += f"/lines/{one.code}{of}"
    name = words(f"{one.code} {one.name}", f"{one.code} {one.name_en}", path)
    if figure in ("live", "thought"):
        return words(one.cycle), name, number(of_figure(figure, one))
    by = one.after_yen - one.before_yen
    return words(one.cycle), name, number(one.before_yen), number(one.after_yen), number(by)


def of_pair(one: Pair, linked: bool) -> tuple[Cell, ...]:
    """An entry, which is a link for whoever may open it; not one that is in thought alone."""
    seen = one.seen
    path = f"/console/entries/{seen.entry}" if linked and not seen.made_up else None
    entry = words(*MADE_UP) if seen.made_up else words(seen.entry, path=path)
    return (
        words(seen.business_date), words(*KINDS.get(seen.kind, (seen.kind, seen.kind))),
        words(seen.shop), entry, number(one.before_yen), number(one.after_yen),
        number(one.after_yen - one.before_yen),
    )  # fmt: skip


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_made_of(
    request: Asked, closing: NamedDependency[Closing], clock: NamedDependency[Now],
    worked: NamedDependency[Worked], reception: NamedDependency[Reception],
    show: NamedDependency[Show], party: FromQuery[str], figure: FromQuery[str],
    line: FromQuery[str | None] = None, other: FromQuery[str | None] = None,
    skip: FromQuery[Skip] = 0,
) -> Response[Any]:  # fmt: skip
    """What a figure of a what-if is made of. / 試算の内訳"""
    found = await made_of(request, worked, closing, clock, party, figure, line, other, skip=skip)
    if found is not None:
        return opened(request, show, found)
    query = {name: value for name, value in request.query_params.items() if name != "lang"}
    return reception.page(
        request, "finance/working.html", session_of(request), title=TITLE, again=PATH,
        asked=urlencode(query), every=1,
    )  # fmt: skip


@get(f"{PATH}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_made_of_csv(
    request: Asked, closing: NamedDependency[Closing], clock: NamedDependency[Now],
    worked: NamedDependency[Worked], party: FromQuery[str], figure: FromQuery[str],
    line: FromQuery[str | None] = None, other: FromQuery[str | None] = None,
) -> Response[bytes]:  # fmt: skip
    """The same as a sheet. / 試算の内訳のCSV"""
    found = await made_of(
        request, worked, closing, clock, party, figure, line, other, most=MOST_ON_A_SHEET,
        patience=AS_LONG_AS_IT_TAKES,
    )  # fmt: skip
    assert found is not None
    return saved(found, f"whatif-{figure}")


ROUTES: list[HTTPRouteHandler] = [get_made_of, get_made_of_csv]

"""推移: chosen figures over time, one figure by place, members who joined and left, and sales with
and without points."""

from datetime import date
from typing import Literal

from psycopg import AsyncConnection

from deploy.figures.figures import (
    DECLARED,
    FIGURES,
    Days,
    Figure,
    Kind,
    counted,
    membership,
    told,
)
from deploy.figures.places import ALL, WHOLE, Places
from deploy.figures.tables import (
    COUNTED,
    JOINED,
    Cell,
    Number,
    Row,
    Table,
    behind,
    by_place,
    heading,
    over_time,
    there,
)
from deploy.figures.tables import DECLARED as DECLARED_PAGE
from federation.reading import rows

View = Literal["kpi", "places", "members", "sales"]
CHOSEN: dict[View, tuple[Figure, ...]] = {
    "kpi": ("sales_yen", "receipts", "issued_points", "redeemed_points", "members"),
    "places": ("issued_points",),
    "members": ("members",),
    "sales": ("sales_yen",),
}
PEOPLE = Kind("人", "people", "人", "members")
YEN = Kind("円", "yen", "円", "yen")


async def trend(
    reader: AsyncConnection, view: View, days: Days, at: Places, figures: tuple[Figure, ...],
    wide: bool,
) -> Table:  # fmt: skip
    """The table of one view."""
    whole = at.whole(WHOLE)
    if view == "kpi":
        counts = await counted(reader, days, whole, frozenset(figures))
        return over_time(counts, days, whole, figures)
    if view == "sales":
        return await with_and_without(reader, days, whole)
    if view == "members":
        return await members(reader, days, whole, wide and not at.place)
    figure = figures[0]
    counts = await counted(reader, days, at, frozenset(figures))
    of_all = await counted(reader, days, whole, frozenset(figures))
    sums: dict[date, Number] = {
        day: told(of_all.get((day, ALL), {}), figure, exact=at.exact) for day in days.columns()
    }
    return by_place(counts, days, at, figure, sums)


async def members(reader: AsyncConnection, days: Days, whole: Places, wide: bool) -> Table:
    """Members by month: who came; and of the whole federation, who joined and left."""
    columns = days.columns()
    counts = await counted(reader, days, whole, frozenset({"members"}))
    came: tuple[Cell, ...] = tuple(
        (
            told(counts.get((day, ALL), {}), "members", exact=whole.exact),
            behind(days.of(day), whole.place, "members"),
        )
        for day in columns
    )
    lines = [Row("active", "稼働会員", "Active members", came)]
    if wide:
        moved = await membership(reader, days)
        for n, (code, ja, en) in enumerate(
            [("joined", "入会", "Joined"), ("left", "退会", "Left")]
        ):
            page = {"page": JOINED, "who": code}
            cells: tuple[Cell, ...] = tuple(
                (moved.get(day, (0, 0))[n], there(page, days.of(day), "")) for day in columns
            )
            lines.insert(n, Row(code, ja, en, cells))
    return Table(tuple(heading(day, days.grain) for day in columns), tuple(lines), None, PEOPLE)


async def with_and_without(reader: AsyncConnection, days: Days, whole: Places) -> Table:
    """Sales of members and of others, where tills declared what they sold in all (日計)."""
    asked = {**days.asked(), **whole.asked()}
    found = {row["since_on"]: row for row in await rows(reader, DECLARED, asked)}
    columns = days.columns()

    def line(code: str, ja: str, en: str, name: str) -> Row:
        page = COUNTED if name == "share" else {"page": DECLARED_PAGE, "part": name}
        cells: tuple[Cell, ...] = tuple(
            (counts(found.get(day), name), there(page, days.of(day), whole.place))
            for day in columns
        )
        return Row(code, ja, en, cells, FIGURES["share_tenths"] if name == "share" else YEN)

    return Table(
        tuple(heading(day, days.grain) for day in columns),
        (
            line("with", "ポイント利用客の売上", "With points", "with"),
            line("without", "そのほかの売上", "Without", "without"),
            line("all", "総売上（日計）", "All sales, as tills declared", "all"),
            line("share", "会員売上構成比", "Members' share", "share"),
        ),
        None,
        YEN,
    )


def counts(row: dict[str, int] | None, name: str) -> int | None:
    """One figure of a day, week or month; None where no till declared anything."""
    if row is None:
        return None
    share = row["with_yen"] * 1_000 // row["all_yen"] if row["all_yen"] else None
    without = row["all_yen"] - row["with_yen"]
    return {"with": row["with_yen"], "without": without, "all": row["all_yen"], "share": share}[
        name
    ]

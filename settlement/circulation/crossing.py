"""回遊表: who brings whose points where, between two business dates (features A24, C21)."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from settlement.passes import JOINED, whole

CROSSING = statement(__file__, "crossing")
PLACES = statement(__file__, "places")
BEHIND = statement(__file__, "behind")
MOST_DAYS = 366
MOST_ROWS = 100
MOST_ON_A_SHEET = 20_000
OPERATOR = "operator"

Level = Literal["facility", "tenant"]
Measure = Literal["points", "sales_yen", "members", "uses"]


class Place(Struct, frozen=True):
    """A facility or a tenant; the operator where a shop has none."""

    code: str
    name: str
    name_en: str


class Crossing(Struct, frozen=True):
    """Points issued at one place and used at another: whole points net of returns, the number of
    uses, the members who brought them, and the yen that was paid beside them, tax included."""

    origin: str
    place: str
    points: int
    uses: int
    members: int
    sales_yen: int


class Circulation(Struct, frozen=True):
    """All crossings between two business dates, and the places in their order."""

    level: Level
    first_on: date
    last_on: date
    places: tuple[Place, ...]
    crossings: tuple[Crossing, ...]

    def told(self, origin: str, place: str, measure: Measure) -> int:
        """One cell of the table."""
        for one in self.crossings:
            if (one.origin, one.place) == (origin, place):
                return int(getattr(one, measure))
        return 0

    def most(self, measure: Measure) -> int:
        """The largest cell, at least 1."""
        return max(1, *(int(getattr(one, measure)) for one in self.crossings), 1)

    def away_points(self) -> int:
        """Points that were used elsewhere than where they had been issued."""
        return sum(one.points for one in self.crossings if one.origin != one.place)

    def all_points(self) -> int:
        """All points that were used."""
        return sum(one.points for one in self.crossings)


class Use(Struct, frozen=True):
    """One use behind a number, of points from one place; they fall where they came back."""

    business_date: date | None
    entry: str
    origin: str
    place: str
    shop: str
    shop_en: str
    points: int
    uses: int
    sales_yen: int


class Uses(Struct, frozen=True):
    """Some of the uses behind a number, and what all of them come to."""

    uses: tuple[Use, ...]
    points: int = 0
    times: int = 0
    members: int = 0
    sales_yen: int = 0
    lines: int = 0
    skip: int = 0

    @property
    def more(self) -> int | None:
        """Where the next begin."""
        after = self.skip + len(self.uses)
        return after if self.uses and after < self.lines else None


class Pair(Struct, frozen=True):
    """Between which places: a cell, a row or a column, or all, where one or both are not named;
    `away` leaves out what was used where it had been issued."""

    origin: str | None = None
    place: str | None = None
    away: bool = False


def within(first_on: date | None, last_on: date | None, today: date) -> tuple[date, date]:
    """The days asked for; the last four weeks where none are."""
    last = last_on or today
    first = first_on or last - timedelta(days=27)
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Validation(pointer="/first_on")
    return first, last


async def circulation(
    auditor: AsyncConnection, level: Level, days: tuple[date, date], *, with_sales: bool = True
) -> Circulation:
    """What crossed between places in these days; the yen paid beside it, which takes longest to
    find, is 0 where nobody asks for it."""
    asked = {
        "by_tenant": level == "tenant", "first_on": days[0], "last_on": days[1],
        "with_sales": with_sales,
    }  # fmt: skip
    found = tuple(Crossing(**row) for row in await whole(auditor, CROSSING, asked, JOINED))
    known = [Place(**row) for row in await rows(auditor, PLACES, asked)]
    return Circulation(level, *days, in_order(known, found), found)


def in_order(known: Sequence[Place], found: Sequence[Crossing]) -> tuple[Place, ...]:
    """The places that have any crossing, facilities and tenants as they were laid out, then the
    operator."""
    met = {code for one in found for code in (one.origin, one.place)}
    named = {place.code for place in known}
    rest = [Place(code, "運営", "operator") for code in sorted(met - named)]
    return (*(place for place in known if place.code in met), *rest)


async def behind(
    auditor: AsyncConnection, names: Names, level: Level, days: tuple[date, date], pair: Pair,
    skip: int = 0, most: int = MOST_ROWS,
) -> Uses:  # fmt: skip
    """The uses behind a cell or a sum of the matrix, the newest first."""
    asked = {
        "by_tenant": level == "tenant", "first_on": days[0], "last_on": days[1],
        "origin": pair.origin, "place": pair.place, "away": pair.away, "most": most, "skip": skip,
    }  # fmt: skip
    found = await rows(auditor, BEHIND, asked)
    if not found:
        return Uses((), skip=skip)
    all_of = {name: found[0][f"all_{name}"] for name in ("points", "members", "sales_yen")}
    told = tuple(
        Use(
            entry=names.seal("entry", row["member_id"], row["entry_id"]),
            **{name: row[name] for name in Use.__struct_fields__ if name != "entry"},
        )
        for row in found
    )
    return Uses(told, **all_of, times=found[0]["all_uses"], lines=found[0]["lines"], skip=skip)

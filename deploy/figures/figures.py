"""指標: what is counted, between which days, and at which places."""

from datetime import date, timedelta
from typing import Any, Literal, get_args

from msgspec import Struct
from psycopg import AsyncConnection

from deploy.figures.places import ALL, WHOLE, Places
from federation.crowd import FEW, Few, few
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from settlement.passes import SORTED, whole

SUMS = statement(__file__, "sums")
PEOPLE = statement(__file__, "people")
DECLARED = statement(__file__, "declared")
MEMBERSHIP = statement(__file__, "membership")
MOST_DAYS = 1_100  # three years
MOST_COLUMNS = 92

Grain = Literal["day", "week", "month"]
Figure = Literal[
    "sales_yen", "receipts", "issued_points", "redeemed_points", "uses", "lapsed_points", "members",
    "basket_yen", "used_tenths", "visits_tenths", "share_tenths",
]  # fmt: skip
Booked = Literal[
    "sales_yen", "receipts", "issued_points", "redeemed_points", "uses", "lapsed_points", "members"
]
BOOKED: tuple[str, ...] = get_args(Booked)  # what entries have a part in
PEOPLE_OF = ("members", "visits_tenths")  # hidden where few were there
SUMMED = BOOKED[:-1]  # members may be the same at two places: these alone add up


class Kind(Struct, frozen=True):
    """A figure's name in both languages, and its unit."""

    ja: str
    en: str
    unit: str
    unit_en: str

    @property
    def tenths(self) -> bool:
        """Whether it is told in tenths."""
        return self.unit in ("%", "回/人")


FIGURES: dict[Figure, Kind] = {
    "sales_yen": Kind("会員売上", "Members' sales", "円", "yen"),
    "receipts": Kind("会員レシート", "Members' receipts", "件", "receipts"),
    "issued_points": Kind("付与ポイント", "Points issued", "pt", "points"),
    "redeemed_points": Kind("利用ポイント", "Points used", "pt", "points"),
    "uses": Kind("利用件数", "Uses", "件", "uses"),
    "lapsed_points": Kind("失効ポイント", "Points lapsed", "pt", "points"),
    "members": Kind("来店会員", "Members who came", "人", "members"),
    "basket_yen": Kind("会員客単価", "Members' basket", "円", "yen"),
    "used_tenths": Kind("利用率（利用÷付与）", "Used of issued", "%", "%"),
    "visits_tenths": Kind("来店頻度", "Visit days per member", "回/人", "days each"),
    "share_tenths": Kind("会員売上構成比", "Members' share of sales", "%", "%"),
}


class Days(Struct, frozen=True):
    """Two business dates, and by what the days between are added up."""

    first_on: date
    last_on: date
    grain: Grain | None = None

    def asked(self) -> dict[str, Any]:
        """As statements take them."""
        return {"first_on": self.first_on, "last_on": self.last_on, "grain": self.grain}

    def columns(self) -> tuple[date, ...]:
        """The first day of each day, week or month; days without anything stand too."""
        found, day = [], since(self.first_on, self.grain)
        while day <= self.last_on:
            found.append(day)
            step = {"day": 1, "week": 7, "month": 31}.get(self.grain or "", MOST_DAYS)
            day = since(day + timedelta(days=step), self.grain)
        return tuple(found)

    def of(self, since_on: date) -> tuple[date, date]:
        """The days of one column that were asked for."""
        later = [one for one in self.columns() if one > since_on]
        last = later[0] - timedelta(days=1) if later else self.last_on
        return max(since_on, self.first_on), min(last, self.last_on)

    def spans(self) -> dict[str, Any]:
        """Every column with its days, as statements take them."""
        columns = self.columns()
        firsts, lasts = zip(*(self.of(one) for one in columns), strict=True)
        return {"columns": list(columns), "firsts": list(firsts), "lasts": list(lasts)}


def since(day: date, grain: Grain | None) -> date:
    """The first day of the week (Monday) or month that a day lies in."""
    if grain == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day


def within(
    first_on: date | None, last_on: date | None, today: date, grain: Grain | None, back: int = 27
) -> Days:
    """The days asked for; else the last four weeks, twelve weeks or twelve months."""
    last = last_on or today
    first = first_on or {
        "week": since(last, "week") - timedelta(days=77),
        "month": since(since(last, "month") - timedelta(days=330), "month"),
    }.get(grain or "", last - timedelta(days=back))
    if not 0 <= (last - first).days < MOST_DAYS:
        raise Validation(pointer="/from")
    found = Days(first, last, grain)
    if grain and len(found.columns()) > MOST_COLUMNS:
        raise Validation(pointer="/grain")
    return found


Cell = tuple[date, str]  # since which day, and the code of the place
Counts = dict[Cell, dict[str, int]]


async def counted(
    reader: AsyncConnection, days: Days, at: Places, wanted: frozenset[str]
) -> Counts:
    """Every figure that is wanted, by day, week or month and place."""
    asked = {**days.asked(), **at.asked()}
    found: Counts = {}
    read = await rows(reader, SUMS, asked)
    if wanted & {"members", "visits_tenths"}:
        read += await whole(reader, PEOPLE, at.asked() | days.spans(), SORTED)
    if "share_tenths" in wanted:
        read += await rows(reader, DECLARED, asked)
    for row in read:
        key = (row.pop("since_on"), row.pop("code"))
        found.setdefault(key, {}).update(row)
    if days.grain is None:
        found = {(days.first_on, code): one for (_, code), one in found.items()}
    return found


def told(counts: dict[str, int], figure: str, *, exact: bool) -> int | Few | None:
    """One figure of a cell; a ratio is cut to a tenth, and None where it is of nothing. Few people
    are told, and how often they came, only where that is `exact`."""
    if figure in PEOPLE_OF and few(counts.get("members", 0), exact=exact) is FEW:
        return FEW
    if figure in BOOKED:
        return counts.get(figure, 0)
    part, whole, times = {
        "basket_yen": ("sales_yen", "receipts", 1),
        "used_tenths": ("redeemed_points", "issued_points", 1_000),
        "visits_tenths": ("visits", "members", 10),
        "share_tenths": ("with_yen", "all_yen", 1_000),
    }[figure]
    return counts.get(part, 0) * times // counts[whole] if counts.get(whole, 0) > 0 else None


def together(counts: list[dict[str, int]]) -> dict[str, int]:
    """The counts of several cells added up; members and their visits have no sum."""
    names = {name for one in counts for name in one} - {"members", "visits"}
    return {name: sum(one.get(name, 0) for one in counts) for name in names}


async def membership(auditor: AsyncConnection, days: Days) -> dict[date, tuple[int, int]]:
    """How many joined and left in each month."""
    found = await rows(auditor, MEMBERSHIP, days.asked())
    return {row["since_on"]: (row["joined"], row["gone"]) for row in found}


async def in_all(reader: AsyncConnection, days: Days, at: Places, figure: str) -> int | Few | None:
    """One figure of all days and places together."""
    span = Days(days.first_on, days.last_on)
    counts = await counted(reader, span, at.whole(WHOLE), frozenset({figure}))
    return told(counts.get((days.first_on, ALL), {}), figure, exact=at.exact)

"""店舗比較: places side by side, in what entries say and in who came."""

from datetime import timedelta

from psycopg import AsyncConnection

from deploy.figures.figures import FIGURES, Days, Figure, Kind, counted
from deploy.figures.places import Places
from deploy.figures.tables import COUNTED, Number, Table, compared
from deploy.figures.tables import ELSEWHERE as ELSEWHERE_PAGE
from deploy.figures.tables import JOINED as JOINED_PAGE
from deploy.pools import Pools
from federation import crowd
from federation.reading import rows
from federation.sql import statement

ELSEWHERE = statement(__file__, "elsewhere")
JOINED = statement(__file__, "joined")
REACHABLE = statement(__file__, "reachable")
SIDE_BY_SIDE: tuple[Figure, ...] = (
    "sales_yen", "receipts", "basket_yen", "issued_points", "redeemed_points", "used_tenths",
    "members", "visits_tenths",
)  # fmt: skip
NEW = Kind("新規会員", "New members", "人", "members")
FROM_ELSEWHERE = Kind("他店ポイントの利用", "Used from elsewhere", "pt", "points")
COMPARED = (*SIDE_BY_SIDE, "new_members", "elsewhere_points")
KINDS = [FIGURES[name] for name in SIDE_BY_SIDE] + [NEW, FROM_ELSEWHERE]
YEAR = timedelta(days=365)


async def compare(
    reader: AsyncConnection, pools: Pools, days: Days, at: Places, wide: bool
) -> Table:
    """Every place with all its figures; counts of people under ten only at headquarters."""
    counts = await counted(reader, days, at, frozenset(SIDE_BY_SIDE))
    asked = {**days.asked(), **at.asked()}
    async with pools.use("auditor") as auditor:  # lots and members have no rows for a place
        new = await rows(auditor, JOINED, asked)
        brought = await rows(auditor, ELSEWHERE, asked)
    joined = dict.fromkeys(at.names, 0) | {row["code"]: row["joined"] for row in new}
    shown = people(joined, wide)
    points = {row["code"]: row["points"] for row in brought}
    joined_here = {"page": JOINED_PAGE, "who": "joined"} if wide else COUNTED
    more = {
        "new_members": (NEW, shown, joined_here),
        "elsewhere_points": (FROM_ELSEWHERE, points, {"page": ELSEWHERE_PAGE}),
    }
    return compared(counts, days, at, SIDE_BY_SIDE, more)


def people(by_code: dict[str, int], wide: bool) -> dict[str, Number]:
    """What the operator knows of people, by place: under ten not told to others, nor what would
    give such a count away."""
    shown, _ = crowd.by_name(by_code, exact=wide)
    return {
        code: crowd.FEW if count is None and by_code[code] < crowd.LEAST else count
        for code, count in shown.items()
    }


async def reached(pools: Pools, days: Days, at: Places, wide: bool) -> dict[str, dict[str, Number]]:
    """By place: who joined today and was there, who was there within a year and can be reached;
    counts under ten only at headquarters."""
    asked = {**days.asked(), **at.asked()}
    year = {**asked, "first_on": days.last_on - YEAR}
    async with pools.use("auditor") as auditor:
        today = await rows(auditor, JOINED, asked)
    async with pools.use("worker") as worker:  # an auditor reads no addresses
        lately = await rows(worker, REACHABLE, year)
    found: dict[str, dict[str, Number]] = {code: {} for code in at.names}
    for name, met in (
        ("joined", today), ("reachable", lately), ("by_mail", lately), ("by_line", lately)
    ):  # fmt: skip
        by_code = dict.fromkeys(at.names, 0) | {row["code"]: row[name] for row in met}
        for code, count in people(by_code, wide).items():
            found[code][name] = count
    return found

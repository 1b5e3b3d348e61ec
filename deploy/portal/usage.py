"""自社の利用量: what one tenant used the hub for in a month, day by day, as its own eyes see it."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import TOKYO
from federation.reading import rows
from federation.sql import statement
from tenants.usage import first_of

USAGE = statement(__file__, "usage_days")
STANDING = statement(__file__, "usage_standing")
KEPT_MONTHS = 13


class UsageDay(Struct, frozen=True):
    """A day in Japan: slips that came, how many were refused, members who earned or spent, and
    tills that booked."""

    on: date
    calls: int
    refused: int
    members: int
    tills: int


class Usage(Struct, frozen=True):
    """A month: its days, members of all of it, and the tills and clients that are on now."""

    month: str
    days: tuple[UsageDay, ...]
    members: int
    tills: int

    @property
    def calls(self) -> int:
        """Slips that came in the month."""
        return sum(day.calls for day in self.days)

    @property
    def refused(self) -> int:
        """Slips that were refused in the month."""
        return sum(day.refused for day in self.days)

    @property
    def most(self) -> int:
        """The busiest day's calls."""
        return max((day.calls for day in self.days), default=0) or 1


def months(today: date) -> list[str]:
    """This month and the twelve before it."""
    year, month = today.year, today.month
    found = []
    for _ in range(KEPT_MONTHS):
        found.append(f"{year:04}-{month:02}")
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


async def used(conn: AsyncConnection, month: str) -> Usage:
    """What the tenant that this connection has named used in a month."""
    first_on = first_of(month)
    until_on = (first_on + timedelta(days=31)).replace(day=1)
    begins, ends = (datetime.combine(on, datetime.min.time(), TOKYO) for on in (first_on, until_on))
    asked = {"from_at": begins, "until_at": ends}
    *days, total = await rows(conn, USAGE, asked)
    [standing] = await rows(conn, STANDING, {})
    return Usage(month, tuple(UsageDay(**day) for day in days), total["members"], standing["tills"])

"""予定の期: the cycle that a day belongs to, also where nobody planned it yet."""

from datetime import date

from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement import calendar, schemes
from settlement.agreeing import agreements
from settlement.calendar import Cycle

PLANNED = statement(__file__, "planned")


async def planned(conn: AsyncConnection, on: date) -> Cycle:
    """The cycle of a day, as it is planned, or as it would be by the calendar that was agreed."""
    found = await rows(conn, PLANNED, {"on": on})
    if found:
        return Cycle(**found[0])
    return calendar.cycle_of(on, schemes.calendar_on(await agreements(conn), on))

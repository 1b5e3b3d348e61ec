"""What jobs work with, and the moment for which they run."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime

from msgspec import Struct

from deploy.pools import Pools
from deploy.settings import Settings
from federation.days import day_of
from federation.desk import Desk
from tenants.gifts import Gifts
from tenants.mall import Mall

Clock = Callable[[], datetime]


class Moment(Struct, frozen=True):
    """The instant for which a job runs, and what the hub's clock says now."""

    due_at: datetime
    now: datetime

    @property
    def on(self) -> date:
        """The day in Tokyo for which it runs."""
        return day_of(self.due_at)


class Tools(Struct, frozen=True):
    """The hub as jobs see it: its settings, connections, desk and clock; how it is kept; its mall,
    and the gifts that it owes."""

    settings: Settings
    pools: Pools
    desk: Desk
    clock: Clock
    keep: Callable[[], Awaitable[None]]
    mall: Mall
    gifts: Gifts

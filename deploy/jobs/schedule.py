"""いつ: the instants at which a job is due, by the hub's clock. Pure."""

from datetime import datetime, time, timedelta

from msgspec import Struct

from federation.days import TOKYO, day_of

DAY = timedelta(days=1)
MOST_DAYS = 40  # a hub that stood still longer does not make up for more


class Daily(Struct, frozen=True):
    """Once a day, at a time of day in Tokyo. A day that was missed is made up for where each has
    work of its own; else the last alone is."""

    at: time
    each_day: bool = False

    @property
    def ja(self) -> str:
        """As a Japanese reader says it."""
        return f"毎日 {self.at.hour}:{self.at:%M}"

    @property
    def en(self) -> str:
        """As an English reader says it; the hub's clock is that of Tokyo."""
        return f"daily {self.at.hour}:{self.at:%M} JST"

    def slot_on(self, now: datetime) -> datetime:
        """The instant of this time on a day."""
        return datetime.combine(day_of(now), self.at, TOKYO)

    def latest(self, now: datetime) -> datetime:
        """The last instant that has come."""
        slot = self.slot_on(now)
        return slot if slot <= now else slot - DAY

    def after(self, slot: datetime) -> datetime:
        """The next one; Tokyo knows no summer time."""
        return slot + DAY


class Every(Struct, frozen=True):
    """Every so many minutes of the day."""

    minutes: int
    each_day: bool = False

    @property
    def ja(self) -> str:
        """As a Japanese reader says it."""
        hours, rest = divmod(self.minutes, 60)
        return f"{self.minutes}分ごと" if rest else f"{hours}時間ごと"

    @property
    def en(self) -> str:
        """As an English reader says it."""
        hours, rest = divmod(self.minutes, 60)
        many, unit = (self.minutes, "minute") if rest else (hours, "hour")
        return f"every {unit}" if many == 1 else f"every {many} {unit}s"

    def latest(self, now: datetime) -> datetime:
        """The last instant that has come."""
        midnight = datetime.combine(day_of(now), time(0), TOKYO)
        passed = int((now - midnight).total_seconds()) // (60 * self.minutes)
        return midnight + timedelta(minutes=passed * self.minutes)

    def after(self, slot: datetime) -> datetime:
        """The next one."""
        return slot + timedelta(minutes=self.minutes)


When = Daily | Every


def due(when: When, now: datetime, done_up_to: datetime | None) -> list[datetime]:
    """The instants that have come since the last that was done, the oldest first: all of them
    where each day counts, else the latest. Of a job that never ran, the latest."""
    latest = when.latest(now)
    if done_up_to is not None and latest <= done_up_to:
        return []
    found = [latest]
    while (
        when.each_day
        and done_up_to is not None
        and found[0] - DAY > done_up_to
        and len(found) < MOST_DAYS
    ):
        found.insert(0, found[0] - DAY)
    return found

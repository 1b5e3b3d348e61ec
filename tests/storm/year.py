"""The storm's calendar: a clock in a file that runs, leaps, steps back and cannot be read; cycles
that are closed in the middle of it all, and their sealed files."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from deploy.clock import FileClock
from settlement import calendar
from tests.storm.fleet import Fleet
from tests.storm.line import Heard, Line
from tests.storm.wishes import Place

TICK_SECONDS = 0.2
SPEED = 5.0  # the mall's seconds in one of ours
GARBAGE = "??"
CLOSING_SECONDS = 60.0


class Year:
    """What day it is in the storm."""

    def __init__(self, path: Path, begin: datetime) -> None:
        self.clock = FileClock(path)
        self.path = path
        self.now = begin
        self.readable = True
        self.closed: dict[int, str] = {}
        self.next_cycle = calendar.cycle_of(begin.date())

    async def run(self) -> None:
        """The clock goes on, as long as it can be written."""
        while True:
            self.now += timedelta(seconds=TICK_SECONDS * SPEED)
            self.write()
            await asyncio.sleep(TICK_SECONDS)

    def write(self) -> None:
        if self.readable:
            self.clock.set(self.now)

    def leap(self, by: timedelta) -> None:
        """It is suddenly later, or earlier."""
        self.now += by
        self.write()

    async def unreadable(self, seconds: float) -> None:
        """For a while no instant stands in the file."""
        self.readable = False
        self.path.write_text(GARBAGE)
        await asyncio.sleep(seconds)
        self.readable = True
        self.write()

    async def close_next(self, fleet: Fleet, operator: Place) -> None:
        """Leap over the end of the next cycle, close it while the tills go on, keep its seal."""
        cycle = self.next_cycle
        after = cycle.last_on + calendar.DAY
        if self.now.date() < after:
            self.now = datetime.combine(after, self.now.timetz())
            self.write()
        self.next_cycle = calendar.cycle_of(after)
        lines = [Line(port) for port in fleet.ports]
        path = f"/v1/admin/cycles/{cycle.first_on}/close"
        if await insisted(fleet, lines, operator, "POST", path) is not None:
            digest = await self.seal(fleet, operator, cycle.cycle_id)
            self.closed[cycle.cycle_id] = digest
            fleet.record.sealed(cycle.cycle_id, digest, "closed")

    async def seal(self, fleet: Fleet, operator: Place, cycle_id: int) -> str:
        """The digest of a cycle's sealed file, as any hub hands it out."""
        lines = [Line(port) for port in fleet.ports]
        first_on = datetime.strptime(str(cycle_id), "%Y%m%d").date()  # noqa: DTZ007  a day
        path = f"/v1/settlement/cycles/{first_on}/seal"
        heard = await insisted(fleet, lines, operator, "GET", path)
        return hashlib.sha256(heard.body if heard is not None else b"").hexdigest()

    async def seal_again(self, fleet: Fleet, operator: Place) -> None:
        """Read every sealed file once more, for the audit."""
        for cycle_id in self.closed:
            digest = await self.seal(fleet, operator, cycle_id)
            fleet.record.sealed(cycle_id, digest, "at the end")


async def insisted(
    fleet: Fleet, lines: list[Line], place: Place, method: str, path: str
) -> Heard | None:
    """Ask one hub after the other until it is done: a close goes on where it stopped."""
    last: Heard | None = None
    try:
        for attempt in range(1_000):
            line = lines[attempt % len(lines)]
            last = await fleet.ask(line, place, path, method=method, patience=CLOSING_SECONDS)
            if last is not None and last.status == 200:
                return last
            if last is not None and last.status not in (401, 429, 503):
                break
            await asyncio.sleep(0.2)
    finally:
        for line in lines:
            line.hang_up()
    fleet.wrong.append(f"{method} {path} was answered {last}")
    return None

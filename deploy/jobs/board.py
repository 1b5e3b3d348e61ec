"""掲示: every job with its last run and its next, as the operator reads it."""

from datetime import datetime

from msgspec import Struct
from psycopg import AsyncConnection

from deploy.jobs import runs, schedule
from deploy.jobs.runner import MOST_TRIES
from deploy.jobs.runs import Run
from deploy.jobs.table import JOBS


class Shown(Struct, frozen=True):
    """One job: what it is, when it comes, what became of it last and when it comes next; `late`
    says for how many seconds it has been due."""

    name: str
    ja: str
    en: str
    when_ja: str
    when: str
    last: Run | None
    next_at: datetime
    late_seconds: int
    given_up: int


class Board(Struct, frozen=True):
    """All jobs, at an instant of the hub's clock."""

    now: datetime
    jobs: tuple[Shown, ...]


async def board(conn: AsyncConnection, now: datetime) -> Board:
    """What hangs on the board."""
    standing = await runs.standing(conn, [job.name for job in JOBS], MOST_TRIES)
    shown = []
    for job in JOBS:
        stands = standing[job.name]
        slots = schedule.due(job.when, now, stands.done_up_to)
        waits = [slot for slot in slots if slot not in stands.given_up]
        shown.append(
            Shown(
                job.name,
                job.ja,
                job.en,
                job.when.ja,
                job.when.en,
                stands.last,
                waits[0] if waits else job.when.after(job.when.latest(now)),
                int((now - slots[0]).total_seconds()) if slots else 0,
                len(stands.given_up),
            )
        )
    return Board(now, tuple(shown))

"""The runner: rings for each job when it is due, and does what was rung for, a few at a time.

The queue is procrastinate's, in the schema `jobs` of the same database; every hub rings and works,
and a job's lock lets one run at a time over all of them. The lock is the session's that also writes
down what became of the run: whoever loses it is stopped, and has no voice. Nothing depends on the
queue: what is due follows from the clock and the runs that ended well.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any

import procrastinate
import psycopg
from opentelemetry import metrics
from procrastinate import exceptions
from psycopg import AsyncConnection

from deploy.clock import wall
from deploy.jobs import runs, schedule
from deploy.jobs.table import JOBS, Job
from deploy.jobs.tools import Moment, Tools
from deploy.pools import LINES
from federation.refusals import Refusal

RING_SECONDS = 5.0
BEAT_SECONDS = 2.0
AGAIN_SECONDS = 5.0
LEAVE_SECONDS = 1.0
MOST_TRIES = 10  # for one instant; then it is left to the next, and to whoever reads the alert
QUEUE = "jobs"
RETRY = procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4)

log = logging.getLogger("meguri.jobs")

_meter = metrics.get_meter("meguri")
late = _meter.create_gauge(
    "meguri.job.late", unit="s", description="for how long, by the hub's clock, a job has been due"
)
ended = _meter.create_counter(
    "meguri.job.runs", unit="{run}", description="runs of jobs that ended here, by outcome"
)


class Taken(Exception):
    """The job runs elsewhere just now."""


class Runner:
    """Rings and works, as long as the process lives."""

    def __init__(
        self,
        tools: Tools,
        connect: Callable[[], Awaitable[AsyncConnection]],
        queue_url: str,
        jobs: tuple[Job, ...] = JOBS,
    ) -> None:
        """`connect` gives the session that holds a job's lock."""
        self._tools = tools
        self._connect = connect
        self._queue_url = queue_url
        self._jobs = {job.name: job for job in jobs}

    async def keep_working(self) -> None:
        """Ring and work, whatever becomes of the database."""
        for job in self._jobs.values():
            late.set(0, {"job": job.name})
            for outcome in ("ok", "failed"):
                ended.add(0, {"job": job.name, "outcome": outcome})
        while True:
            try:
                await self._work()
            except (psycopg.Error, OSError, exceptions.ConnectorException) as lost:
                log.warning("the jobs begin again", extra={"reason": type(lost).__name__})
            except Exception:
                log.exception("the jobs stumbled")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _work(self) -> None:
        app = self.queue()
        async with app.open_async():
            ringing = asyncio.create_task(self._keep_ringing(app))
            try:
                await app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=LINES["jobs"],  # a long one, such as a mailing, keeps none waiting
                    listen_notify=False,  # poolers have no ears; the bell is rung every few seconds
                    fetch_job_polling_interval=RING_SECONDS,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=LEAVE_SECONDS,
                )
            finally:
                ringing.cancel()
                await asyncio.gather(ringing, return_exceptions=True)

    def queue(self) -> procrastinate.App:
        """The queue, with a task for each job; its tables are found by the path of its sessions."""
        connector = procrastinate.PsycopgConnector(
            conninfo=self._queue_url,
            min_size=0,
            max_size=LINES["queue"],
            kwargs={"options": "-c search_path=jobs", "application_name": "meguri jobs"},
        )
        app = procrastinate.App(connector=connector)
        for name in self._jobs:
            app.task(name=name, queue=QUEUE, lock=name, retry=RETRY)(self._task(name))
        return app

    def _task(self, name: str) -> Callable[..., Coroutine[Any, Any, None]]:
        async def task(due_at: str, by: str | None = None) -> None:
            await self.run(name, datetime.fromisoformat(due_at), asked=by is not None, by=by)

        return task

    async def _keep_ringing(self, app: procrastinate.App) -> None:
        """Ring every few seconds, and take up what a hub left that is no more."""
        while True:
            try:
                await self.ring(app)
                for left in await app.job_manager.get_stalled_jobs():
                    await app.job_manager.retry_job(left)
            except (psycopg.Error, OSError, exceptions.ConnectorException) as lost:
                log.warning("nobody could ring", extra={"reason": type(lost).__name__})
            await asyncio.sleep(RING_SECONDS)

    async def ring(self, app: procrastinate.App) -> list[tuple[str, datetime]]:
        """Put what is due into the queue, each instant once; what was due."""
        now, found = self._tools.clock(), []
        async with self._tools.pools.use("worker") as conn:
            standing = await runs.standing(conn, self._jobs, MOST_TRIES)
        for job in self._jobs.values():
            stands = standing[job.name]
            slots = schedule.due(job.when, now, stands.done_up_to)
            late.set(max((now - slots[0]).total_seconds(), 0) if slots else 0, {"job": job.name})
            found += [(job.name, slot) for slot in slots if slot not in stands.given_up]
        for name, slot in found:
            told = slot.isoformat()
            asked = app.configure_task(name, queue=QUEUE, lock=name, queueing_lock=f"{name} {told}")
            try:
                await asked.defer_async(due_at=told)
            except exceptions.AlreadyEnqueued:
                continue
        return found

    async def ask(self, name: str, due_at: datetime, by: str) -> bool:
        """Put a run into the queue, for whichever hub; False where one waits already."""
        app = self.queue()
        async with app.open_async():
            asked = app.configure_task(name, queue=QUEUE, lock=name, queueing_lock=f"{name} asked")
            try:
                await asked.defer_async(due_at=due_at.isoformat(), by=by)
            except exceptions.AlreadyEnqueued:
                return False
        return True

    async def run(
        self, name: str, due_at: datetime, *, asked: bool = False, by: str | None = None
    ) -> int | None:
        """Do a job for an instant, alone over all hubs; how many it did, None where it was done.
        Whoever asks has it done again. `Taken` while it runs elsewhere."""
        job = self._jobs[name]
        async with await self._connect() as conn:
            if not await runs.alone(conn, name):
                raise Taken
            if not asked and await runs.is_done(conn, name, due_at):
                return None
            run_id = await runs.begin(conn, name, due_at, asked, by, wall())
            try:
                done = await held(conn, job.do(self._tools, Moment(due_at, self._tools.clock())))
            except Exception as failed:
                reason = type(failed).__name__
                ended.add(1, {"job": name, "outcome": "failed"})
                expected = (psycopg.Error, OSError, Refusal)
                log.warning(
                    "a job failed",
                    extra={"reason": f"{name} {reason}"},
                    exc_info=None if isinstance(failed, expected) else failed,
                )
                await runs.end(conn, run_id, wall(), None, reason)
                raise
            await runs.end(conn, run_id, wall(), done)
            ended.add(1, {"job": name, "outcome": "ok"})
            return done


async def held(conn: AsyncConnection, work: Awaitable[int]) -> int:
    """Do some work as long as this session, and with it its lock, lives."""
    task = asyncio.ensure_future(work)
    try:
        while not (await asyncio.wait([task], timeout=BEAT_SECONDS))[0]:
            await conn.execute("SELECT 1")
        return task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

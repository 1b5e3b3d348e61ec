"""定時処理: what is due is done once and alone; what is killed is done again."""

import asyncio
import contextlib
import threading
from datetime import date, datetime, time, timedelta

import pytest
from click.testing import CliRunner
from msgspec import structs

from deploy.cli import main
from deploy.jobs import runs
from deploy.jobs.runner import MOST_TRIES, Runner, Taken
from deploy.jobs.schedule import Daily, Every, When
from deploy.jobs.table import JOBS, Job
from deploy.jobs.tools import Moment, Tools
from federation.days import TOKYO
from tests.mall import Mall
from tests.people.persons import Staff

RUNS = "SELECT array_agg(outcome ORDER BY run_id) FROM jobs.runs WHERE name = %s"
QUEUED = "SELECT count(*) FROM jobs.procrastinate_jobs"


class Work:
    """A job that notes for what it ran, and may be made to wait or to fail."""

    def __init__(self, when: When = Daily(time(0, 5), each_day=True)) -> None:  # noqa: B008
        self.when = when
        self.did: list[date] = []
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.fails = 0

    async def __call__(self, _: Tools, moment: Moment) -> int:
        self.begun.set()
        await self.go_on.wait()
        if self.fails:
            self.fails -= 1
            raise OSError
        self.did.append(moment.on)
        return len(self.did)

    def at(self, mall: Mall, name: str = "a-job") -> Runner:
        """A hub's runner of this job alone."""
        ours = mall.hub
        tools = Tools(
            ours.settings, ours.pools, ours.desk, ours.clock, ours._keep, ours.mall, ours.gifts
        )
        job = Job(name, "ある処理", "a job", self.when, self)
        return Runner(tools, ours.pools.job, ours.settings.url("worker"), (job,))


def slot(day: date) -> datetime:
    return datetime.combine(day, time(0, 5), TOKYO)


async def drained(runner: Runner) -> None:
    """Ring, and do what was rung for."""
    app = runner.queue()
    async with app.open_async():
        await runner.ring(app)
        await app.run_worker_async(
            wait=False, listen_notify=False, delete_jobs="always", install_signal_handlers=False
        )


async def test_a_job_rung_for_by_three_hubs_is_done_once(mall: Mall) -> None:
    work = Work()
    hubs = [work.at(mall, "thrice") for _ in range(3)]
    await asyncio.gather(*(drained(one) for one in hubs))
    await asyncio.gather(*(drained(one) for one in hubs))
    assert work.did == [mall.today]
    assert await mall.value(RUNS, "thrice") == ["ok"]
    assert await mall.value(QUEUED) == 0


async def test_days_that_were_missed_are_made_up_for_in_order(mall: Mall) -> None:
    work = Work()
    runner = work.at(mall, "missed")
    begin = mall.now
    await drained(runner)
    mall.clock.set(begin + timedelta(days=3))
    await drained(runner)
    await drained(runner)
    mall.clock.set(begin)
    assert work.did == [begin.date() + timedelta(days=n) for n in range(4)]


async def test_a_job_runs_in_one_place_at_a_time(mall: Mall) -> None:
    work = Work()
    work.go_on.clear()
    here, there = work.at(mall, "alone"), work.at(mall, "alone")
    first = asyncio.create_task(here.run("alone", slot(mall.today)))
    await work.begun.wait()
    with pytest.raises(Taken):
        await asyncio.wait_for(there.run("alone", slot(mall.today)), 20)
    with pytest.raises(Taken):
        await there.run("alone", slot(mall.today), asked=True)
    work.go_on.set()
    assert await first == 1
    assert await there.run("alone", slot(mall.today)) is None, "it is done"
    assert await there.run("alone", slot(mall.today), asked=True) == 2


async def test_what_is_killed_in_the_middle_is_told_as_broken_off_and_done_again(
    mall: Mall,
) -> None:
    work = Work()
    work.go_on.clear()
    runner = work.at(mall, "killed")
    killed = asyncio.create_task(runner.run("killed", slot(mall.today)))
    await work.begun.wait()
    killed.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await killed
    assert await mall.value(RUNS, "killed") == ["running"]
    work.go_on.set()
    await drained(runner)
    assert await mall.value(RUNS, "killed") == ["broken-off", "ok"]


async def test_a_session_that_loses_its_lock_stops_its_job(mall: Mall) -> None:
    work = Work()
    work.go_on.clear()
    runner = work.at(mall, "lost")
    running = asyncio.create_task(runner.run("lost", slot(mall.today)))
    await work.begun.wait()
    async with mall.hub.pools.bare("worker") as conn:
        await conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'meguri job' AND datname = current_database()"
        )
    with pytest.raises(Exception, match=r".*"):
        await running
    assert work.did == []
    work.go_on.set()
    assert await runner.run("lost", slot(mall.today)) == 1


async def test_what_fails_says_why_and_is_given_up_after_so_many_tries(mall: Mall) -> None:
    work = Work()
    runner = work.at(mall, "fails")
    work.fails = MOST_TRIES
    for _ in range(MOST_TRIES):
        with pytest.raises(OSError, match=r"^$"):
            await runner.run("fails", slot(mall.today))
    async with mall.hub.pools.use("worker") as conn:
        stands = (await runs.standing(conn, ["fails"], MOST_TRIES))["fails"]
    assert stands.last is not None
    assert (stands.last.outcome, stands.last.reason) == ("failed", "OSError")
    assert stands.given_up == (slot(mall.today),)
    app = runner.queue()
    async with app.open_async():
        assert await runner.ring(app) == []
    assert await runner.run("fails", slot(mall.today), asked=True) == 1, "whoever asks may try"


async def test_a_hub_does_its_round_by_itself(mall: Mall) -> None:
    work = Work(Every(60))
    working = asyncio.create_task(work.at(mall, "by-itself").keep_working())
    try:
        async with asyncio.timeout(30):
            await work.begun.wait()
            while await mall.value(RUNS, "by-itself") != ["ok"]:  # noqa: ASYNC110  it is elsewhere
                await asyncio.sleep(0.01)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def test_every_job_of_the_house_runs_and_hangs_on_the_board(mall: Mall) -> None:
    for job in JOBS:
        await mall.hub.runner.run(job.name, job.when.latest(mall.now), asked=True)
    operator = await mall.operator()
    told = (await operator.get("/v1/admin/jobs")).json
    assert [one["name"] for one in told["jobs"]] == [job.name for job in JOBS]
    assert {one["last"]["outcome"] for one in told["jobs"]} == {"ok"}
    assert all(datetime.fromisoformat(one["next_at"]) > mall.now for one in told["jobs"])
    assert all(one["ja"] and one["en"] for one in told["jobs"])
    till = await mall.shop("bakery")
    assert (await till.get("/v1/admin/jobs")).status == 403


async def test_the_board_hangs_at_the_console(mall: Mall) -> None:
    staff = Staff(mall)
    reader = await staff.person("auditor@example.jp", "auditor")
    ja = ("失効と保留の期限切れの計上", "<td>1分ごと</td>", "<td>毎日 22:00</td>")
    en = ("Book what lapsed", "<td>every minute</td>", "<td>daily 22:00 JST</td>")
    for lang, words in (("ja", ja), ("en", en)):
        page = await reader.browser.get(f"/console/jobs?lang={lang}")
        assert page.status == 200
        assert [said for said in words if said not in page.text] == []
    shut = await staff.person("support@example.jp", "support")
    assert (await shut.browser.get("/console/jobs")).status == 403
    async with mall.http.get(f"{mall.url}/console/jobs", allow_redirects=False) as answer:
        assert answer.status in (303, 401)


async def test_somebody_asks_for_a_run_on_its_page_and_any_hub_does_it_once(mall: Mall) -> None:
    hq = await Staff(mall).person("asker@example.jp", "hq")
    path = "/console/jobs/forget-looks"
    token = await hq.form_token()

    async def asks(confirm: str = "forget-looks") -> str:
        return (await hq.browser.post(path, form_token=token, confirm=confirm)).to

    asked = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'forget-looks'"
    assert "no=" in await asks(confirm="forget")
    assert await mall.value(asked) == 0
    assert "done=queued" in await asks()
    assert "done=waiting" in await asks()
    assert await mall.value(asked) == 1
    app = mall.hub._runner().queue()  # another hub's hands
    async with app.open_async():
        await app.run_worker_async(
            wait=False, listen_notify=False, delete_jobs="always", install_signal_handlers=False
        )
    by = "SELECT array_agg(asked_by) FROM jobs.runs WHERE name = 'forget-looks' AND asked"
    assert (await mall.value(by))[-1:] == [hq.person_id]
    page = (await hq.browser.get(f"{path}?lang=en")).text
    assert "<td>asker@example.jp</td>" in page
    await mall.hub.trail.flush()
    trail = (await (await mall.operator()).get("/v1/admin/audit")).json
    assert any("/console/jobs/{name}" in str(one) for one in trail["acts"])
    reader = await Staff(mall).person("only-reads@example.jp", "auditor")
    assert "Run it now" not in (await reader.browser.get(f"{path}?lang=en")).text
    refused = await reader.browser.post(path, form_token=await reader.form_token())
    assert refused.status == 403
    assert (await hq.browser.get("/console/jobs/no-such-job")).status == 404


def in_a_shell(mall: Mall, *words: str) -> str:
    """What `meguri` says, in a thread that has no loop."""
    said: list[str] = []

    def speak() -> None:
        env = structs.replace(mall.hub.settings, jobs="off").env()
        told = CliRunner().invoke(main, list(words), env=env, catch_exceptions=False)
        said.append(told.output)

    thread = threading.Thread(target=speak)
    thread.start()
    thread.join()
    return said[0]


async def test_the_command_line_lists_the_jobs_and_runs_one(mall: Mall) -> None:
    said = await asyncio.to_thread(in_a_shell, mall, "jobs", "run", "sweep", "--on", "2026-06-03")
    assert "1 件" in said
    listed = await asyncio.to_thread(in_a_shell, mall, "jobs")
    for job in JOBS:
        assert job.name in listed
        assert job.ja in listed
    assert "no job" in await asyncio.to_thread(in_a_shell, mall, "jobs", "run", "nothing")

"""定時処理の画面: what the hub does by itself, the runs of each job, and one asked for now."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of
from deploy.jobs import runs
from deploy.jobs.board import board
from deploy.jobs.runner import Runner
from deploy.jobs.table import Job, named, slot_of
from deploy.registers import forms
from federation.days import TOKYO, day_of
from federation.refusals import NotFound, Validation
from tenants.showing import Show

JOBS = "/console/jobs"
MOST = 50


def job_of(name: str) -> Job:
    """The job of an address."""
    if (job := named(name)) is None:
        raise NotFound
    return job


@get(JOBS, requires="admin:read", page=True, include_in_schema=False)
async def get_jobs_page(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """What the hub does by itself. / 定時処理の画面"""
    return show(request, "people/jobs.html", board=await board(auditor, clock()))


@get(f"{JOBS}/{{name:str}}", requires="admin:read", page=True, include_in_schema=False)
async def get_job(
    request: Asked,
    name: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """A job with its last runs. / 処理の履歴"""
    job_of(name)
    past = await runs.history(auditor, name, MOST)
    [one] = [job for job in (await board(auditor, clock())).jobs if job.name == name]
    names = await forms.names_of(auditor, {run.asked_by for run in past if run.asked_by})
    return show(
        request, "people/job.html", job=one, past=past, names=names, most=MOST,
        **forms.said(request),
    )  # fmt: skip


@post(
    f"{JOBS}/{{name:str}}", requires="admin:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_job(
    request: Asked,
    name: FromPath[str],
    reception: NamedDependency[Reception],
    runner: NamedDependency[Runner],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Ask for a run now, of whichever hub; what waits is not asked twice. / いま実行"""
    session = session_of(request)
    told = await reception.form(request, session)
    job = job_of(name)
    if told.get("confirm", "").strip() != name:
        return forms.onward(request, f"{JOBS}/{name}", "", Validation(pointer="/confirm"))
    now = clock().astimezone(TOKYO)
    news = await runner.ask(name, slot_of(job, day_of(now), now), session.person)
    return forms.onward(request, f"{JOBS}/{name}", "queued" if news else "waiting")


ROUTES: list[HTTPRouteHandler] = [get_jobs_page, get_job, post_job]

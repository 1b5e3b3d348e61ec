"""The board of jobs, for programs and on a page of the console."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of
from deploy.jobs.board import Board, board
from tenants.answers_api import answers
from tenants.reading_api import NO_STORE

Now = Callable[[], datetime]


@get(
    "/v1/admin/jobs",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_jobs(auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]) -> Board:
    """What the hub does by itself, when it did so last and when it will again. / 定時処理の一覧"""
    return await board(auditor, clock())


@get("/console/jobs", requires="admin:read", page=True, include_in_schema=False)
async def get_jobs_page(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The same on a page. / 定時処理の画面"""
    session = session_of(request)
    return reception.page(request, "people/jobs.html", session, board=await board(auditor, clock()))


ROUTES: list[HTTPRouteHandler] = [get_jobs, get_jobs_page]

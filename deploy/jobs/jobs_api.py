"""The board of jobs, for programs."""

from collections.abc import Callable
from datetime import datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

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


ROUTES: list[HTTPRouteHandler] = [get_jobs]

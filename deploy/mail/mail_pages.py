"""配信停止: one click, and no more mails of a kind come (RFC 8058)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from deploy.console import Asked, show
from federation.opaque import Names
from federation.refusals import NotFound
from tenants.mailing import outbox
from tenants.noticing import KINDS

Now = Callable[[], datetime]
MOST_BYTES = 4_096


def reader_of(names: Names, kind: str, token: str) -> int:
    """The member whom a link was sent to; a handle of any tenant is none."""
    nobody, member_id = names.open("member", token)
    if nobody != 0 or kind not in KINDS:
        raise NotFound
    return member_id


@get("/mail/off/{kind:str}/{token:str}", requires="anyone", page=True, include_in_schema=False)
async def get_mail_off(
    request: Asked, kind: FromPath[str], token: FromPath[str], names: NamedDependency[Names]
) -> Response[Any]:
    """Ask whether mails of a kind shall stop: looking at a page stops nothing. / 配信停止の確認"""
    reader_of(names, kind, token)
    return show(request, "mail_off.html", session=None, words=KINDS[kind], done=False)


@post(
    "/mail/off/{kind:str}/{token:str}", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_mail_off(
    request: Asked,
    kind: FromPath[str],
    token: FromPath[str],
    names: NamedDependency[Names],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """No more mails of a kind; said again, nothing changes. / 配信停止"""
    await outbox.refuse(worker, reader_of(names, kind, token), kind, clock())
    return show(request, "mail_off.html", session=None, words=KINDS[kind], done=True)


ROUTES: list[HTTPRouteHandler] = [get_mail_off, post_mail_off]

"""テナントの試験環境: keys to try the API with, shown this once."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection, OperationalError

from auth import clients
from auth.people.reception import Reception, session_of
from deploy.portal import sandbox
from deploy.portal.home_pages import names_of
from deploy.portal.keys_pages import DO, SEE
from deploy.settings import Settings
from federation.refusals import Busy, NotFound, Validation
from settlement import reading
from tenants.callers import Caller
from tenants.layout import Named
from tenants.showing import Show

Now = Callable[[], datetime]
Asked = Request[Any, Any, Any]


@get("/portal/sandbox", **SEE)
async def get_sandbox(
    request: Asked,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    instance: NamedDependency[Settings],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """Where the sandbox is, and one's keys to it. / 試験環境"""
    own = await reading.whose(reader, caller, None)
    if not instance.sandbox_database_url:
        return show(request, "portal/sandbox.html", base="", clients=(), keys=None, own=own)
    async with connected(instance, worker) as there:
        found = await sandbox.known(there, own.code)
    return show(
        request, "portal/sandbox.html", base=instance.sandbox, clients=found, keys=None, own=own
    )


@post("/portal/sandbox", **DO)
async def post_sandbox(
    request: Asked,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    worker: NamedDependency[AsyncConnection],
    instance: NamedDependency[Settings],
    reception: NamedDependency[Reception],
    wall: NamedDependency[Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """Another key, or the end of one. / 試験用の鍵"""
    told = await reception.form(request, session_of(request))
    if not instance.sandbox_database_url:
        raise NotFound
    own = await reading.whose(reader, caller, None)
    named = Named(own.code, *(await names_of(reader))[own.code])
    keys = None
    async with connected(instance, worker) as there:
        match told.get("do"):
            case "new":
                keys = await sandbox.open_up(there, named, caller.client_id, wall())
            case "revoke":
                found = await sandbox.known(there, own.code)
                if told.get("of") not in {one.client_id for one in found}:
                    raise NotFound
                await clients.revoke(there, told["of"], wall())
            case _:
                raise Validation(pointer="/do")
        found = await sandbox.known(there, own.code)
    return show(
        request, "portal/sandbox.html", base=instance.sandbox, clients=found, keys=keys, own=own
    )


@asynccontextmanager
async def connected(instance: Settings, worker: AsyncConnection) -> AsyncIterator[AsyncConnection]:
    """A connection to the sandbox's own books, if they are not ours."""
    try:
        there = await AsyncConnection.connect(
            instance.sandbox_database_url, autocommit=True, connect_timeout=3,
            application_name="meguri portal",
        )  # fmt: skip
    except OperationalError:
        raise Busy(retry_after=5) from None
    async with there:
        await sandbox.apart(worker, there)
        yield there


ROUTES: list[HTTPRouteHandler] = [get_sandbox, post_sandbox]

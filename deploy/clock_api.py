"""The clock's own route; it exists only in an instance laid out as demo or test."""

from datetime import datetime
from typing import Annotated

from litestar import put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from deploy.clock import FileClock
from federation.days import TOKYO
from federation.refusals import TooLarge, UnsupportedMediaType, Validation
from tenants.answers_api import answers

# Before, the programme's first rules did not stand; after, a month may be none that there is.
EARLIEST, LATEST = datetime(2020, 1, 1, tzinfo=TOKYO), datetime(2200, 1, 1, tzinfo=TOKYO)


class SetClock(Struct, frozen=True, forbid_unknown_fields=True):
    """The instant that it shall be."""

    now: Annotated[datetime, Meta(tz=True)]


@put(
    "/v1/admin/clock",
    requires="admin:clock",
    status_code=204,
    responses=answers(204, None, Validation, TooLarge, UnsupportedMediaType),
)
async def put_clock(
    data: JSONBody[SetClock],
    clock: NamedDependency[FileClock],
    worker: NamedDependency[AsyncConnection],
) -> None:
    """Set the clock of a demo or test instance. / 時計の設定"""
    if not EARLIEST <= data.now < LATEST:
        raise Validation(pointer="/now")
    await worker.execute("SELECT federation.open_months(%s, 2)", (data.now.date(),))
    clock.set(data.now)


ROUTES: list[HTTPRouteHandler] = [put_clock]

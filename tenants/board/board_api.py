"""お知らせのAPI: what hangs at the shop of a till, and that it was seen there."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from tenants.answers_api import answers
from tenants.board import notices
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.mall import Mall
from tenants.reading_api import NO_STORE

Now = Callable[[], datetime]
KIND: Final = "board"


class NoticeTold(Struct, frozen=True, omit_defaults=True):
    """A notice of headquarters as a till shows it."""

    notice: str
    title: str
    title_en: str
    body: str
    body_en: str
    from_on: date
    to_on: date
    to_be_seen: bool
    seen_at: datetime | None = None


class NoticesTold(Struct, frozen=True):
    """What hangs at a shop today, the newest first."""

    notices: tuple[NoticeTold, ...]


class SeenAt(Struct, frozen=True, forbid_unknown_fields=True):
    """At which till, and by whom, a notice was seen."""

    till: Annotated[str, Meta(min_length=1, max_length=64)]
    staff: Annotated[str, Meta(max_length=64, pattern=r"^[\x21-\x7e]*$(?!\n)")] | None = None


@get(
    "/v1/shop-notices",
    requires="points:quote",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_shop_notices(
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
    till: FromQuery[str],
) -> NoticesTold:
    """What headquarters tells the shop of a till today. / 本部からのお知らせ"""
    shop = (await mall.till(caller, till)).shop_id
    found = await notices.here(counter, [shop], day_of(clock()))
    return NoticesTold(
        tuple(
            NoticeTold(
                names.seal(KIND, 0, one.notice_id),
                one.title,
                one.title_en,
                one.body,
                one.body_en,
                one.from_on,
                one.to_on,
                one.to_be_seen,
                one.seen_at,
            )
            for one in found
        )
    )


@post(
    "/v1/shop-notices/{notice:str}/seen",
    requires="points:quote",
    status_code=204,
    responses=answers(204, None, NotFound, *ANY_JSON),
)
async def post_seen(
    notice: FromPath[str],
    data: JSONBody[SeenAt],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> None:
    """A notice was seen at a till; the first time counts. / お知らせの確認"""
    _, notice_id = names.sought(KIND, notice)
    shop = (await mall.till(caller, data.till)).shop_id
    who = f"till:{data.till}" + (f" staff:{data.staff}" if data.staff else "")
    await notices.see(worker, notice_id, [shop], who, clock())


ROUTES: list[HTTPRouteHandler] = [get_shop_notices, post_seen]

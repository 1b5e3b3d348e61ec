"""Who stands at the till: by a card or a phone number, as far as a till may know."""

from collections.abc import Callable
from datetime import datetime

from litestar import post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation import carriers
from federation.opaque import Names
from federation.refusals import (
    CardNotActive,
    CodeExpired,
    RateLimited,
    TooLarge,
    UnsupportedMediaType,
    Validation,
)
from federation.slips import CardNumber, TillCode
from tenants.answers_api import ANY_TILL, answers
from tenants.callers import Caller
from tenants.lookups import Found, Lookups, look_up
from tenants.mall import Mall
from tenants.member_words import Phone, phone_of

Now = Callable[[], datetime]


class LookUp(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A card or a whole phone number, at a till: exactly one of the two."""

    till: TillCode
    card: CardNumber | None = None
    phone: Phone | None = None

    @property
    def carrier(self) -> str:
        """What leads to the member."""
        if (self.card is None) == (self.phone is None):
            raise Validation(pointer="")
        return self.card or carriers.named("phone", phone_of(self.phone or ""))


@post(
    "/v1/member-lookups",
    requires="members:lookup",
    status_code=200,
    cache_control=CacheControlHeader(no_store=True),
    responses=answers(
        200,
        None,
        *ANY_TILL,
        TooLarge,
        UnsupportedMediaType,
        CardNotActive,
        CodeExpired,
        RateLimited,
    ),
)
async def post_member_lookup(
    data: JSONBody[LookUp],
    caller: NamedDependency[Caller],
    mall: NamedDependency[Mall],
    lookups: NamedDependency[Lookups],
    counter: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[Now],
) -> Found:
    """Who stands at the till: a handle, a masked name, a rank. / 会員の確認"""
    till = await mall.till(caller, data.till)
    await lookups.count(till, clock(), by_phone=data.phone is not None)
    return await look_up(counter, data.carrier, till, names, clock())


ROUTES: list[HTTPRouteHandler] = [post_member_lookup]

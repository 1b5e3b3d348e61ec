"""会員情報の追加のAPI: a member tells more of themselves; and for the office, cards that nobody has
registered, and what joining takes."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation import profiles
from federation.days import day_of
from federation.desk import Desk
from federation.opaque import Names
from federation.profiles import Profile
from federation.refusals import AlreadyMerged, CardKnown, MemberWithdrawn, NotFound, Validation
from federation.register import blank
from tenants import enriching, joining_rules
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.enriching import BirthDateFixed, Fresh
from tenants.layout import Why
from tenants.mall import Mall
from tenants.me_api import me
from tenants.member_words import Kept, Postcode, Words
from tenants.privacy import NoPersonalData
from tenants.reading_api import NO_STORE
from tenants.undoing import Reason

Now = Callable[[], datetime]


class MyWords(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a member tells of themselves; what is left out stays."""

    name: Words | None = None
    kana: Words | None = None
    birth_on: date | None = None
    sex: Literal["female", "male", "other"] | None = None
    postcode: Postcode | None = None

    def profile(self) -> Profile:
        """As it is kept."""
        return Profile(
            name=self.name,
            kana=self.kana,
            birth_on=self.birth_on,
            sex=self.sex,
            postcode=self.postcode.replace("-", "") if self.postcode else None,
        )


class MyProfile(Struct, frozen=True, omit_defaults=True):
    """Who a member said they are."""

    profile: Profile


class Enriched(Struct, frozen=True):
    """What was new of it, and the points that it earns: once per field."""

    profile: Profile
    rewarded: tuple[Fresh, ...]


class Blank(Struct, frozen=True, forbid_unknown_fields=True):
    """Cards that go out before anybody is known."""

    cards: Annotated[tuple[Kept, ...], Meta(min_length=1, max_length=1000)]


class BlankTold(Struct, frozen=True):
    """How many may earn now."""

    cards: int


class JoiningTold(Struct, frozen=True):
    """What joining takes today, and what each field is worth."""

    minimum_age_years: int
    notice_version: int
    rewards: dict[str, int]


class MinimumAge(Struct, frozen=True, forbid_unknown_fields=True):
    """How old one must be, from a day on."""

    years: Annotated[int, Meta(ge=0, le=20)]
    from_on: date
    reason: Reason


class Reward(Struct, frozen=True, forbid_unknown_fields=True):
    """What telling a field is worth, from a day on, and who pays for it."""

    field: Literal["birth_on", "postcode", "sex", "name"]
    points: Annotated[int, Meta(ge=0, le=200)]
    from_on: date
    reason: Reason
    funder: Annotated[str, Meta(min_length=1, max_length=64)] = "operator"


@get(
    "/v1/me/profile",
    requires="member:profile",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound),
)
async def get_my_profile(
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
) -> MyProfile:
    """What is kept of the member. / 自分の会員情報"""
    return MyProfile((await profiles.read(worker, me(names, caller))).profile)


@put(
    "/v1/me/profile",
    requires="member:profile",
    cache_control=NO_STORE,
    responses=answers(
        200, None, NotFound, *ANY_JSON, BirthDateFixed, NoPersonalData, AlreadyMerged,
        MemberWithdrawn,
    ),
)  # fmt: skip
async def put_my_profile(
    data: JSONBody[MyWords],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    clock: NamedDependency[Now],
) -> Enriched:
    """Tell more: each field that was not known earns points, once. / 会員情報の追加"""
    member_id, now = me(names, caller), clock()
    async with clerk.transaction():
        fresh = await enriching.tell(clerk, member_id, data.profile(), now)
    await enriching.book_rewards(clerk, desk, mall, now, member_id)
    async with clerk.transaction():
        known = (await profiles.read(clerk, member_id)).profile
    return Enriched(known, tuple(fresh))


@post(
    "/v1/admin/blank-cards",
    requires="members:write",
    responses=answers(201, None, *ANY_JSON, CardKnown),
)
async def post_blank_cards(
    data: JSONBody[Blank],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> BlankTold:
    """Let cards earn that nobody has registered yet. / 未登録カードの発行"""
    if len(set(data.cards)) != len(data.cards):
        raise Validation(pointer="/cards")
    await blank(worker, data.cards, day_of(clock()))
    return BlankTold(len(data.cards))


@get("/v1/joining", requires="anyone", responses=answers(200, None))
async def get_joining(
    counter: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> JoiningTold:
    """What joining takes today. / 入会の条件"""
    today = day_of(clock())
    rules = await joining_rules.joining(counter, today)
    worth = await joining_rules.rewards(counter, today)
    points = {field: one.points for field, one in worth.items()}
    return JoiningTold(rules.minimum_age_years, rules.notice.version, points)


@put(
    "/v1/admin/joining/minimum-age",
    requires="admin:write",
    status_code=204,
    responses=answers(204, None, *ANY_JSON, joining_rules.DayDecided),
)
async def put_minimum_age(
    data: JSONBody[MinimumAge],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
) -> None:
    """How old one must be to join, from a day on. / 入会年齢の設定"""
    why = Why(caller.client_id, data.reason)
    await joining_rules.set_minimum_age(worker, data.years, data.from_on, why)


@put(
    "/v1/admin/joining/rewards",
    requires="admin:write",
    status_code=204,
    responses=answers(204, None, *ANY_JSON, joining_rules.DayDecided),
)
async def put_reward(
    data: JSONBody[Reward],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
) -> None:
    """What telling a field is worth, from a day on. / 情報追加の特典の設定"""
    why = Why(caller.client_id, data.reason)
    await joining_rules.set_reward(worker, data.field, data.points, data.from_on, why, data.funder)


ROUTES: list[HTTPRouteHandler] = [
    get_my_profile,
    put_my_profile,
    post_blank_cards,
    get_joining,
    put_minimum_age,
    put_reward,
]

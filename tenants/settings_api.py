"""設定のAPI: what each level says, which level won at a shop, one word for all shops at once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, Validation
from tenants import deciding
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.codes_api import ANY_JSON
from tenants.deciding import Decision, RolledOut, RollOut, Stands
from tenants.mall import words
from tenants.reading_api import NO_STORE
from tenants.refusals import FromTomorrow, NotDelegated, OthersMoney
from tenants.settings import DELEGATED, Setting, Won, above, may_set, resolved

Now = Callable[[], datetime]
NAMES = {
    "yen_per_point": ("1ポイントに要する円", "Yen for a point"),
    "earns_on": ("付与の基準（税込・税抜）", "Counted with or without tax"),
    "scope": ("端数処理の単位", "Counted by receipt or by line"),
    "rounding": ("端数処理", "Rounding"),
    "static_card_limit_points": ("カード番号のみの利用上限", "Points a bare card number may spend"),
    "excluded_categories": ("付与対象外の分類", "Categories that earn nothing"),
    "base_funders": ("通常ポイントの負担割合", "Who pays for base points, by weight"),
    "keeps_tenders": ("支払方法の記録", "Receipts keep how they were paid"),
    "delegated": ("下位に任せる項目", "What the levels below may set"),
    "category": ("分類別の付与率", "Rate of a category"),
    "tender": ("支払方法別の倍率", "Multiple of a tender"),
    "rank": ("ランク別の倍率", "Multiple of a rank"),
    "hour": ("時間帯の倍率", "Multiple of quiet hours"),
    "campaign": ("企画への参加", "Takes part in a campaign"),
}


class WordTold(Struct, frozen=True, omit_defaults=True):
    """What a level said, of whom (no code: the operator), since when, by whom and why."""

    level: str
    value: Any
    from_on: date
    author: str
    reason: str
    code: str | None = None
    decided_at: datetime | None = None


class SettingTold(Struct, frozen=True, omit_defaults=True):
    """A setting at a shop: its value, by whose word, and what that overrode; the default where
    nobody said anything. `delegated`: the shop may set it itself."""

    key: str
    name: str
    name_en: str
    value: Any
    level: str
    by: WordTold | None = None
    overrode: tuple[WordTold, ...] = ()
    delegated: bool = False


class ShopSettings(Struct, frozen=True):
    """Every setting of a shop on a day."""

    shop: str
    name: str
    name_en: str
    on: date
    settings: tuple[SettingTold, ...]


class Decided(Struct, frozen=True, omit_defaults=True):
    """A word that was kept."""

    level: str
    key: str
    from_on: date
    value: Any = None
    inherits: bool = False


@post(
    "/v1/admin/settings",
    requires="admin:write",
    responses=answers(201, None, NotFound, FromTomorrow, *ANY_JSON),
)
async def post_setting(
    data: JSONBody[Decision],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Decided:
    """Say a setting at any level, from a later day on. / 設定"""
    await deciding.decide(worker, data, caller.client_id, clock())
    return Decided(data.level, data.key, data.from_on, data.value, data.inherits)


@get(
    "/v1/admin/settings",
    requires="admin:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_settings(
    auditor: NamedDependency[AsyncConnection],
    shop: FromQuery[str],
    clock: NamedDependency[Now],
    on: FromQuery[date | None] = None,
) -> ShopSettings:
    """Each setting of a shop on a day: which level won, what it overrode. / 設定の照会"""
    return await settings_of(auditor, shop, on or day_of(clock()))


@post(
    "/v1/admin/roll-outs",
    requires="admin:write",
    status_code=200,
    responses=answers(200, None, FromTomorrow, *ANY_JSON),
)
async def post_roll_out(
    data: JSONBody[RollOut],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> RolledOut:
    """One word for all shops, or for some, with the result of each; safe to repeat. / 一括設定"""
    return await deciding.roll_out(worker, data, caller.client_id, clock())


@get(
    "/v1/settings",
    requires="settings:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_own_settings(
    auditor: NamedDependency[AsyncConnection],
    caller: NamedDependency[Caller],
    shop: FromQuery[str],
    clock: NamedDependency[Now],
    on: FromQuery[date | None] = None,
) -> ShopSettings:
    """The same of a shop of one's own. / 自店の設定"""
    return await settings_of(auditor, shop, on or day_of(clock()), caller.tenant_id)


@post(
    "/v1/settings",
    requires="settings:write",
    responses=answers(201, None, NotFound, FromTomorrow, NotDelegated, OthersMoney, *ANY_JSON),
)
async def post_own_setting(
    data: JSONBody[Decision],
    caller: NamedDependency[Caller],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Decided:
    """Set what is delegated, for one's shops or one of them. / 任された設定の変更"""
    await deciding.decide_own(worker, data, caller.tenant_id, caller.client_id, clock())
    return Decided(data.level, data.key, data.from_on, data.value, data.inherits)


async def settings_of(
    conn: AsyncConnection, shop: str, on: date, tenant_id: int | None = None
) -> ShopSettings:
    """Every setting of a shop on a day; another tenant's shop does not exist for it."""
    found = await deciding.places(conn)
    stands = next((one for one in found if one.shop == shop), None)
    if stands is None or tenant_id not in (None, stands.tenant_id):
        raise NotFound(pointer="/shop")
    _, said = await words(conn)
    won = resolved(stands.place, said, on)
    patterns = resolved(above(stands.place, "shop"), said, on)[DELEGATED].value
    return ShopSettings(
        stands.shop,
        stands.name,
        stands.name_en,
        on,
        tuple(told(won[key], stands, patterns) for key in sorted(won, key=in_order)),
    )


def in_order(key: str) -> tuple[int, str]:
    """Settings as they are shown: rates first, then what has names."""
    return list(NAMES).index(key.partition(":")[0]), key


def told(won: Won, stands: Stands, patterns: Sequence[str]) -> SettingTold:
    """A setting as its readers see it."""
    family, _, name = won.key.partition(":")
    ja, en = NAMES[family]
    return SettingTold(
        key=won.key,
        name=f"{ja}（{name}）" if name else ja,
        name_en=f"{en} ({name})" if name else en,
        value=won.value,
        level=won.by.level if won.by else "default",
        by=word_told(won.by, stands) if won.by else None,
        overrode=tuple(word_told(one, stands) for one in won.overrode),
        delegated=may_set(won.key, patterns),
    )


def word_told(said: Setting, stands: Stands) -> WordTold:
    """A level's word, under its code."""
    codes = {"facility": stands.facility, "tenant": stands.tenant, "shop": stands.shop}
    return WordTold(
        said.level,
        said.value,
        said.from_on,
        said.author,
        said.reason,
        codes.get(said.level),
        said.decided_at if said.setting_id else None,
    )


ROUTES: list[HTTPRouteHandler] = [
    post_setting,
    get_settings,
    post_roll_out,
    get_own_settings,
    post_own_setting,
]

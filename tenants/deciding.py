"""設定を決める: a level's word is kept with author and reason, and holds from a later day on.

Nothing is changed: the next word counts from its own day, so that what was booked stays what the
rules of its day made it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.reading import rows
from federation.refusals import NotFound, Validation
from federation.sql import statement
from tenants import layout
from tenants.mall import words
from tenants.refusals import FromTomorrow, NotDelegated, OthersMoney
from tenants.settings import (
    DELEGATED,
    Level,
    Place,
    Said,
    SettingKey,
    Won,
    above,
    convert,
    may_set,
    own_money,
    resolved,
)
from tenants.undoing import Reason

PLACES = statement(__file__, "setting_places")
LEVEL = statement(__file__, "setting_level")
ADD = statement(__file__, "add_settings")
CAMPAIGNS = statement(__file__, "campaign_places")
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('tenants.settings'))"
OPERATOR_ID = 1

PlaceCode = Annotated[str, Meta(min_length=1, max_length=129, pattern=r"^[\x21-\x7e]+$(?!\n)")]
Outcome = Literal["done", "unchanged", "refused"]


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """A level's word: of the operator (no code), of a facility, a tenant, or a shop as
    `tenant/shop`. One that `inherits` ends what the level said."""

    level: Level
    key: SettingKey
    from_on: date
    reason: Reason
    value: Any = None
    inherits: bool = False
    code: PlaceCode | None = None

    def __post_init__(self) -> None:
        """Everybody but the operator has a code; a word is a value or the end of one."""
        if (self.level == "operator") != (self.code is None):
            raise ValueError("`code` of every level but the operator")
        if (self.value is None) != self.inherits:
            raise ValueError("either `value` or `inherits`")


class RollOut(Struct, frozen=True, forbid_unknown_fields=True):
    """一括設定: one word for all shops, or for these, each by its own."""

    key: SettingKey
    from_on: date
    reason: Reason
    value: Any = None
    inherits: bool = False
    shops: Annotated[list[PlaceCode], Meta(min_length=1, max_length=5_000)] | None = None

    def __post_init__(self) -> None:
        """A word is a value or the end of one."""
        if (self.value is None) != self.inherits:
            raise ValueError("either `value` or `inherits`")


class Rolled(Struct, frozen=True, omit_defaults=True):
    """What became of a roll-out at one shop."""

    shop: str
    result: Outcome
    because: str | None = None
    because_en: str | None = None


class RolledOut(Struct, frozen=True):
    """A roll-out with its result per shop."""

    key: str
    from_on: date
    done: int
    unchanged: int
    refused: int
    shops: tuple[Rolled, ...]


class Stands(Struct, frozen=True):
    """A shop with its levels and names."""

    shop_id: int
    tenant_id: int
    facility_id: int | None
    shop: str
    name: str
    name_en: str
    tenant: str
    facility: str | None
    active: bool
    began_on: date | None

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.shop_id, self.tenant_id, self.facility_id)


async def places(conn: AsyncConnection) -> list[Stands]:
    """Every shop."""
    return [Stands(**row) for row in await rows(conn, PLACES, {})]


def checked(key: str, value: Any, from_on: date, now: datetime) -> None:
    """Refuse a key that there is not, a value that does not fit, and a day that has begun."""
    if value is not None:
        try:
            convert(key, value)
        except msgspec.ValidationError:
            raise Validation(pointer="/value") from None
    else:
        known(key)
    if from_on <= day_of(now):
        raise FromTomorrow


def known(key: str) -> None:
    """Refuse a key that there is not."""
    try:
        convert(key, None)
    except msgspec.ValidationError as wrong:
        if "no such setting" in str(wrong):
            raise Validation(pointer="/key") from None


async def decide(conn: AsyncConnection, said: Decision, author: str, now: datetime) -> None:
    """Keep a level's word; the desks read it before their next batch."""
    known(said.key)
    checked(said.key, said.value, said.from_on, now)
    of_id, tenant_id = await level_of(conn, said.level, said.code)
    await add(conn, [word(said, said.level, of_id, tenant_id, author)], now)


async def decide_own(
    conn: AsyncConnection, said: Decision, tenant_id: int, author: str, now: datetime
) -> None:
    """The same by a tenant, of itself or of its shops: only what the levels above delegate, and
    only at its own cost."""
    known(said.key)
    of_id, owner_id = await level_of(conn, said.level, said.code)
    if owner_id != tenant_id:
        raise NotFound(pointer="/code")
    _, said_by = await words(conn)
    stands = [one for one in await places(conn) if one.tenant_id == tenant_id]
    if said.level == "shop":
        stands = [one for one in stands if one.shop_id == of_id]
    for one in stands:
        higher = above(one.place, said.level)
        won = resolved(higher, said_by, said.from_on)[DELEGATED]
        if not may_set(said.key, won.value):
            raise NotDelegated
    if not stands:
        raise NotDelegated
    checked(said.key, said.value, said.from_on, now)
    for one in stands:
        if not own_money(said.key, said.value, one.place, said_by, said.from_on):
            raise OthersMoney
    await add(conn, [word(said, said.level, of_id, tenant_id, author)], now)


async def level_of(conn: AsyncConnection, level: Level, code: str | None) -> tuple[int, int | None]:
    """Whose word it is, and whose tenant's; `NotFound`."""
    if level == "operator":
        return OPERATOR_ID, None
    if level == "shop":
        found = next((one for one in await places(conn) if one.shop == code), None)
        if found is None:
            raise NotFound(pointer="/code")
        return found.shop_id, found.tenant_id
    party = await rows(conn, LEVEL, {"code": code, "kind": level})
    if not party:
        raise NotFound(pointer="/code")
    of_id = int(party[0]["party_id"])
    return of_id, of_id if level == "tenant" else None


def word(
    said: Decision | RollOut, level: Level, of_id: int, tenant_id: int | None, author: str
) -> dict[str, Any]:
    """A row of it."""
    return {
        "level": level,
        "of_id": of_id,
        "tenant_id": tenant_id,
        "key": said.key,
        "from_on": said.from_on,
        "value": said.value,
        "author": author,
        "reason": said.reason,
    }


async def add(conn: AsyncConnection, said: Sequence[dict[str, Any]], now: datetime) -> None:
    """Keep words, and have everybody read them."""
    if said:
        told = msgspec.json.encode(list(said)).decode()
        await conn.execute(ADD, {"said": told, "now": now})
        await layout.moved(conn)


async def roll_out(conn: AsyncConnection, asked: RollOut, author: str, now: datetime) -> RolledOut:
    """Say one word at every shop, or at these; where it holds already nothing is said again, so
    that the same roll-out can be repeated."""
    known(asked.key)
    checked(asked.key, asked.value, asked.from_on, now)
    await conn.execute(ONE_AT_A_TIME)
    _, said = await words(conn)
    campaigns = {row["code"]: row["facility_id"] for row in await rows(conn, CAMPAIGNS, {})}
    every = {one.shop: one for one in await places(conn)}
    named = sorted(every) if asked.shops is None else list(dict.fromkeys(asked.shops))
    found = [rolled(name, every.get(name), asked, said, campaigns) for name in named]
    new = [
        word(asked, "shop", every[one.shop].shop_id, every[one.shop].tenant_id, author)
        for one in found
        if one.result == "done"
    ]
    await add(conn, new, now)
    counts = {kind: sum(one.result == kind for one in found) for kind in ("done", "unchanged")}
    return RolledOut(
        asked.key,
        asked.from_on,
        counts["done"],
        counts["unchanged"],
        len(found) - sum(counts.values()),
        tuple(found),
    )


def rolled(
    name: str,
    shop: Stands | None,
    asked: RollOut,
    said: Said,
    campaigns: dict[str, int | None],
) -> Rolled:
    """What becomes of it at one shop."""
    if shop is None:
        return Rolled(name, "refused", "この店舗はありません", "there is no such shop")
    if not shop.active:
        return Rolled(name, "refused", "テナントが停止中です", "its tenant is suspended")
    if shop.began_on is None or shop.began_on > asked.from_on:
        return Rolled(name, "refused", "契約条件がまだありません", "it has agreed to no terms yet")
    family, colon, code = asked.key.partition(":")
    if colon and family == "campaign":
        if code not in campaigns:
            return Rolled(name, "refused", "この企画はありません", "there is no such campaign")
        if campaigns[code] not in (None, shop.facility_id):
            return Rolled(
                name, "refused", "他の施設の企画です", "the campaign is another facility's"
            )
    stands = resolved(shop.place, said, asked.from_on).get(asked.key)
    if holds(stands, asked.value):
        return Rolled(name, "unchanged")
    return Rolled(name, "done")


def holds(stands: Won | None, value: Any) -> bool:
    """Whether a shop has the value already; to inherit it does where it says nothing itself."""
    if value is None:
        return stands is None or stands.by is None or stands.by.level != "shop"
    return stands is not None and bool(stands.value == value)

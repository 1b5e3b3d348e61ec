"""所: the areas, facilities, tenants and shops that a form can name, and the tills of a shop."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement

FACILITIES = statement(__file__, "facilities")
AREAS = statement(__file__, "areas")
TENANTS = statement(__file__, "tenants_listed")
SHOPS = statement(__file__, "shops_listed")
TILLS = statement(__file__, "tills_of_shop")
MOST = 100


class Facility(Struct, frozen=True):
    """A facility in its area."""

    party_id: int
    code: str
    name: str
    name_en: str
    area: str | None
    shops: int


class Area(Struct, frozen=True):
    """An area and how many facilities it has."""

    area_id: int
    code: str
    name: str
    name_en: str
    facilities: int


class Tenant(Struct, frozen=True):
    """A tenant and how many shops it has."""

    party_id: int
    code: str
    name: str
    name_en: str
    state: str
    shops: int


class Shop(Struct, frozen=True):
    """A shop with its place, and how many of its tills are on."""

    shop_id: int
    tenant_id: int
    shop: str
    tenant: str
    code: str
    name: str
    name_en: str
    facility: str | None
    area: str | None
    state: str
    trade: str
    tills: int
    tills_on: int
    began_on: date | None


class Till(Struct, frozen=True):
    """A till: whether it is on, the key it signs with, and the last entry that came from it."""

    till: str
    state: str
    counter: bool
    kid: str | None
    enrolled_at: datetime | None
    seen_at: datetime | None


async def facilities(conn: AsyncConnection) -> list[Facility]:
    """Every facility by code."""
    return [Facility(**row) for row in await rows(conn, FACILITIES, {})]


async def areas(conn: AsyncConnection) -> list[Area]:
    """Every area by code."""
    return [Area(**row) for row in await rows(conn, AREAS, {})]


async def tenants(conn: AsyncConnection) -> list[Tenant]:
    """Every tenant by code."""
    return [Tenant(**row) for row in await rows(conn, TENANTS, {})]


async def shops(
    conn: AsyncConnection, *, facility: str | None = None, words: str | None = None,
    after: str = "", shop: str | None = None,
) -> list[Shop]:  # fmt: skip
    """Shops by code, a page and one more."""
    asked: dict[str, Any] = {"facility": facility, "words": words, "after": after, "shop": shop,
                             "most": MOST + 1}  # fmt: skip
    return [Shop(**row) for row in await rows(conn, SHOPS, asked)]


async def shop_of(conn: AsyncConnection, shop: str) -> Shop:
    """One shop, as `tenant/shop`; `NotFound`."""
    found = await shops(conn, shop=shop)
    if not found:
        raise NotFound
    return found[0]


async def tills_of(conn: AsyncConnection, shop: Shop, since: date) -> list[Till]:
    """The tills of a shop; entries are looked for from a business date on."""
    asked = {"tenant_id": shop.tenant_id, "shop_id": shop.shop_id, "since": since}
    return [Till(**row) for row in await rows(conn, TILLS, asked)]

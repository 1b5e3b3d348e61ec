"""エリア: named sets of facilities, and which shops there are at a place."""

from collections.abc import Sequence

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants.layout import Named

ADD_AREA = statement(__file__, "add_area")
PUT_FACILITY = statement(__file__, "put_facility")
SHOPS_AT = statement(__file__, "shops_at")
PLACE = statement(__file__, "place")


class ShopThere(Struct, frozen=True):
    """A shop of a place, and whose it is."""

    shop_id: int
    tenant_id: int


async def add_area(conn: AsyncConnection, named: Named) -> int:
    """An area without facilities; its id."""
    asked = {"code": named.code, "name": named.name, "name_en": named.name_en}
    return int((await rows(conn, ADD_AREA, asked))[0]["area_id"])


async def put_facility(conn: AsyncConnection, area_id: int, facility_id: int) -> None:
    """Put a facility into an area, out of the one that it was in."""
    await conn.execute(PUT_FACILITY, {"area_id": area_id, "facility_id": facility_id})


async def shops_at(conn: AsyncConnection, places: Sequence[tuple[str, int]]) -> list[ShopThere]:
    """The shops at any of these places (`area`, `facility` or `shop`, and its id)."""
    asked = {"kinds": [kind for kind, _ in places], "ids": [one for _, one in places]}
    return [ShopThere(**row) for row in await rows(conn, SHOPS_AT, asked)]


async def place_of(conn: AsyncConnection, kind: str, code: str) -> int:
    """The id of a place by its code (a shop as `tenant/shop`); `NotFound`."""
    found = await rows(conn, PLACE, {"kind": kind, "code": code})
    if not found:
        raise NotFound(pointer="/place")
    return int(found[0]["place_id"])

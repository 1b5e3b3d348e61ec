"""登録の様式: an area, a facility, a tenant, a shop, a till and terms, as forms of the console lay
them out with the same functions as everybody."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

import psycopg
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from deploy.registers.forms import struct_of
from deploy.registers.places import Shop, areas, facilities, shops, tenants
from federation.reading import rows
from federation.refusals import NotFound, Refusal, Validation
from tenants import areas as areas_of
from tenants import layout
from tenants.layout import Named, Why
from tenants.undoing import PLAIN, Reason

PartyCode = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$(?!\n)")]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=PLAIN)]
ADD_TILL = (
    "INSERT INTO tenants.tills (tenant_id, till, shop_id)"
    " VALUES (%(tenant_id)s, %(till)s, %(shop_id)s)"
)
OPEN_TILL = (
    "UPDATE tenants.tills SET state = 'active'"
    " WHERE tenant_id = %(tenant_id)s AND till = %(till)s AND shop_id = %(shop_id)s"
    " RETURNING till"
)
KNOWN = (
    "SELECT till FROM tenants.tills"
    " WHERE tenant_id = %(tenant_id)s AND till = %(till)s AND shop_id = %(shop_id)s"
)


class CodeTaken(Refusal):
    """この符号はすでに使われています。別の符号にしてください
    This code is in use already; choose another."""

    burns = False
    staff_text = "符号が重複"


class NewPlace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is laid out, under which code and names, and where it stands."""

    what: Literal["operator", "area", "facility", "tenant", "shop", "put"]
    code: PartyCode = "operator"
    name: Name = "-"
    name_en: Name = "-"
    area: str | None = None
    facility: str | None = None
    tenant: str | None = None
    trade: Annotated[str, Meta(min_length=1, max_length=40, pattern=PLAIN)] = "any"
    till: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,15}$(?!\n)")] = "T01"


class NewTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """Terms of a shop from a business date on."""

    from_on: date
    reason: Reason
    yen_per_point: Annotated[int, Meta(ge=1, le=100_000)] = 110
    static_card_limit_points: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    tax_treatment: Literal["PAYMENT", "DISCOUNT"] = "PAYMENT"


async def lay_out(conn: AsyncConnection, told: dict[str, str], who: str, today: date) -> None:
    """One of them; `CodeTaken` where another has its code."""
    fields = {name: told.get(name, "").strip() for name in NewPlace.__struct_fields__}
    asked = struct_of(NewPlace, fields)
    named = Named(asked.code, asked.name, asked.name_en)
    try:
        async with conn.transaction():
            await _lay_out(conn, asked, named, today)
    except psycopg.errors.UniqueViolation:
        raise CodeTaken(pointer="/code") from None
    await layout.moved(conn)


async def _lay_out(conn: AsyncConnection, asked: NewPlace, named: Named, today: date) -> None:
    match asked.what:
        case "operator":
            await layout.name_operator(conn, named)
        case "area":
            await areas_of.add_area(conn, named)
        case "facility":
            facility_id = await layout.add_party(conn, "facility", named, today)
            if asked.area:
                await areas_of.put_facility(conn, await area_of(conn, asked.area), facility_id)
        case "tenant":
            await layout.add_party(conn, "tenant", named, today)
        case "put":
            facility = await facility_of(conn, asked.facility)
            await areas_of.put_facility(conn, await area_of(conn, asked.area), facility)
        case "shop":
            await new_shop(conn, asked, named)


async def new_shop(conn: AsyncConnection, asked: NewPlace, named: Named) -> None:
    """A shop of a tenant with its first till; a till's code is unique within the tenant."""
    owner = [one for one in await tenants(conn) if one.code == asked.tenant]
    if not owner:
        raise Validation(pointer="/tenant")
    facility = await facility_of(conn, asked.facility) if asked.facility else None
    await layout.add_shop(
        conn, owner[0].party_id, facility, named, trade=asked.trade, tills=[asked.till]
    )


async def area_of(conn: AsyncConnection, code: str | None) -> int:
    """An area by its code."""
    found = [one.area_id for one in await areas(conn) if one.code == code]
    if not found:
        raise Validation(pointer="/area")
    return found[0]


async def facility_of(conn: AsyncConnection, code: str | None) -> int:
    """A facility by its code."""
    found = [one.party_id for one in await facilities(conn) if one.code == code]
    if not found:
        raise Validation(pointer="/facility")
    return found[0]


async def agree(
    conn: AsyncConnection, shop: Shop, told: dict[str, str], who: str, today: date
) -> None:
    """Terms of a shop: its first from today or a later day, any other from tomorrow on, so that
    nothing booked changes."""
    fields = {name: told.get(name, "").strip() for name in NewTerms.__struct_fields__}
    asked = struct_of(NewTerms, fields)
    if asked.from_on < (today if shop.began_on is None else today + timedelta(days=1)):
        raise Validation(pointer="/from_on")
    try:
        async with conn.transaction():
            await layout.agree(
                conn, shop.shop_id, asked.from_on, Why(who, asked.reason),
                yen_per_point=asked.yen_per_point,
                static_card_limit_points=asked.static_card_limit_points,
                tax_treatment=asked.tax_treatment,
            )  # fmt: skip
    except psycopg.errors.UniqueViolation:
        raise Validation(pointer="/from_on") from None
    await layout.moved(conn)


async def add_till(conn: AsyncConnection, shop: Shop, till: str) -> None:
    """One more till of a shop."""
    try:
        async with conn.transaction():
            await conn.execute(ADD_TILL, named(shop, till))
    except psycopg.errors.UniqueViolation:
        raise CodeTaken(pointer="/till") from None
    await layout.moved(conn)


async def open_till(conn: AsyncConnection, shop: Shop, till: str) -> None:
    """A till that was stopped may be used again."""
    if not await rows(conn, OPEN_TILL, named(shop, till)):
        raise NotFound(pointer="/till")
    await layout.moved(conn)


async def known(conn: AsyncConnection, shop: Shop, till: str) -> None:
    """`NotFound` where the shop has no such till."""
    if not await rows(conn, KNOWN, named(shop, till)):
        raise NotFound(pointer="/till")


def named(shop: Shop, till: str) -> dict[str, Any]:
    """A till of a shop, as a statement names it."""
    return {"tenant_id": shop.tenant_id, "shop_id": shop.shop_id, "till": till}


async def any_shop(conn: AsyncConnection) -> Shop | None:
    """The first shop there is."""
    found = await shops(conn)
    return found[0] if found else None

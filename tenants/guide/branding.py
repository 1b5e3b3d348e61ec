"""施設の見え方: name, colours, logo and words of a facility's member site, from a day on."""

from datetime import date, datetime
from typing import Annotated

from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation.reading import rows
from federation.sql import statement
from tenants.guide.colours import admit
from tenants.layout import Why

BRANDING = statement(__file__, "branding")
ADD = statement(__file__, "add_branding")
TOLD = statement(__file__, "brandings_told")
LOGO = statement(__file__, "logo")

Colour = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$(?!\n)")]
ShortWords = Annotated[str, Meta(min_length=1, max_length=60)]
Greeting = Annotated[str, Meta(max_length=200)]


class Brand(Struct, frozen=True):
    """How a facility looks today; without colours, as the pages do by themselves."""

    facility_id: int
    facility: str
    name: str
    name_en: str
    colour: str | None
    dark_colour: str | None
    words: str
    words_en: str
    branding_id: int | None
    has_logo: bool


class Look(Struct, frozen=True):
    """A look that is chosen for a facility."""

    name: ShortWords
    name_en: ShortWords
    colour: Colour
    dark_colour: Colour
    words: Greeting
    words_en: Greeting


class Told(Struct, frozen=True):
    """A look with its day, its author and why."""

    from_on: date
    name: str
    name_en: str
    colour: str
    dark_colour: str
    has_logo: bool
    author: str
    reason: str
    at: datetime


async def brands(conn: AsyncConnection, today: date, facility: str | None = None) -> list[Brand]:
    """How facilities (or one) look on a day, by code."""
    async with conn.cursor(row_factory=class_row(Brand)) as cursor:
        await cursor.execute(BRANDING, {"today": today, "facility": facility})
        return await cursor.fetchall()


async def choose(
    conn: AsyncConnection, facility_id: int, from_on: date, look: Look, logo: bytes | None,
    why: Why, now: datetime,
) -> None:  # fmt: skip
    """Give a facility a look from a day on; `TooFaint`. Without a logo, the one before stays."""
    admit(look.colour, look.dark_colour)
    asked = {
        **structs.asdict(look), "facility_id": facility_id, "from_on": from_on, "logo": logo,
        "author": why.author, "reason": why.reason, "now": now,
    }  # fmt: skip
    await conn.execute(ADD, asked)


async def told(conn: AsyncConnection, facility_id: int) -> list[Told]:
    """The looks of a facility, the newest first."""
    async with conn.cursor(row_factory=class_row(Told)) as cursor:
        await cursor.execute(TOLD, {"facility_id": facility_id})
        return await cursor.fetchall()


async def logo_of(conn: AsyncConnection, branding_id: int) -> bytes | None:
    """The picture of a look, where it has one."""
    found = await rows(conn, LOGO, {"branding_id": branding_id})
    return bytes(found[0]["logo"]) if found else None

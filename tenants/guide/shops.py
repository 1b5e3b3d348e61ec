"""店舗案内: which shops there are, and what each tells of itself (M53, M54).

A shop's page is plain text; each save is the next version, with its author.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, json, structs
from psycopg import AsyncConnection
from psycopg.rows import class_row

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement

SHOPS = statement(__file__, "shops")
TRADES = statement(__file__, "trades")
ADD = statement(__file__, "add_page")
TOLD = statement(__file__, "pages_told")

MOST = 50
MOST_FAQ = 4
Line = Annotated[str, Meta(max_length=120)]
Paragraph = Annotated[str, Meta(max_length=1_200)]


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """A question that a shop answers, in Japanese and, where it is told, in English."""

    question: Line
    answer: Paragraph
    question_en: Line = ""
    answer_en: Paragraph = ""


class ShopPage(Struct, frozen=True, kw_only=True):
    """What a shop tells of itself."""

    floor: Line = ""
    floor_en: Line = ""
    phone: Line = ""
    hours: Line = ""
    hours_en: Line = ""
    guide: Paragraph = ""
    guide_en: Paragraph = ""
    faq: Annotated[tuple[Question, ...], Meta(max_length=MOST_FAQ)] = ()


class Guided(Struct, frozen=True):
    """A shop of the guide; `version` is that of its page, None where it has told nothing yet."""

    shop_id: int
    tenant_id: int
    tenant: str
    code: str
    name: str
    name_en: str
    trade: str
    facility: str
    facility_name: str
    facility_name_en: str
    version: int | None
    floor: str
    floor_en: str
    phone: str
    hours: str
    hours_en: str
    guide: str
    guide_en: str
    faq: list[dict[str, str]]

    @property
    def path(self) -> str:
        """Its name in the guide."""
        return f"{self.tenant}/{self.code}"


class Version(Struct, frozen=True):
    """A version of a shop's page, by whom and when."""

    version: int
    author: str
    at: datetime


async def shops(
    conn: AsyncConnection, *, facility: str | None = None, trade: str | None = None,
    words: str | None = None, after: int | None = None, among: Iterable[int] | None = None,
    most: int = MOST,
) -> list[Guided]:  # fmt: skip
    """Shops of the guide, by facility and name, behind one of them."""
    asked = {
        "facility": facility, "trade": trade, "words": words, "after": after, "tenant": None,
        "shop": None, "shops": None if among is None else sorted(among), "most": most,
    }  # fmt: skip
    return await _found(conn, asked)


async def one(conn: AsyncConnection, tenant: str, shop: str) -> Guided:
    """One shop of the guide, by its tenant's code and its own; `NotFound`."""
    asked = {
        "facility": None, "trade": None, "words": None, "after": None, "tenant": tenant,
        "shop": shop, "shops": None, "most": 1,
    }  # fmt: skip
    found = await _found(conn, asked)
    if not found:
        raise NotFound
    return found[0]


async def trades(conn: AsyncConnection) -> list[str]:
    """Every kind of shop there is."""
    return [row["trade"] for row in await rows(conn, TRADES, {})]


async def save(
    conn: AsyncConnection, shop_id: int, page: ShopPage, author: str, now: datetime
) -> None:
    """The next version of a shop's page."""
    told = structs.asdict(page)
    told["faq"] = json.encode(page.faq).decode()
    asked = {**told, "shop_id": shop_id, "author": author, "now": now}
    await conn.execute(ADD, asked)


async def versions(conn: AsyncConnection, shop_id: int) -> list[Version]:
    """The versions of a shop's page, the newest first."""
    async with conn.cursor(row_factory=class_row(Version)) as cursor:
        await cursor.execute(TOLD, {"shop_id": shop_id})
        return await cursor.fetchall()


async def _found(conn: AsyncConnection, asked: Mapping[str, object]) -> list[Guided]:
    async with conn.cursor(row_factory=class_row(Guided)) as cursor:
        await cursor.execute(SHOPS, asked)
        return await cursor.fetchall()

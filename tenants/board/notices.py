"""本部からのお知らせ: written by headquarters for all, an area, a facility or a shop; seen by those
who stand there (feature O1)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from tenants.areas import place_of

ADD = statement(__file__, "add_board_notice")
TOLD = statement(__file__, "board_notices")
HERE = statement(__file__, "board_here")
SEE = statement(__file__, "see_board_notice")
SEEN_BY = statement(__file__, "board_seen_by")
WITHDRAW = statement(__file__, "withdraw_board_notice")

Level = Literal["all", "area", "facility", "shop"]
# Lines may break in a text; nothing else that is no letter stands in it.
TEXT = (
    r"^(?:[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
    r"|[\n\r\t])*$(?!\n)"
)
LINE = r"^[^\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]*$(?!\n)"
Title = Annotated[str, Meta(min_length=1, max_length=100, pattern=LINE)]
Text = Annotated[str, Meta(min_length=1, max_length=2_000, pattern=TEXT)]
PlaceCode = Annotated[str, Meta(min_length=1, max_length=129, pattern=r"^[\x21-\x7e]+$(?!\n)")]


class NewNotice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What headquarters tells: in both languages, to whom, from which day to which, and whether
    each shop is to say that it has seen it."""

    level: Level
    title: Title
    title_en: Title
    body: Text
    body_en: Text
    from_on: date
    to_on: date
    to_be_seen: bool = False
    place: PlaceCode | None = None

    def __post_init__(self) -> None:
        """Days in order; whoever is not all has a code."""
        if self.to_on < self.from_on:
            raise ValueError("to_on before from_on")
        if (self.level == "all") != (self.place is None):
            raise ValueError("`place` of every level but all")


class Notice(Struct, frozen=True, kw_only=True):
    """A notice as headquarters sees it: how many shops it is for, and how many have seen it."""

    notice_id: int
    level: Level
    place: str | None
    title: str
    title_en: str
    body: str
    body_en: str
    from_on: date
    to_on: date
    to_be_seen: bool
    author: str
    made_at: datetime
    withdrawn_at: datetime | None
    shops: int
    seen: int


class Here(Struct, frozen=True):
    """A notice as it hangs where somebody stands; `seen_at` since when it was seen there."""

    notice_id: int
    title: str
    title_en: str
    body: str
    body_en: str
    from_on: date
    to_on: date
    to_be_seen: bool
    seen_at: datetime | None


class SeenBy(Struct, frozen=True):
    """One shop that a notice is for, and who saw it there first, and when."""

    shop: str
    name: str
    name_en: str
    who: str | None
    at: datetime | None


async def write(conn: AsyncConnection, asked: NewNotice, who: str, now: datetime) -> int:
    """Hang a notice; its number."""
    place_id = 0
    if asked.level != "all":
        assert asked.place is not None
        place_id = await place_of(conn, asked.level, asked.place)
    row = {name: getattr(asked, name) for name in asked.__struct_fields__ if name != "place"}
    found = await rows(conn, ADD, {**row, "place_id": place_id, "who": who, "now": now})
    return int(found[0]["notice_id"])


async def told(
    conn: AsyncConnection, notice_id: int | None = None, before: int | None = None, most: int = 100
) -> list[Notice]:
    """Notices, the newest first, or one."""
    asked = {"notice_id": notice_id, "before": before, "most": most}
    return [Notice(**row) for row in await rows(conn, TOLD, asked)]


async def told_one(conn: AsyncConnection, notice_id: int) -> Notice:
    """One notice."""
    found = await told(conn, notice_id)
    if not found:
        raise NotFound
    return found[0]


async def here(
    conn: AsyncConnection, shops: Iterable[int] | None, today: date, who: str | None = None
) -> list[Here]:
    """What hangs today at these shops, or everywhere (None), the newest first; seen by anybody
    there, or by this one."""
    asked = {"shops": None if shops is None else sorted(shops), "today": today, "who": who}
    return [Here(**row) for row in await rows(conn, HERE, asked)]


async def see(
    conn: AsyncConnection, notice_id: int, shops: Iterable[int], who: str, now: datetime
) -> None:
    """Somebody has seen a notice that hangs at these shops; 0 is where no shop is. The first time
    counts; `NotFound` where it does not hang."""
    asked = {"notice_id": notice_id, "shops": sorted(shops), "who": who, "now": now}
    if not await rows(conn, SEE, asked):
        raise NotFound


async def seen_by(conn: AsyncConnection, notice_id: int) -> list[SeenBy]:
    """Every shop that a notice is for, and whether it was seen there."""
    return [SeenBy(**row) for row in await rows(conn, SEEN_BY, {"notice_id": notice_id})]


async def withdraw(conn: AsyncConnection, notice_id: int, who: str, now: datetime) -> None:
    """Take a notice down; `NotFound` where none hangs."""
    if not await rows(conn, WITHDRAW, {"notice_id": notice_id, "who": who, "now": now}):
        raise NotFound

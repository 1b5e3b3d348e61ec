"""監査証跡を読む: what was noted, found by day, amount, party and whatever else is asked."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from deploy.trail.acts import Told
from federation.days import TOKYO
from federation.sql import statement
from settlement.sheet import as_csv, safe

FIND = statement(__file__, "find")
BROKEN = "SELECT number, act_id, why FROM audit.broken() LIMIT 100"
LINKED = "SELECT count(*) FROM audit.links"
DAYS = 92  # where no first day is named


class Noted(Told, frozen=True, kw_only=True):
    """A row as it is read: by its number, of a tenant by its code."""

    act_id: int
    tenant: str | None = None


class Asked(Struct, frozen=True, kw_only=True):
    """What is looked for; days are Tokyo's, the last included."""

    from_on: date | None = None
    to_on: date | None = None
    actor: str | None = None
    tenant: str | None = None
    verb: str | None = None
    kind: str | None = None
    object: str | None = None
    party: str | None = None
    cycle: str | None = None
    least_yen: int | None = None
    most_yen: int | None = None
    refused: bool = False


async def find(
    conn: AsyncConnection, asked: Asked, today: date, most: int, before: int | None = None
) -> list[Noted]:
    """The newest acts that fit, at most so many, before one of them where that is named."""
    fields = {name: getattr(asked, name) for name in asked.__struct_fields__}
    fields |= span(asked.from_on, asked.to_on, today)
    async with conn.cursor(row_factory=class_row(Noted)) as cursor:
        await cursor.execute(FIND, {**fields, "before": before, "most": most})
        return await cursor.fetchall()


LAST = date(9999, 12, 30)


def span(from_on: date | None, to_on: date | None, today: date) -> dict[str, datetime]:
    """The instants that these days begin and end at; where none is named, the last three months."""
    last = to_on or today
    first = from_on or last - timedelta(days=DAYS)
    return {"from_at": midnight(first), "to_at": midnight(min(last, LAST) + timedelta(days=1))}


def midnight(day: date) -> datetime:
    """When a day begins in Tokyo; nothing was noted before 1900."""
    return datetime.combine(max(day, date(1900, 1, 1)), time(), TOKYO)


async def broken(conn: AsyncConnection) -> tuple[int, list[tuple[int | None, int, str]]]:
    """How many acts are linked, and where the chain does not hold: number, act and why."""
    counted = await (await conn.execute(LINKED)).fetchone()
    assert counted is not None
    return counted[0], await (await conn.execute(BROKEN)).fetchall()


HEAD = (
    "番号", "日時", "操作者", "担当者", "本人確認", "テナント", "接続元", "操作", "権限", "結果",
    "対象種別", "対象", "理由", "伝票", "円", "取引先", "期", "要求",
)  # fmt: skip


def csv_of(acts: Iterable[Noted]) -> bytes:
    """The acts as Excel opens them; the instant in Tokyo's time."""
    return as_csv(HEAD, (row(one) for one in acts))


def row(one: Noted) -> tuple[str | int, ...]:
    """One act as a row; what a spreadsheet would take for a formula is a text."""
    told = (
        one.act_id, one.at.astimezone(TOKYO).isoformat(timespec="milliseconds"), one.actor,
        one.person_id, int(one.proved), one.tenant, one.address, one.verb, one.needs, one.status,
        one.kind, one.object, one.reason, one.slip, one.amount_yen, one.party, one.cycle,
        one.request,
    )  # fmt: skip
    return tuple(
        "" if cell is None else safe(cell) if isinstance(cell, str) else cell for cell in told
    )

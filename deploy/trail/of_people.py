"""人の記録を読む: what was done about people, found by day, person, member and address."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection
from psycopg.rows import class_row

from auth.people.log import Logged
from deploy.trail.reading import span
from federation.days import TOKYO
from federation.opaque import Names
from federation.refusals import NotFound
from federation.sql import statement
from settlement.sheet import as_csv, safe

FIND = statement(__file__, "of_people")


class Kept(Logged, frozen=True, kw_only=True):
    """A line as it is kept: of a member by its number."""

    login: str | None
    member_id: int | None


class LogLine(Logged, frozen=True, kw_only=True):
    """A line as it is read: of a member under a handle. Who did it is nobody where nobody had
    signed in yet."""

    login: str | None
    member: str | None


class Sought(Struct, frozen=True, kw_only=True):
    """What is looked for; days are Tokyo's, the last included."""

    from_on: date | None = None
    to_on: date | None = None
    what: str | None = None
    who: str | None = None
    person: str | None = None
    member: str | None = None
    address: str | None = None


async def find(
    conn: AsyncConnection,
    names: Names,
    tenant_id: int,
    sought: Sought,
    today: date,
    most: int,
    before: int | None = None,
) -> list[LogLine]:
    """The newest lines that fit, at most so many; members under this tenant's own handles."""
    asked = {name: getattr(sought, name) for name in ("what", "who", "person", "address")}
    asked |= span(sought.from_on, sought.to_on, today)
    asked |= {"member_id": _member(names, tenant_id, sought.member)}
    async with conn.cursor(row_factory=class_row(Kept)) as cursor:
        await cursor.execute(FIND, {**asked, "before": before, "most": most})
        found = await cursor.fetchall()
    return [_shown(one, names, tenant_id) for one in found]


def _member(names: Names, tenant_id: int, handle: str | None) -> int | None:
    if handle is None:
        return None
    whose, member_id = names.open("member", handle)
    if whose != tenant_id:
        raise NotFound
    return member_id


def _shown(one: Kept, names: Names, tenant_id: int) -> LogLine:
    fields = {name: getattr(one, name) for name in (*Logged.__struct_fields__, "login")}
    member = None if one.member_id is None else names.seal("member", tenant_id, one.member_id)
    return LogLine(**fields, member=member)


HEAD = ("番号", "日時", "出来事", "操作者", "担当者", "ログインID", "会員", "詳細", "接続元")


def csv_of(lines: Iterable[LogLine]) -> bytes:
    """The lines as Excel opens them; the instant in Tokyo's time."""
    return as_csv(HEAD, (_row(one) for one in lines))


def _row(one: LogLine) -> tuple[str | int, ...]:
    cells = (one.what, one.who, one.person_id, one.login, one.member, one.told, one.address)
    at = one.at.astimezone(TOKYO).isoformat(timespec="milliseconds")
    return (one.log_id, at, *(safe(cell or "") for cell in cells))

"""会員情報: who a member is: the operator's alone, and gone thirty days after a withdrawal."""

from datetime import date, datetime, timedelta

from msgspec import Struct, structs
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement

WRITE = statement(__file__, "write_profile")
READ = statement(__file__, "read_profile")
PERSONAL = statement(__file__, "personal")
ERASE = statement(__file__, "erase")
FIND = statement(__file__, "find_members")

KEPT = timedelta(days=30)  # after a withdrawal (domain 7)


class Profile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who a member is; all but `external_id` is personal."""

    name: str | None = None
    kana: str | None = None
    birth_on: date | None = None
    sex: str | None = None
    postcode: str | None = None
    phone: str | None = None
    email: str | None = None
    external_id: str | None = None

    @property
    def personal(self) -> list[str]:
        """The personal fields that are filled."""
        told = structs.asdict(self)
        return [name for name, value in told.items() if value and name != "external_id"]


class Standing(Struct, frozen=True, kw_only=True):
    """A member as the operator sees it: rank and state, when it left, when it was erased."""

    member_id: int
    joined_on: date
    state: str
    rank: str
    points: int
    merged_into: int | None
    left_at: datetime | None
    erased_at: datetime | None
    updated_at: datetime | None
    birth_changes: int
    profile: Profile


class NamedLike(Struct, frozen=True):
    """A member that a search by name found."""

    member_id: int
    name: str | None
    kana: str | None
    state: str
    rank: str
    joined_on: date


class Erased(Struct, frozen=True):
    """How much was erased of those who have left."""

    members: int
    profiles: int
    carriers: int


async def write(conn: AsyncConnection, member_id: int, profile: Profile, now: datetime) -> None:
    """Put a profile in the place of the one before, under the member's lock, which the caller has
    taken."""
    asked = {**structs.asdict(profile), "member_id": member_id, "now": now}
    await conn.execute(WRITE, asked)


async def read(conn: AsyncConnection, member_id: int) -> Standing:
    """A member with its profile; an empty one where nothing is known, or nothing any more."""
    found = await rows(conn, READ, {"member_id": member_id})
    if not found:
        raise NotFound
    row = found[0]
    profile = Profile(**{name: row.pop(name) for name in Profile.__struct_fields__})
    return Standing(profile=profile, **row)


async def named_like(
    conn: AsyncConnection, *, kana: str | None, name: str | None, after: int | None, most: int
) -> list[NamedLike]:
    """Members whose reading or name begins so, behind a member's place in the order."""
    asked = {"kana": kana, "name": name, "after": after, "most": most}
    return [NamedLike(**row) for row in await rows(conn, FIND, asked)]


async def any_personal(conn: AsyncConnection) -> bool:
    """Whether personal data of anybody are kept."""
    return bool((await rows(conn, PERSONAL, {}))[0]["kept"])


async def erase(conn: AsyncConnection, now: datetime) -> Erased:
    """Erase who they were of members who left thirty days ago, and of those who had become one with
    them; the ledger stays."""
    return Erased(**(await rows(conn, ERASE, {"before": now - KEPT, "now": now}))[0])

"""会員のことば: in which language a member is written to, and how many days before points lapse, or
after a last visit, it wants to be reminded; what it does not say is as agreed for all."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation import profiles
from federation.reading import rows
from federation.sql import statement
from tenants.mailing.reminders import days_of

WISHED = statement(__file__, "wished")
WISH = statement(__file__, "wish")

Lang = Literal["ja", "en"]
DayCount = Annotated[int, Meta(ge=1, le=366, description="日数 · days")]
Days = Annotated[tuple[DayCount, ...], Meta(max_length=5)]


class Wishes(Struct, frozen=True, forbid_unknown_fields=True):
    """What a member wants: no day at all is never, nothing said is as agreed for all."""

    lang: Lang = "ja"
    expiry_days: Days | None = None
    dormant_days: Days | None = None


class WishesTold(Struct, frozen=True):
    """What a member wants, and what is agreed for all who say nothing."""

    lang: Lang
    expiry_days: tuple[int, ...] | None
    dormant_days: tuple[int, ...] | None
    agreed_expiry_days: tuple[int, ...]
    agreed_dormant_days: tuple[int, ...]


async def wished(conn: AsyncConnection, member_id: int, today: date) -> WishesTold:
    """What a member said; `NotFound` where there is none."""
    await profiles.read(conn, member_id)
    [row] = await rows(conn, WISHED, {"member_id": member_id})
    return WishesTold(
        row["lang"],
        None if row["expiry_days"] is None else tuple(row["expiry_days"]),
        None if row["dormant_days"] is None else tuple(row["dormant_days"]),
        tuple(await days_of(conn, "expiry", today)),
        tuple(await days_of(conn, "dormant", today)),
    )


async def wish(conn: AsyncConnection, member_id: int, said: Wishes, now: datetime) -> None:
    """Keep what a member says, in place of all it said before; mails follow it from the next on."""
    await profiles.read(conn, member_id)
    await conn.execute(
        WISH,
        {
            "member_id": member_id,
            "lang": said.lang,
            "expiry_days": None if said.expiry_days is None else sorted(set(said.expiry_days)),
            "dormant_days": None if said.dormant_days is None else sorted(set(said.dormant_days)),
            "now": now,
        },
    )

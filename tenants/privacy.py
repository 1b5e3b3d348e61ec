"""個人情報を持たない運用: whether this instance may hold personal data; written in the database, so
that no process can think otherwise (features C19)."""

from datetime import datetime

from psycopg import AsyncConnection

from federation.profiles import any_personal
from federation.refusals import Refusal
from federation.sql import statement
from tenants.layout import Why

SET_PRIVACY = statement(__file__, "set_privacy")
PRIVACY = "SELECT no_personal_data FROM tenants.privacy"
HELD = f"{PRIVACY} FOR KEY SHARE"
ALONE = f"{PRIVACY} FOR UPDATE"


class NoPersonalData(Refusal):
    """この運用では個人情報を登録できません。会員は外部 ID だけで管理します
    This instance holds no personal data: members exist by an external id alone."""

    burns = False
    staff_text = "個人情報は登録不可"


class PersonalDataKept(Refusal):
    """個人情報が残っているため切り替えられません。先に消去してください
    Personal data are still kept here: erase them first."""

    burns = False
    staff_text = "個人情報が残っています"


async def forbids(conn: AsyncConnection) -> bool:
    """Whether personal data may not be written, for as long as the caller's transaction lasts."""
    row = await (await conn.execute(HELD)).fetchone()
    assert row is not None
    return bool(row[0])


async def switch(conn: AsyncConnection, no_personal_data: bool, why: Why, now: datetime) -> None:
    """Hold no personal data from now on, or may hold them; `PersonalDataKept` where some are."""
    await conn.execute(ALONE)
    if no_personal_data and await any_personal(conn):
        raise PersonalDataKept
    asked = {
        "no_personal_data": no_personal_data,
        "author": why.author,
        "reason": why.reason,
        "now": now,
    }
    await conn.execute(SET_PRIVACY, asked)

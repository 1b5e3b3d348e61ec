"""ホーム施設: the facility whose look a member sees, and the language of their mails."""

from datetime import datetime

from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement

HOME = statement(__file__, "home")
CHOOSE = statement(__file__, "choose_home")
SPEAK = statement(__file__, "speak")
SPOKEN = statement(__file__, "spoken")


async def home_of(auditor: AsyncConnection, member_id: int) -> str | None:
    """The code of the facility that a member chose, or where they were last."""
    found = await rows(auditor, HOME, {"member_id": member_id})
    return found[0]["code"] if found else None


async def choose(worker: AsyncConnection, member_id: int, facility: str, now: datetime) -> None:
    """The member calls this facility its own; `NotFound`."""
    asked = {"member_id": member_id, "facility": facility, "now": now}
    if (await worker.execute(CHOOSE, asked)).rowcount != 1:
        raise NotFound(pointer="/facility")


async def spoken(auditor: AsyncConnection, member_id: int) -> str:
    """The language in which a member is written to; Japanese where they never said."""
    found = await rows(auditor, SPOKEN, {"member_id": member_id})
    return str(found[0]["lang"]) if found else "ja"


async def speak(worker: AsyncConnection, member_id: int, lang: str) -> None:
    """The member is written to in this language (`ja` or `en`) from now on."""
    await worker.execute(SPEAK, {"member_id": member_id, "lang": lang})

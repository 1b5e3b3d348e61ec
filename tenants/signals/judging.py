"""兆候の判断: what somebody decided of a signal, with a reason; the last word counts."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from tenants.signals.signals import Signal
from tenants.undoing import Reason

SAY = statement(__file__, "say_of_signal")
SAID = statement(__file__, "said_of_signals")


class Judgement(Struct, frozen=True, forbid_unknown_fields=True):
    """What is decided, and why."""

    decision: Literal["harmless", "watching", "acted"]
    reason: Reason


class Word(Struct, frozen=True):
    """A word that was said of a signal."""

    signal: str
    decision: str
    reason: str
    who: str
    at: datetime


def key_of(signal: Signal) -> str:
    """What a signal is about: pattern, place, day and member; how often it was seen may grow."""
    told = (signal.pattern, signal.tenant, signal.shop, signal.till, signal.member or "")
    whole = "\n".join((*told, signal.business_date.isoformat()))
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


async def judge(conn: AsyncConnection, key: str, told: Judgement, who: str, now: datetime) -> None:
    """Keep what was decided of a signal."""
    row = {"signal": key, "decision": told.decision, "reason": told.reason, "who": who, "now": now}
    await conn.execute(SAY, row)


async def judged(conn: AsyncConnection, keys: Sequence[str]) -> dict[str, Word]:
    """The last word of each of these signals of which there is one."""
    found = await rows(conn, SAID, {"signals": list(keys)})
    return {row["signal"]: Word(**row) for row in found}

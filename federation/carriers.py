"""会員証: what leads to a member is replaced, added, stopped; whoever changes it lines up for the
member first, so that the desk, which reads cards in the same line, sees it or is seen."""

from datetime import date
from typing import Literal

from msgspec import Struct
from psycopg import AsyncConnection

from federation.page import EARNINGS, SPENDINGS
from federation.refusals import (
    AlreadyMerged,
    CardKnown,
    CardNotActive,
    CardNotRegistered,
    MemberWithdrawn,
    NotFound,
)
from federation.sql import statement

IN_LINE = statement(__file__, "in_line")
LOCK = statement(__file__, "lock_member")
CARDS = statement(__file__, "cards")
ATTACH = statement(__file__, "attach")
TURN_CARRIER = statement(__file__, "turn_carrier")
TURN_WALLET = statement(__file__, "turn_wallet")
CARRIERS_OF = statement(__file__, "carriers_of")
DETACH = statement(__file__, "detach")
COUNT_ANEW = statement(__file__, "count_anew")
UNREGISTERED = "unregistered"

Kind = Literal["card", "phone", "line", "external"]


class Carrier(Struct, frozen=True):
    """What leads to a member, and whether it still does."""

    carrier: str
    kind: str
    state: str
    issued_on: date


class Led(Struct, frozen=True):
    """Where a carrier leads."""

    member_id: int
    kind: str
    state: str


def named(kind: Kind, value: str) -> str:
    """A carrier's own key: cards stand bare, as scanners read them; no scanner reads the others."""
    return value if kind == "card" else f"{kind}:{value}"


async def lock(conn: AsyncConnection, member_id: int) -> str:
    """Take a member's lock, in the caller's transaction; its wallet's state. Who has left or become
    one with another is refused."""
    await conn.execute(IN_LINE, {"members": [member_id]})
    row = await (await conn.execute(LOCK, {"member_id": member_id})).fetchone()
    if row is None:
        raise NotFound
    state: str = row[0]
    if state == "merged":
        raise AlreadyMerged
    if state == "withdrawn":
        raise MemberWithdrawn
    return state


async def led(conn: AsyncConnection, carrier: str) -> Led | None:
    """Where a carrier leads, if anywhere."""
    row = await (await conn.execute(CARDS, {"carriers": [carrier]})).fetchone()
    return None if row is None else Led(*row[1:])


async def replace(conn: AsyncConnection, member_id: int, old: str, new: str, today: date) -> None:
    """Stop a member's card and let another lead to it; one of its own that was stopped comes back.
    Asked again, nothing changes."""
    await lock(conn, member_id)
    was, other = await led(conn, old), await led(conn, new)
    if was is None or was.member_id != member_id or was.kind != "card":
        raise NotFound(pointer="/old_card")
    if old == new:
        raise CardKnown
    own = other is not None and (other.member_id, other.kind) == (member_id, "card")
    if other is not None and not own:
        raise CardKnown
    if was.state == "stopped":
        if other is not None and other.state == "active":
            return
        raise CardNotActive
    if other is not None and other.state == "active":
        raise CardKnown
    await _lead(conn, member_id, new, "card", today)
    await conn.execute(TURN_CARRIER, {"carrier": old, "state": "stopped"})


async def attach(
    conn: AsyncConnection, member_id: int, kind: Kind, value: str, today: date
) -> None:
    """Let a card, phone, LINE or external id lead to a member as well; asked again, nothing
    changes. `CardKnown` where it leads to another."""
    await lock(conn, member_id)
    await _lead(conn, member_id, named(kind, value), kind, today)


async def detach(conn: AsyncConnection, member_id: int, kind: Kind) -> int:
    """Let what is no card lead to a member no longer; it may lead to another from now on. The
    member stays as it is; how many were let go."""
    assert kind != "card", "cards are stopped, never let go"
    await lock(conn, member_id)
    return (await conn.execute(DETACH, {"member_id": member_id, "kind": kind})).rowcount


async def _lead(
    conn: AsyncConnection, member_id: int, carrier: str, kind: Kind, today: date
) -> None:
    asked = {"carrier": carrier, "kind": kind, "member_id": member_id, "issued_on": today}
    if (await conn.execute(ATTACH, asked)).rowcount != 1:
        raise CardKnown


async def freeze(conn: AsyncConnection, member_id: int, *, frozen: bool) -> None:
    """Stop a member's points from being spent, or let them be spent again. Those of an unregistered
    card cannot be spent anyway: `CardNotRegistered`."""
    if await lock(conn, member_id) == UNREGISTERED:
        raise CardNotRegistered
    state = "frozen" if frozen else "active"
    await conn.execute(TURN_WALLET, {"member_id": member_id, "state": state})


async def count_anew(conn: AsyncConnection, member_id: int) -> None:
    """Forget how often a member spent and earned; whoever does so holds the member's lock."""
    await conn.execute(COUNT_ANEW, {"member_id": member_id, "rules": [SPENDINGS, EARNINGS]})


async def carriers_of(conn: AsyncConnection, member_id: int) -> list[Carrier]:
    """What leads to a member, the newest last."""
    rows = await conn.execute(CARRIERS_OF, {"member_id": member_id})
    return [Carrier(*row) for row in await rows.fetchall()]

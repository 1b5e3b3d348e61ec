"""異議: a party objects to a line of its statement while the window is open; what is disputed is
not paid, on either side, until the operator has decided."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.reading import rows
from federation.refusals import NotFound
from federation.sql import statement
from federation.tell import tell
from settlement.agreeing import ONE_AT_A_TIME
from settlement.fees import FEES, TAX, WHOLE_BP, part
from settlement.life.confirm import replan
from settlement.life.dues import (
    NOT_DISPUTED,
    AdjustmentKind,
    Line,
    Part,
    Side,
    borne,
    both_sides,
    other_side,
)
from settlement.life.papers import Life, life, turn
from settlement.life.planned import planned
from settlement.life.refusals import (
    AlreadyDisputed,
    DisputeDecided,
    FourEyes,
    LineNotDisputable,
    WindowOver,
    WrongState,
)
from settlement.reading import STATEMENT, cycle_id_of
from settlement.refusals import CycleClosed
from settlement.stages import flows, party_ids
from settlement.statement import Statement

LINE = statement(__file__, "line")
DISPUTES = statement(__file__, "disputes")
OBJECT = statement(__file__, "object")
DECIDE = statement(__file__, "decide")
ADJUST = statement(__file__, "adjust")
NEXT = statement(__file__, "next")
DAY = timedelta(days=1)

ODD = r"\x00-\x08\x0b-\x1f\x7f"
Text = Annotated[
    str, Meta(min_length=1, max_length=1000, pattern=rf"^[^{ODD}]*[^\s{ODD}][^{ODD}]*$")
]
Yen = Annotated[int, Meta(ge=1, le=9_999_999_999)]
Change = Annotated[int, Meta(ge=-9_999_999_999, le=9_999_999_999)]
Code = Annotated[int, Meta(ge=100, le=899)]


class Objection(Struct, frozen=True, forbid_unknown_fields=True):
    """What a party objects to: a line of its statement by its code (of 前期分調整 with the code it
    would have had), or `yen` of it, whichever sign the line has; why, and what shows it."""

    cycle: Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    code: Code
    reason: Text
    evidence: Text
    original: Code | None = None
    yen: Yen | None = None


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """裁定: the line stands (rejected), or is corrected by so many yen (upheld), by default by all
    that was disputed."""

    outcome: Literal["upheld", "rejected"]
    reason: Text
    adjusted_yen: Change | None = None


class Dispute(Struct, frozen=True):
    """A disputed line: what is held of it, until when it is to be decided, and what came of it."""

    dispute: str
    cycle: date
    party: str
    code: int
    original: int | None
    yen: int
    reason: str
    evidence: str
    opened_at: datetime
    deadline_on: date
    state: Literal["open", "upheld", "rejected"]
    decided_at: datetime | None
    decision: str | None
    adjusted_yen: int | None
    paid_in: date | None


async def disputes(
    conn: AsyncConnection,
    *,
    cycle_id: int | None = None,
    dispute: str | None = None,
    party_id: int | None = None,
) -> list[Dispute]:
    """The disputes that the reader may see, the newest first."""
    asked = {"cycle_id": cycle_id, "dispute": dispute, "party_id": party_id}
    return [Dispute(**row) for row in await rows(conn, DISPUTES, asked)]


async def object_to(
    conn: AsyncConnection, party_id: int, asked: Objection, who: str, now: datetime
) -> Dispute:
    """Hold a line back from the payments of both its sides; the same objection again is answered as
    the first was. `NotFound`, `WrongState`, `CycleClosed`, `WindowOver`, `LineNotDisputable`,
    `AlreadyDisputed`."""
    cycle_id = cycle_id_of(asked.cycle)
    async with turn(conn):
        of = await life(conn, cycle_id)
        line = await line_of(conn, of, party_id, asked)
        known = [
            one
            for one in await disputes(conn, cycle_id=cycle_id, party_id=party_id)
            if (one.code, one.original) == (line.code, line.original)
        ]
        if known:
            return same(known[0], line, asked)
        still_open(of, now)
        dispute = f"d_{secrets.token_hex(8)}"
        row = {
            "dispute": dispute, "cycle_id": cycle_id, "party_id": party_id, "code": line.code,
            "original": line.original, "yen": line.yen, "reason": asked.reason,
            "evidence": asked.evidence, "who": who, "now": now,
            "deadline_on": (await planned(conn, of.last_on + DAY)).last_on,
        }  # fmt: skip
        await conn.execute(OBJECT, row)
        others = await facing(conn, cycle_id, line)
        held = both_sides(line, -line.yen, others)
        await adjust(conn, cycle_id, "held", held, dispute, line)
        assert of.prepared_by is not None
        # It stays the plan of whoever prepared it: a party's objection lends nobody a second pair
        # of eyes.
        await replan(conn, of, of.prepared_by, "異議 / disputed", now)
        opened = (await disputes(conn, dispute=dispute))[0]
        await tell(conn, "dispute.opened", [party_id], told_of(opened))
        return opened


async def line_of(conn: AsyncConnection, of: Life, party_id: int, asked: Objection) -> Line:
    """The sealed line that is meant, with what of it is disputed."""
    row = {"cycle_id": of.cycle_id, "party_id": party_id, "code": asked.code}
    found = await rows(conn, LINE, {**row, "original": asked.original})
    if not found or of.state == "open" or not of.sealed:
        raise NotFound
    whole = found[0]["yen"]
    if not whole or asked.code in NOT_DISPUTED or (asked.yen or 0) > abs(whole):
        raise LineNotDisputable
    yen = abs(asked.yen or whole) * (1 if whole > 0 else -1)
    return Line(found[0]["party"], asked.code, asked.original, yen)


def same(known: Dispute, line: Line, asked: Objection) -> Dispute:
    """The dispute that stands there, if it is what is asked."""
    if (known.yen, known.reason, known.evidence) != (line.yen, asked.reason, asked.evidence):
        raise AlreadyDisputed
    return known


def still_open(of: Life, now: datetime) -> None:
    """Whether a party may object at this instant."""
    if of.state == "closed":
        raise WrongState(state=of.state)
    if of.state != "confirmed":
        raise CycleClosed
    if day_of(now) > of.objections_until:
        raise WindowOver(objections_until=of.objections_until.isoformat())


async def decide(
    conn: AsyncConnection, dispute: str, asked: Decision, who: str, now: datetime
) -> Dispute:
    """Release what was held in the statements of the next cycle, and correct the line there if the
    party was right; the same decision again is answered as the first was. `NotFound`,
    `DisputeDecided`, `FourEyes`."""
    async with turn(conn):
        await conn.execute(ONE_AT_A_TIME)  # a cycle is stated before this, or after
        found = await rows(conn, DISPUTES, {"dispute": dispute, "cycle_id": None, "party_id": None})
        if not found:
            raise NotFound
        known = Dispute(**found[0])
        change = corrected(known, asked)
        if known.state != "open":
            if (known.state, known.decision, known.adjusted_yen) != (
                asked.outcome, asked.reason, change,
            ):  # fmt: skip
                raise DisputeDecided
            return known
        cycle_id = cycle_id_of(known.cycle.isoformat())
        after = await rows(conn, NEXT, {"cycle_id": cycle_id})
        if not after:
            raise WrongState(state="open")
        paid_in = after[0]["cycle_id"]
        row = {
            "dispute": dispute, "state": asked.outcome, "who": who, "now": now,
            "decision": asked.reason, "adjusted_yen": change, "paid_in": paid_in,
        }  # fmt: skip
        if (await conn.execute(DECIDE, row)).rowcount != 1:
            raise FourEyes
        line = Line(known.party, known.code, known.original, known.yen)
        others = await facing(conn, cycle_id, line)
        released = both_sides(line, known.yen, others)
        await adjust(conn, paid_in, "released", released, dispute, line)
        if change:
            await correct(conn, cycle_id, paid_in, line, change, dispute)
        decided = (await disputes(conn, dispute=dispute))[0]
        whose = [
            number for one, number in (await party_ids(conn)).items() if one.party == line.party
        ]
        await tell(conn, "dispute.decided", whose, told_of(decided))
        return decided


class DisputeTold(Struct, frozen=True):
    """What its party reads of a dispute."""

    dispute: str
    cycle: date
    code: int
    yen: int
    state: str
    adjusted_yen: int | None


def told_of(one: Dispute) -> DisputeTold:
    """A dispute in few words."""
    return DisputeTold(one.dispute, one.cycle, one.code, one.yen, one.state, one.adjusted_yen)


async def correct(
    conn: AsyncConnection, cycle_id: int, paid_in: int, line: Line, change: int, dispute: str
) -> None:
    """Correct a sealed line in a later cycle, on both its sides; of a fee with the tax on it, at
    the rate that it was charged at."""
    parties = await party_ids(conn)
    [party_id] = [number for one, number in parties.items() if one.party == line.party]
    tax_bp = await rate_of(conn, cycle_id, party_id) if line.code in FEES | {TAX} else None
    changes = [(line, change)]
    if line.code in FEES and tax_bp is not None:
        tax_yen = part(change, tax_bp, WHOLE_BP)
        changes.append((Line(line.party, TAX, None, tax_yen), tax_yen))
    for one, yen in changes:
        if yen:
            others = borne(await facing(conn, cycle_id, one), list(parties))
            await adjust(
                conn, paid_in, "corrected", both_sides(one, yen, others), dispute, one, tax_bp
            )


async def rate_of(conn: AsyncConnection, cycle_id: int, party_id: int) -> int | None:
    """At which rate a sealed statement was taxed."""
    [found] = await rows(conn, STATEMENT, {"cycle_id": cycle_id, "party_id": party_id})
    told = msgspec.json.decode(found["body"], type=Statement).tax
    return None if told is UNSET else told.rate_bp


def corrected(known: Dispute, asked: Decision) -> int | None:
    """By how many yen the line is corrected; a rejected one is not."""
    if asked.outcome == "rejected":
        return None
    return -known.yen if asked.adjusted_yen is None else asked.adjusted_yen


async def facing(conn: AsyncConnection, cycle_id: int, line: Line) -> dict[Side, int]:
    """Who stands on the other side of a sealed line."""
    parties = list(await party_ids(conn))
    others = other_side(line, await flows(conn, cycle_id), parties)
    if not others:
        raise LineNotDisputable
    return others


async def adjust(
    conn: AsyncConnection,
    cycle_id: int,
    kind: AdjustmentKind,
    found: Sequence[Part],
    dispute: str,
    of: Line,
    tax_bp: int | None = None,
) -> None:
    """What a dispute does to a cycle, each part pointing at the sealed line."""
    assert sum(one.yen for one in found) == 0
    asked = {
        "cycle_id": cycle_id, "kind": kind, "parts": msgspec.json.encode(found).decode(),
        "dispute": dispute, "of_code": of.code, "of_original": of.original, "tax_bp": tax_bp,
    }  # fmt: skip
    await conn.execute(ADJUST, asked)

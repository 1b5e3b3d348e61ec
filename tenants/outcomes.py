"""What became of the lines of a file, as their tenant is told: built once, kept as bytes."""

from datetime import timedelta
from typing import Literal

import msgspec
from msgspec import Raw, Struct

from federation.days import SKEW
from federation.refusals import Refusal
from federation.slips import Answer
from tenants.judging import Line

# Points that a till took while it could not ask, and that the hub then could not take: refused by
# the state of member or card, so the tenant that accepted the risk bears them.
BORNE = frozenset({
    "not-enough-points", "points-owed", "card-not-active", "needs-member-code", "spends-too-fast",
})  # fmt: skip
A_SECOND = timedelta(seconds=1)

Decided = Literal["booked", "refused", "repeat"]


class Gap(Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """Numbers of a key that had not come when this line did, the first and the last."""

    first: int
    last: int


class Outcome(Struct, frozen=True, omit_defaults=True):
    """One line: what was asked, what became of it, and the very answer its slip has for ever."""

    line: int
    state: str
    seq: int | None = None
    slip: str | None = None
    kind: str | None = None
    status: int | None = None
    answer: Raw | None = None
    problem: Raw | None = None
    borne_points: int = 0
    skew_seconds: int = 0
    gap: Gap | None = None
    signature_ok: bool | None = None
    prev_ok: bool | None = None


class Settled(Struct, frozen=True):
    """A line in the columns that `settle_lines.sql` names."""

    number: int
    state: str
    waits_for: Literal["card", "original"] | None = None
    outcome: str | None = None
    borne_points: int = 0
    spends_points: int = 0


def waits(line: Line, waits_for: Literal["card", "original"]) -> Settled:
    """A line that has no outcome and no slip yet."""
    return Settled(line.number, "waiting", waits_for, spends_points=line.spends_points)


def settled(line: Line, answer: Answer | Refusal) -> Settled:
    """A line that is decided, by the books or before they were asked."""
    if isinstance(answer, Refusal):
        answer = Answer(answer.status, answer.body())
    state: Decided = "refused" if answer.status >= 400 else "booked"
    if line.known_before and answer.replayed:
        state = "repeat"
    borne = line.spends_points if state == "refused" and slug(answer) in BORNE else 0
    counts = answer.status < 400 or answer.status == 409
    outcome = outcome_of(line, answer, state, borne)
    return Settled(
        line.number,
        state,
        outcome=msgspec.json.encode(outcome).decode(),
        borne_points=borne,
        spends_points=line.spends_points if counts else 0,
    )


def outcome_of(line: Line, answer: Answer, state: Decided, borne: int) -> Outcome:
    """What the tenant is told of a line; no clock of ours stands in it."""
    said = line.signed.envelope if line.signed is not None else None
    problem = answer.status >= 400
    body = Raw(answer.body)
    return Outcome(
        line.line,
        state,
        seq=said.seq if said else None,
        slip=said.slip if said else None,
        kind=said.kind if said else None,
        status=answer.status,
        answer=None if problem else body,
        problem=body if problem else None,
        borne_points=borne,
        skew_seconds=skew_seconds(line),
        gap=None if line.gap_from is None else Gap(line.gap_from, line.gap_to or 0),
        signature_ok=line.signature_ok,
        prev_ok=line.prev_ok,
    )


def skew_seconds(line: Line) -> int:
    """How far the till's clock was ahead of the hub's when its file came; 0 within 5 minutes."""
    if line.asked is None or line.asked.at <= line.received_at + SKEW:
        return 0
    return (line.asked.at - line.received_at) // A_SECOND


def slug(answer: Answer) -> str:
    """The name of a refusal in a stored answer."""
    problem: dict[str, object] = msgspec.json.decode(answer.body)
    return str(problem.get("type", "")).rpartition("/")[2]

"""ランク規程の試算: who would rise and who would fall if a rule said something else, from what is
counted already; writes nothing."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from tenants.ranks.following import agreed
from tenants.ranks.laying import Code
from tenants.ranks.rules import Measure, RankRule, Span, in_force, window_of

FORESEEN = statement(__file__, "foreseen")
MOST_NAMED = 100


class RankThought(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule as it is thought of, in the window in which a day lies; no threshold ends it."""

    rule: Code
    measure: Measure
    span: Span
    threshold: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    months: Annotated[int, Meta(ge=1, le=36)] | None = None
    on: date | None = None


class Moved(Struct, frozen=True):
    """A member whom the change would move: the rank of today, and the figure by either version."""

    member: str
    name: str | None
    rank: str
    was: int
    would: int


class Foreseen(Struct, frozen=True):
    """Whom the rule reaches as it stands and as it is thought of, in which days; the first hundred
    of those who would rise or fall by name, the highest figure first. By this rule alone: another
    may give the same rank."""

    rule: str
    from_on: date
    to_on: date
    today: int
    proposed: int
    rises: int
    falls: int
    risen: tuple[Moved, ...]
    fallen: tuple[Moved, ...]


async def foresee(
    conn: AsyncConnection, asked: RankThought, names: Names, tenant_id: int, today: date
) -> Foreseen:
    """Both versions, each in its own window of the day."""
    if (asked.span == "months") != (asked.months is not None):
        raise Validation(pointer="/months")
    on = asked.on or today
    if on > today:
        raise Validation(pointer="/on")
    stands = in_force(await agreed(conn), on).get(asked.rule)
    thought = RankRule(
        asked.rule, on, "", asked.measure, asked.span, asked.months, asked.threshold, "at-once",
        lowered=True,
    )  # fmt: skip
    window = window_of(thought, on)
    was = window_of(stands, on) if stands is not None else None
    found = await rows(
        conn,
        FORESEEN,
        {
            "was_first": was and was.first_on, "was_last": was and was.last_on,
            "was_measure": stands and stands.measure,
            "was_threshold": stands and stands.threshold,
            "first": window.first_on, "last": window.last_on, "measure": thought.measure,
            "threshold": thought.threshold, "most": MOST_NAMED,
        },
    )  # fmt: skip
    counts = {row["turn"]: row["members"] for row in found}
    rises, falls, stays = (counts.get(turn, 0) for turn in ("rises", "falls", "stays"))

    def moved(turn: Literal["rises", "falls"]) -> tuple[Moved, ...]:
        return tuple(
            Moved(
                names.seal("member", tenant_id, row["member_id"]), row["name"], row["rank"],
                row["was"], row["would"],
            )
            for row in found
            if row["turn"] == turn
        )  # fmt: skip

    return Foreseen(
        asked.rule, window.first_on, window.last_on, stays + falls, stays + rises, rises, falls,
        moved("rises"), moved("falls"),
    )  # fmt: skip

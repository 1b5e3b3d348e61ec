"""規程の登録: ranks, their rules and their benefits, each version dated, with author and reason."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs
from psycopg import AsyncConnection, errors

from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from tenants.layout import Why
from tenants.ranks.rules import Measure, Span
from tenants.undoing import Reason

ADD_RANK = statement(__file__, "add_rank")
ADD_RULE = statement(__file__, "add_rule")
ADD_BENEFIT = statement(__file__, "add_benefit")
BENEFITS = statement(__file__, "benefits")

Code = Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,30}$")]
Name = Annotated[str, Meta(min_length=1, max_length=60)]


class NewRank(Struct, frozen=True, forbid_unknown_fields=True):
    """A rank: the higher its place, the higher it is."""

    rank: Code
    place: Annotated[int, Meta(ge=1, le=1_000)]
    name: Name
    name_en: Name


class NewRule(Struct, frozen=True, forbid_unknown_fields=True):
    """A version of a rule from a day on; without a threshold it ends."""

    rule: Code
    from_on: date
    rank: Code
    measure: Measure
    span: Span
    reason: Reason
    threshold: Annotated[int, Meta(ge=1, le=1_000_000_000)] | None = None
    months: Annotated[int, Meta(ge=1, le=36)] | None = None
    takes_effect: Literal["at-once", "next-year"] = "next-year"
    lowered: bool = True


class NewBenefit(Struct, frozen=True, forbid_unknown_fields=True):
    """A benefit of a rank and those above it, from a day on; none a day ends it. Its funder is a
    party by its code."""

    benefit: Code
    from_on: date
    rank: Code
    name: Name
    name_en: Name
    funder: Annotated[str, Meta(min_length=1, max_length=64)]
    per_day: Annotated[int, Meta(ge=0, le=100)]
    reason: Reason
    per_month: Annotated[int, Meta(ge=1, le=1_000)] | None = None


class Benefit(Struct, frozen=True):
    """A version of a benefit."""

    benefit: str
    from_on: date
    rank: str
    place: int
    name: str
    name_en: str
    funder_id: int
    funder: str
    per_day: int
    per_month: int | None


async def add_rank(conn: AsyncConnection, new: NewRank) -> None:
    """Another rank; `Validation` where it or its place is there."""
    try:
        await conn.execute(ADD_RANK, structs.asdict(new))
    except errors.UniqueViolation:
        raise Validation(pointer="/rank") from None


async def add_rule(conn: AsyncConnection, new: NewRule, why: Why) -> None:
    """Another version of a rule; `Validation` where it does not add up or begins on a day on which
    one begins."""
    if (new.span == "months") != (new.months is not None):
        raise Validation(pointer="/months")
    if new.span == "months" and new.takes_effect != "at-once":
        raise Validation(pointer="/takes_effect")
    told = {**structs.asdict(new), "author": why.author, "reason": why.reason}
    try:
        await conn.execute(ADD_RULE, told)
    except errors.UniqueViolation:
        raise Validation(pointer="/from_on") from None
    except errors.ForeignKeyViolation:
        raise Validation(pointer="/rank") from None


async def add_benefit(conn: AsyncConnection, new: NewBenefit, why: Why) -> None:
    """Another version of a benefit; `Validation` likewise, or where nobody is its funder."""
    told = {**structs.asdict(new), "author": why.author, "reason": why.reason}
    try:
        if (await conn.execute(ADD_BENEFIT, told)).rowcount != 1:
            raise Validation(pointer="/funder")
    except errors.UniqueViolation:
        raise Validation(pointer="/from_on") from None
    except errors.ForeignKeyViolation:
        raise Validation(pointer="/rank") from None


async def benefits_on(conn: AsyncConnection, day: date) -> dict[str, Benefit]:
    """The benefits of a day by their codes; what has ended is not there."""
    latest = [Benefit(**row) for row in await rows(conn, BENEFITS, {"day": day})]
    return {one.benefit: one for one in latest if one.per_day}

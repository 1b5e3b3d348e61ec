"""事務局の規則: what the operator's office does to a member's points: give and take with a reason,
make two members one, let one go. Pure."""

from datetime import date
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from federation.refusals import Refusal, Validation
from federation.slips import (
    Adjustment,
    Asked,
    Bonus,
    Count,
    Grant,
    Holder,
    Leaving,
    Merging,
    Order,
    Part,
    Points,
    Rule,
)
from tenants.expiring import last_day, policy_of
from tenants.terms import ADJUSTMENT, Party, Till, in_force
from tenants.undoing import Reason, Undo

OFFICE = "office"  # the operator's own till (0011_members.sql lays it out)
ALONE_POINTS = 1_000  # what one person may adjust of one member on one business date (domain 6.5)
DAYS_TO_DECIDE = 31
LEGACY = "legacy"
BONUS = "bonus"  # the kind of what the office gives as a bonus, for a campaign or an occasion

Handle = Annotated[str, Meta(pattern=r"^[a-z2-7]{26}$(?!\n)", description="a member's handle")]
PartyCode = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$(?!\n)")]
Signed = Annotated[int, Meta(ge=-10_000_000, le=10_000_000, description="given (+) or taken (-)")]
AdjustmentRule = Annotated[
    str, Meta(pattern=r"^(adjustment|bonus)(:[a-z0-9][a-z0-9-]{0,30})?$(?!\n)")
]


class NeedsSecondPerson(Refusal):
    """この会員への調整が一日 1,000 ポイントを超えます。`propose` を付けて申請してください
    This member's adjustments of the day exceed 1,000 points: `propose` it to another client."""

    burns = False
    staff_text = "別の担当者の承認が必要"


class SameMember(Refusal):
    """同じ会員どうしは統合できません
    A member cannot become one with itself."""

    staff_text = "同じ会員です"


class Adjust(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points to be given to a member, or taken, for a reason; above 1,000 it is a proposal."""

    call: ClassVar[str] = "adjustments"

    member: Handle
    points: Signed
    reason: Reason
    funder: PartyCode | None = None
    rule: AdjustmentRule = ADJUSTMENT
    propose: bool = False

    @property
    def proposes(self) -> bool:
        """Whether another person must approve it first."""
        return self.propose or abs(self.points) > ALONE_POINTS


class Approved(Adjust, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The same once somebody else has agreed, within a month."""

    def days_back(self, till: Any) -> int:
        return DAYS_TO_DECIDE


class Unite(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Two members who are one: the source's points and carriers go to the target."""

    call: ClassVar[str] = "merges"

    source: Handle
    target: Handle
    reason: Reason


class Withdraw(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A member who leaves."""

    call: ClassVar[str] = "withdrawals"

    reason: Reason


class Carry(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A balance of another system, brought over from one line of a file."""

    call: ClassVar[str] = "imports"

    points: Points
    funder: PartyCode
    expires_on: date | None = None

    def days_back(self, till: Any) -> int:
        return DAYS_TO_DECIDE


class UndoOffice(Undo, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A slip of the office that shall not have been, on whatever day."""

    call: ClassVar[str] = "office-reversals"


def adjusting(funder: Party | None, *, alone: bool) -> Rule:
    """The rule of an adjustment that this party pays for; one person alone has a limit per member
    and business date, whichever way the points go."""

    def adjust(asked: Adjust, till: Till, holder: Holder) -> Order:
        points = abs(asked.points)
        today = holder.used.get((ADJUSTMENT, asked.business_date), 0)
        if alone and today + points > ALONE_POINTS:
            raise NeedsSecondPerson
        if asked.points < 0:
            return Order(adjust=Adjustment(asked.reason, points=points))
        assert funder is not None
        day = asked.business_date
        scheme_id = in_force(till.schemes, day).scheme_id
        kind, _, _ = asked.rule.partition(":")
        given = gift(asked.rule, funder, points, until(till, kind, day), day)
        if kind == BONUS:
            counts = (Count(ADJUSTMENT, day, points),)
            return Order(bonus=Bonus(asked.reason, (given,), scheme_id, counts))
        return Order(adjust=Adjustment(asked.reason, given, scheme_id))

    return adjust


def carrying(funder: Party, line: str) -> Rule:
    """The rule of a balance that is brought over: a lot of the party that funds it."""

    def carry(asked: Carry, till: Till, _: Holder) -> Order:
        day = asked.business_date
        lasts = asked.expires_on or until(till, LEGACY, day)
        given = gift(LEGACY, funder, asked.points, lasts, day)
        scheme_id = in_force(till.schemes, day).scheme_id
        return Order(adjust=Adjustment(line, given, scheme_id, kind="import"))

    return carry


def uniting(source_id: int, target_id: int) -> Rule:
    """The rule of a merge; whether the two can become one is for the books to say."""

    def unite(asked: Unite, _: Till, __: Holder) -> Order:
        return Order(merge=Merging(source_id, target_id, asked.reason))

    return unite


def withdraw(asked: Withdraw, _: Till, __: Holder) -> Order:
    """Let a member go."""
    return Order(leave=Leaving(asked.reason))


def gift(rule: str, funder: Party, points: int, expires_on: date, day: date) -> Grant:
    """Points of one funder, usable at once."""
    part = Part(funder.party_id, funder.code, points)
    return Grant(rule=rule, parts=(part,), expires_on=expires_on, usable_from=day)


def until(till: Till, kind: str, day: date) -> date:
    """The last day by the policy of the day. What the office gives does not slide with purchases
    (domain 5): where the policy does, it lasts as if none followed."""
    return last_day(policy_of(till.expiry, kind, day), day)


def two(source_id: int, target_id: int) -> tuple[int, int]:
    """Both members of a merge, the heir first; one alone is `SameMember`."""
    if source_id == target_id:
        raise SameMember
    return target_id, source_id


def paid_by(asked: Adjust, parties: Any) -> Party | None:
    """Who pays for what is given; taking needs nobody."""
    if asked.points == 0:
        raise Validation(pointer="/points")
    if asked.points < 0 and asked.funder is None:
        return None
    funder: Party | None = parties.get(asked.funder)
    if funder is None:
        raise Validation(pointer="/funder")
    return funder

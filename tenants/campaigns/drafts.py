"""キャンペーンの下書き: what a campaign is to be, written down before anybody agrees. Pure."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from tenants.campaigns.premiums import Kind, Premiums
from tenants.undoing import PLAIN, Reason

Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$(?!\n)")]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=PLAIN)]
PartyCode = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$(?!\n)")]
ShopName = Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,64}/[\x21-\x7e]{1,64}$(?!\n)")]
SomePoints = Annotated[int, Meta(ge=1, le=1_000_000_000_000)]
Cap = Annotated[int, Meta(ge=1, le=10_000_000)]
Metric = Literal["sales", "visits", "points"]


class Share(Struct, frozen=True, forbid_unknown_fields=True):
    """One funder's part of the extra points."""

    funder: Literal["tenant", "facility", "operator"]
    weight: Annotated[int, Meta(ge=1, le=1_000)]


class Plan(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """施策と検証の計画 (A18): what is measured per member, on which business dates; where no
    control group is kept, why."""

    metric: Metric
    from_on: date
    to_on: date
    no_control_reason: Reason | None = None

    def __post_init__(self) -> None:
        """A period has a first and a last day."""
        if self.to_on < self.from_on:
            raise ValueError("to_on before from_on")


class Draft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A campaign as its author would have it. `control_bp` of 10,000 members get nothing; `shops`
    None is every shop of the facility."""

    code: Code
    name: Name
    name_en: Name
    reason: Reason
    from_on: date
    to_on: date
    multiplier: Annotated[int, Meta(ge=2, le=100)]
    shares: Annotated[list[Share], Meta(min_length=1, max_length=3)]
    facility: PartyCode | None = None
    stack_group: Code = "campaign"
    expires_on: date | None = None
    ring_fenced: bool = False
    cap_points_per_receipt: Cap | None = None
    cap_points_per_member: Cap | None = None
    cap_points_per_day: Cap | None = None
    budget_points: SomePoints | None = None
    segment: Code | None = None
    control_bp: Annotated[int, Meta(ge=0, le=5_000)] = 0
    kind: Kind = "common-points"
    premiums: Premiums = Premiums()
    plan: Plan | None = None
    shops: Annotated[list[ShopName], Meta(max_length=2_000)] | None = None
    may_opt_out: bool = False
    version_of: Code | None = None

    def __post_init__(self) -> None:
        """Days in order; a fence needs a facility; each funder once."""
        if self.to_on < self.from_on or (self.expires_on or self.to_on) < self.to_on:
            raise ValueError("days out of order")
        if self.ring_fenced and self.facility is None:
            raise ValueError("a ring-fence needs a facility")
        if len({share.funder for share in self.shares}) < len(self.shares):
            raise ValueError("a funder stands twice")


def is_planned(plan: Plan | None, control_bp: int) -> bool:
    """Whether it may start: metric and period, and a control group or the reason for none."""
    return plan is not None and (control_bp > 0 or plan.no_control_reason is not None)

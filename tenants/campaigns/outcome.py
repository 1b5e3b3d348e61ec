"""効果測定: members, sales and points of a campaign's treated against its control group, and the
difference with its 95 % interval (A13), while it runs and after."""

from datetime import date
from typing import Any

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from tenants.campaigns.drafts import Metric
from tenants.campaigns.interval import Group, Interval, compared, mean_milli
from tenants.campaigns.lives import told_one
from tenants.campaigns.refusals import NeedsPlan

MEASURED = statement(__file__, "measured")


class Arm(Struct, frozen=True):
    """One group: how many members, what they bought and were given; the metric's mean per member
    in thousandths."""

    members: int
    sales_yen: int
    visits: int
    points: int
    mean_milli: int


class Outcome(Struct, frozen=True):
    """What a campaign came to so far, from its plan's first day; `given_points` is what it gave
    itself. Without a control group there is no difference to tell."""

    campaign: str
    metric: Metric
    from_on: date
    to_on: date
    over: bool
    given_points: int
    treated: Arm
    control: Arm
    difference: Interval | None


async def outcome(conn: AsyncConnection, code: str, today: date) -> Outcome:
    """Compare the two groups by the plan; whoever is in the segment on any day counts, by hash in
    one group or the other, whether they bought or not."""
    found = await told_one(conn, code)
    if found.plan is None:
        raise NeedsPlan
    plan = found.plan
    asked = {
        "code": code,
        "segment": found.segment,
        "control_bp": found.control_bp,
        "facility": found.facility,
        "from_on": plan.from_on,
        "to_on": plan.to_on,
        "metric": plan.metric,
    }
    arms = {row["controlled"]: row for row in await rows(conn, MEASURED, asked)}
    treated, control = (arms.get(one) for one in (False, True))
    given = sum(int(row["given_points"]) for row in arms.values())
    return Outcome(
        code, plan.metric, plan.from_on, plan.to_on, plan.to_on < today, given, arm(treated),
        arm(control), compared(group(treated), group(control)),
    )  # fmt: skip


def group(row: dict[str, Any] | None) -> Group:
    """The sums of a group; of nobody, nothing."""
    if row is None:
        return Group(0, 0, 0)
    return Group(int(row["members"]), int(row["total"]), int(row["squares"]))


def arm(row: dict[str, Any] | None) -> Arm:
    """A group as it is told."""
    if row is None:
        return Arm(0, 0, 0, 0, 0)
    return Arm(
        int(row["members"]),
        int(row["sales_yen"]),
        int(row["visits"]),
        int(row["points"]),
        mean_milli(group(row)),
    )

"""How long points last, with worked dates: what a change of policy means for a point of a day."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from msgspec import Struct

from federation import days
from tenants.answers_api import answers
from tenants.expiring import Worked, until, worked
from tenants.mall import Mall
from tenants.terms import ExpiryPolicy

Now = Callable[[], datetime]
EXISTING = (
    "すでにあるポイントの失効日は変わりません。自動延長のポイントは最後に決まった日まで使え、"
    "次の対象取引があれば、その営業日に有効な規則で延長されます。"
)
EXISTING_EN = (
    "Points that exist keep the day they were given. Sliding points keep the last day they had and "
    "go on sliding by the rule in force on the business date of the next event that qualifies."
)


class PolicyTold(Struct, frozen=True, omit_defaults=True):
    """A policy with worked dates; `until_on` is the day from which the next of its kind holds."""

    kind: str
    from_on: date
    policy: str
    in_force: bool
    worked: tuple[Worked, ...]
    until_on: date | None = None
    months: int | None = None
    month_end: bool = False
    expires_on: date | None = None
    qualifying: tuple[str, ...] = ()


class Policies(Struct, frozen=True):
    """Every policy, by kind and day, and what becomes of points that exist already."""

    policies: tuple[PolicyTold, ...]
    existing: str
    existing_en: str


def policies_told(policies: Sequence[ExpiryPolicy], today: date) -> Policies:
    """Each policy with what points earned on telling days are given, as a booking would give it."""
    told = tuple(policy_told(policies, one, today) for one in policies)
    return Policies(told, EXISTING, EXISTING_EN)


def policy_told(policies: Sequence[ExpiryPolicy], one: ExpiryPolicy, today: date) -> PolicyTold:
    """One policy with its worked dates."""
    ends = until(one, policies)
    return PolicyTold(
        one.kind,
        one.from_on,
        one.policy,
        one.from_on <= today < ends,
        worked(policies, one, today),
        None if ends == date.max else ends,
        one.months,
        one.month_end,
        one.expires_on,
        tuple(sorted(one.qualifying)),
    )


@get("/v1/expiry-policies", requires="points:quote", responses=answers(200, None))
async def get_expiry_policies(mall: NamedDependency[Mall], clock: NamedDependency[Now]) -> Policies:
    """How long points of each kind last, with worked dates. / 有効期限の規則"""
    return policies_told(await mall.expiry(), days.day_of(clock()))


ROUTES: list[HTTPRouteHandler] = [get_expiry_policies]

"""The requests of the random mall, each with the rule that its route gives the desk."""

from datetime import date
from typing import ClassVar

from federation.slips import Adjustment, Asked, Bonus, Count, Grant, Holder, Order, Part, Rule
from tenants.coupons.using import Presented, UseCoupon, using
from tenants.earning import Sale, earn
from tenants.giving_refusals import AlreadyVisited
from tenants.holding import Capture, LetGo, SetAside, capture, let_go, set_aside
from tenants.returning import BringBack, bring_back
from tenants.spending import Purchase, Spend, buy, spend
from tenants.terms import Till
from tenants.undoing import Undo, undo

VISIT = "visit:test"


class Adjust(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points given with a last day, or taken without one, in the operator's name."""

    call: ClassVar[str] = "adjustments"

    card: str
    points: int
    last_day: date | None = None

    @property
    def carrier(self) -> str:
        return self.card


def adjust(asked: Adjust, till: Till, _: Holder) -> Order:
    """What the operator's desk decided."""
    if asked.last_day is None:
        return Order(adjust=Adjustment("test", points=asked.points))
    part = Part(till.operator.party_id, till.operator.code, asked.points)
    grant = Grant("test", (part,), asked.last_day, asked.business_date)
    return Order(adjust=Adjustment("test", grant, till.schemes[0].scheme_id))


class Visit(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A member came, once a business day, for points that shop and operator share."""

    call: ClassVar[str] = "visits"
    spends: ClassVar[bool] = False

    card: str
    points: int
    last_day: date

    @property
    def carrier(self) -> str:
        return self.card

    def counted(self, till: Till) -> frozenset[str]:
        return frozenset({VISIT})


def visit(asked: Visit, till: Till, holder: Holder) -> Order:
    """What a rule of the tenants would decide."""
    if holder.used.get((VISIT, asked.business_date)):
        raise AlreadyVisited
    own = asked.points // 2
    whose = ((till.operator, asked.points - own), (till.tenant, own))
    parts = tuple(Part(party.party_id, party.code, n) for party, n in whose if n)
    grant = Grant(VISIT, parts, asked.last_day, asked.business_date)
    counts = (Count(VISIT, asked.business_date),)
    return Order(bonus=Bonus("test", (grant,), till.schemes[0].scheme_id, counts))


def take_coupon(asked: UseCoupon, till: Till, holder: Holder) -> Order:
    """A coupon by its member's card."""
    return using(Presented(asked.at))(asked, till, holder)


Ask = (
    UseCoupon
    | Sale
    | Spend
    | Purchase
    | SetAside
    | Capture
    | LetGo
    | Undo
    | BringBack
    | Adjust
    | Visit
)
RULES: dict[type[Ask], Rule] = {
    Sale: earn,
    UseCoupon: take_coupon,
    Spend: spend,
    Purchase: buy,
    SetAside: set_aside,
    Capture: capture,
    LetGo: let_go,
    Undo: undo,
    BringBack: bring_back,
    Adjust: adjust,
    Visit: visit,
}

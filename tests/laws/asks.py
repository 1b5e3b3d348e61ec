"""The requests of the random mall, each with the rule that its route gives the desk."""

from datetime import date
from typing import ClassVar

from federation.slips import Adjustment, Asked, Grant, Holder, Order, Part, Rule
from tenants.earning import Sale, earn
from tenants.holding import Capture, LetGo, SetAside, capture, let_go, set_aside
from tenants.returning import BringBack, bring_back
from tenants.spending import Purchase, Spend, buy, spend
from tenants.terms import Till
from tenants.undoing import Undo, undo


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


Ask = Sale | Spend | Purchase | SetAside | Capture | LetGo | Undo | BringBack | Adjust
RULES: dict[type[Ask], Rule] = {
    Sale: earn,
    Spend: spend,
    Purchase: buy,
    SetAside: set_aside,
    Capture: capture,
    LetGo: let_go,
    Undo: undo,
    BringBack: bring_back,
    Adjust: adjust,
}

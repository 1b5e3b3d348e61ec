"""What was agreed with a shop, and which campaigns run: dated, by business date.

Pure words; the rules of `earning.py` and `spending.py` read nothing else.
"""

from collections.abc import Sequence
from datetime import date, time
from typing import Literal, Protocol, TypeVar

from msgspec import Struct

import federation.slips
from federation.refusals import Refusal

TaxTreatment = Literal["PAYMENT", "DISCOUNT"]


class Dated(Protocol):
    """Something that holds from a business date on, until the next of its kind."""

    @property
    def from_on(self) -> date: ...


D = TypeVar("D", bound=Dated)


class NotYetInForce(Refusal):
    """この営業日の契約条件がまだありません
    No terms are in force on this business date."""

    burns = False
    staff_text = "契約前・本部へ連絡"


class Party(Struct, frozen=True):
    """Whoever can fund points."""

    party_id: int
    code: str


class Terms(Struct, frozen=True):
    """The terms of one shop from a business date on."""

    from_on: date
    yen_per_point: int
    static_card_limit_points: int
    excluded_categories: frozenset[str]
    tax_treatment: TaxTreatment


class Scheme(Struct, frozen=True):
    """The settlement scheme that points granted from a day on belong to."""

    from_on: date
    scheme_id: int


class RankBonus(Struct, frozen=True):
    """What a rank adds to the base from a day on (+1倍 is multiplier 2), and who pays."""

    from_on: date
    rank: str
    multiplier: int
    funder: Party


class Share(Struct, frozen=True):
    """One funder's part of a campaign's extra points."""

    funder: Literal["tenant", "facility", "operator"]
    weight: int


class Campaign(Struct, frozen=True):
    """A dated multiplier (5倍 is 5, the base included) at a facility, or everywhere."""

    code: str
    facility_id: int | None
    from_on: date
    to_on: date
    multiplier: int
    stack_group: str
    expires_on: date
    shares: tuple[Share, ...]


class Till(federation.slips.Till, frozen=True):
    """The till that asks, with all its shop agreed to."""

    shop: str
    tenant: Party
    facility: Party | None
    operator: Party
    day_starts: time
    terms: tuple[Terms, ...]
    schemes: tuple[Scheme, ...]
    rank_bonuses: tuple[RankBonus, ...]
    campaigns: tuple[Campaign, ...]

    def party(self, funder: Literal["tenant", "facility", "operator"]) -> Party:
        """Who stands behind a share's word; a shop of no facility has the operator for landlord."""
        if funder == "tenant":
            return self.tenant
        if funder == "facility" and self.facility is not None:
            return self.facility
        return self.operator


def in_force(dated: Sequence[D], business_date: date) -> D:
    """The latest of its kind that had begun by a business date."""
    begun = [one for one in dated if one.from_on <= business_date]
    if not begun:
        raise NotYetInForce
    return max(begun, key=lambda one: one.from_on)

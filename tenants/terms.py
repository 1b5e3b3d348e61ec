"""What was agreed with a shop, and which campaigns run: dated, by business date.

Pure words; the rules of `earning.py` and `spending.py` read nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, Literal, Protocol, TypeVar

from msgspec import Struct, field

import federation.slips
from federation.refusals import Refusal

TaxTreatment = Literal["PAYMENT", "DISCOUNT"]
Event = Literal["accrual", "redemption", "sale-without-points"]
BEGAN = date(2000, 1, 1)
REDEMPTION = "redemption"  # the rule under which spending counts towards its limit per day
ADJUSTMENT = "adjustment"  # the same for what the office gives and takes


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


class Programme(Struct, frozen=True, kw_only=True):
    """The programme's own terms from a business date on. Limits are whole points and days; where
    points are usable from the next day (次回利用), they show before they can be spent."""

    from_on: date = BEGAN
    spend_order: Literal["EXPIRY_FIRST", "LIMITED_FIRST"] = "EXPIRY_FIRST"
    shortage_policy: Literal["DEDUCT_FROM_REFUND", "NEGATIVE_BALANCE", "WAIVE", "REJECT"] = (
        "DEDUCT_FROM_REFUND"
    )
    redemption_limit_points_per_day: int | None = None
    usable_from: Literal["AT_ONCE", "NEXT_DAY"] = "AT_ONCE"
    late_claim_days: int = 7


class ExpiryPolicy(Struct, frozen=True, kw_only=True):
    """How long points of a kind last that are earned from a business date on (domain 5): to the end
    of the next fiscal year, as long as something qualifying happens, some months, or to one day."""

    kind: str = "base"
    from_on: date = BEGAN
    policy: Literal["FISCAL_YEAR", "SLIDING", "FIXED_MONTHS", "FIXED_DATE"] = "FISCAL_YEAR"
    months: int | None = None
    month_end: bool = False
    expires_on: date | None = None
    qualifying: frozenset[Event] = frozenset()


class Share(Struct, frozen=True):
    """One funder's part of a campaign's extra points."""

    funder: Literal["tenant", "facility", "operator"]
    weight: int


class Campaign(Struct, frozen=True):
    """A dated multiplier (5倍 is 5, the base included) at a facility, or everywhere. Without a day
    of its own its points last as the policy of kind 'campaign' says; ring-fenced ones are spent in
    its facility alone; caps are whole points, per receipt, per member, per member and day."""

    code: str
    facility_id: int | None
    from_on: date
    to_on: date
    multiplier: int
    stack_group: str
    expires_on: date | None
    shares: tuple[Share, ...]
    ring_fenced: bool = False
    cap_points_per_receipt: int | None = None
    cap_points_per_member: int | None = None
    cap_points_per_day: int | None = None

    @property
    def rule(self) -> str:
        """The rule that its grants name."""
        return f"campaign:{self.code}"

    @property
    def counted(self) -> bool:
        """Whether what a member has had of it must be known before it gives more."""
        return self.cap_points_per_member is not None or self.cap_points_per_day is not None


class Till(federation.slips.Till, frozen=True, kw_only=True):
    """The till that asks, with all its shop agreed to, and what the tenant's other shops did: a
    service counter (`counter`) books receipts of each of them."""

    shop: str
    tenant: Party
    facility: Party | None
    operator: Party
    day_starts: time
    terms: tuple[Terms, ...]
    schemes: tuple[Scheme, ...]
    rank_bonuses: tuple[RankBonus, ...]
    campaigns: tuple[Campaign, ...]
    programme: tuple[Programme, ...] = (Programme(),)
    expiry: tuple[ExpiryPolicy, ...] = (ExpiryPolicy(),)
    counter: bool = False
    stopped: bool = False  # its tenant owes too much to give points of its own
    terms_of: Mapping[int, tuple[Terms, ...]] = {}  # by shop of the tenant
    worked_out: dict[object, Any] = field(default_factory=dict)  # remembered by pure rules

    def terms_at(self, register: str | None) -> tuple[Terms, ...]:
        """The terms of the shop whose register printed a receipt; of this one, where none did."""
        shop_id = self.siblings.get(register or "", self.shop_id)
        return self.terms_of.get(shop_id, self.terms)

    @property
    def counted(self) -> frozenset[str]:
        """The rules whose use by a member must be read before it is booked: a campaign's caps, and
        what is spent, where there is a limit per day; what the operator's office adjusts."""
        known: frozenset[str] | None = self.worked_out.get("counted")
        if known is None:
            rules = {campaign.rule for campaign in self.campaigns if campaign.counted}
            if self.tenant.party_id == self.operator.party_id:
                rules.add(ADJUSTMENT)
            if any(one.redemption_limit_points_per_day is not None for one in self.programme):
                rules.add(REDEMPTION)
            known = self.worked_out["counted"] = frozenset(rules)
        return known

    def party(self, funder: Literal["tenant", "facility", "operator"]) -> Party:
        """Who stands behind a share's word; a shop of no facility has the operator for landlord."""
        if funder == "tenant":
            return self.tenant
        if funder == "facility" and self.facility is not None:
            return self.facility
        return self.operator


def in_force(dated: Sequence[D], business_date: date) -> D:
    """The latest of its kind that had begun by a business date."""
    if len(dated) == 1 and dated[0].from_on <= business_date:
        return dated[0]
    begun = [one for one in dated if one.from_on <= business_date]
    if not begun:
        raise NotYetInForce
    return max(begun, key=lambda one: one.from_on)

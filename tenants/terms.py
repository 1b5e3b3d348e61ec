"""What was agreed with a shop, and which campaigns run: dated, by business date.

Pure words; the rules of `earning.py` and `spending.py` read nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, Literal, Protocol, TypeVar

from msgspec import Struct, field, structs

import federation.slips
from federation.refusals import Refusal
from tenants.coupons.coupon import Coupon
from tenants.occasion import Occasion
from tenants.rules import (
    NOTHING_SPECIAL,
    Declaration,
    EarnsOn,
    Funder,
    Rounding,
    Scope,
    Special,
)

TaxTreatment = Literal["PAYMENT", "DISCOUNT"]
Event = Literal["accrual", "redemption", "sale-without-points"]
BEGAN = date(2000, 1, 1)
REDEMPTION = "redemption"  # the rule under which spending counts towards its limit per day
SPENDINGS = "spendings"  # and under which it is counted how often
EARNINGS = "earnings"  # the same for how often points are earned
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


PROMOTION = Party(3, "promotion")  # 販促基金: every hub has it, under this number and code


class Share(Struct, frozen=True):
    """One funder's part of points that are given."""

    funder: Funder
    weight: int


TENANT_ALONE = (Share("tenant", 1),)


def shares_of(funders: Mapping[Funder, int]) -> tuple[Share, ...]:
    """Who pays, in the words of campaigns."""
    return tuple(Share(funder, weight) for funder, weight in sorted(funders.items()))


class Terms(Struct, frozen=True):
    """The terms of one shop from a business date on, as all levels together say them. `plain`: a
    sale's whole yen by one rate, floored, but for what the programme and campaigns add; `shares`
    are who pays for the points of that rate, and `keeps_tenders` has receipts keep how they were
    paid, so that a rule of tenders can be tried on them."""

    from_on: date
    yen_per_point: int
    static_card_limit_points: int
    excluded_categories: frozenset[str]
    tax_treatment: TaxTreatment
    earns_on: EarnsOn = "TAX_INCLUDED"
    scope: Scope = "RECEIPT"
    rounding: Rounding = "FLOOR"
    special: Special = NOTHING_SPECIAL
    shares: tuple[Share, ...] = TENANT_ALONE
    keeps_tenders: bool = False
    plain: bool = True  # worked out, never given

    def __post_init__(self) -> None:
        """Said once, since every sale asks it."""
        special = self.special
        rates = special.categories or special.tenders or special.ranks or special.hours
        unusual = (self.earns_on, self.scope, self.rounding) != (
            "TAX_INCLUDED", "RECEIPT", "FLOOR",
        )  # fmt: skip
        structs.force_setattr(self, "plain", not (rates or unusual))


class Scheme(Struct, frozen=True):
    """The settlement scheme that points granted from a day on belong to, and whether what is spent
    of them is attributed to their funders in proportion (按分)."""

    from_on: date
    scheme_id: int
    proportional: bool = False


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


class Pace(Struct, frozen=True):
    """How fast a member's points may move from a business date on (security T-01, T-03): after so
    many redemptions of a day, or so soon at another facility, or once they were earned more than so
    many times in a day, they are kept. None: any."""

    from_on: date = BEGAN
    redemptions: int | None = None
    apart_minutes: int | None = None
    accruals: int | None = None


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


class Campaign(Struct, frozen=True):
    """A dated multiplier (5倍 is 5, the base included; 1.5倍 is 1 and 5 tenths) at a facility, or
    everywhere. Without a day of its own its points last as the policy of kind 'campaign' says;
    ring-fenced ones are spent in its facility alone; caps are whole points, per receipt, per
    member, per member and day; the budget is all that it may give. One that multiplies does so with
    all that was given before it. `shops` None is every shop but those `without` it; `control_bp` of
    10,000 members of its segment, or of all, get nothing. Quiet hours and weather are campaigns of
    their own kind."""

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
    state: Literal["live", "paused", "ended"] = "live"
    budget_points: int | None = None
    segment: str | None = None
    control_bp: int = 0
    shops: frozenset[int] | None = None
    without: frozenset[int] = frozenset()
    tenths: int = 0
    multiplies: bool = False
    kind: Literal["campaign", "hour", "weather"] = "campaign"

    @property
    def rule(self) -> str:
        """The rule that its grants name, and the limited counter of its budget."""
        return f"{self.kind}:{self.code}"

    @property
    def times(self) -> int:
        """By how many tenths of the base its members earn, the base included."""
        return self.multiplier * 10 + self.tenths

    @property
    def trait(self) -> str | None:
        """What whoever it gives to must bear, where it has a segment."""
        return f"segment:{self.segment}" if self.segment is not None else None

    @property
    def control(self) -> str:
        """What a member of its control group is said to bear."""
        return f"control:{self.code}"

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
    occasions: tuple[Occasion, ...] = ()
    programme: tuple[Programme, ...] = (Programme(),)
    paces: tuple[Pace, ...] = (Pace(),)
    expiry: tuple[ExpiryPolicy, ...] = (ExpiryPolicy(),)
    declared: tuple[Declaration, ...] = ()  # of its facility, or everywhere
    counter: bool = False
    stopped: bool = False  # its tenant owes too much to give points of its own
    terms_of: Mapping[int, tuple[Terms, ...]] = {}  # by shop of the tenant
    facility_of: Mapping[int, Party | None] = {}  # likewise
    coupons: Mapping[str, Coupon] = {}  # all that were published, by code
    worked_out: dict[object, Any] = field(default_factory=dict)  # remembered by pure rules

    @property
    def proportional(self) -> frozenset[int]:
        """The schemes whose points are attributed to their funders in proportion."""
        return frozenset([one.scheme_id for one in self.schemes if one.proportional])

    def terms_at(self, register: str | None) -> tuple[Terms, ...]:
        """The terms of the shop whose register printed a receipt; of this one, where none did."""
        shop_id = self.siblings.get(register or "", self.shop_id)
        return self.terms_of.get(shop_id, self.terms)

    @property
    def counted(self) -> frozenset[str]:
        """The rules whose use by a member must be read before it is booked: a campaign's caps, and
        what is spent, how often, and how often one earns, where a day has a limit; what the
        operator's office adjusts."""
        known: frozenset[str] | None = self.worked_out.get("counted")
        if known is None:
            rules = {campaign.rule for campaign in self.campaigns if campaign.counted}
            if self.tenant.party_id == self.operator.party_id:
                rules.add(ADJUSTMENT)
            if any(one.redemption_limit_points_per_day is not None for one in self.programme):
                rules.add(REDEMPTION)
            if any(one.redemptions is not None for one in self.paces):
                rules.add(SPENDINGS)
            if any(one.accruals is not None for one in self.paces):
                rules.add(EARNINGS)
            known = self.worked_out["counted"] = frozenset(rules)
        return known

    @property
    def stocks(self) -> frozenset[str]:
        """The limited counters that a booking here takes from, and what is undone goes back to: the
        budgets of campaigns that give here, or may again, and the stocks of coupons that live."""
        known: frozenset[str] | None = self.worked_out.get("stocks")
        if known is None:
            here = self.facility.party_id if self.facility is not None else None
            budgets = (
                one.rule
                for one in self.campaigns
                if one.budget_points is not None
                and one.state != "ended"
                and one.facility_id in (None, here)
            )
            stocks = (
                coupon.rule
                for coupon in self.coupons.values()
                if coupon.stock is not None and coupon.state != "ended"
            )
            known = self.worked_out["stocks"] = frozenset((*budgets, *stocks))
        return known

    @property
    def traits(self) -> frozenset[str]:
        """The segments that live campaigns give to here."""
        known: frozenset[str] | None = self.worked_out.get("traits")
        if known is None:
            here = self.facility.party_id if self.facility is not None else None
            known = self.worked_out["traits"] = frozenset(
                one.trait
                for one in self.campaigns
                if one.trait is not None and one.state == "live" and one.facility_id in (None, here)
            )
        return known

    def party(self, funder: Funder) -> Party:
        """Who stands behind a share's word; a shop of no facility has the operator for landlord."""
        if funder == "tenant":
            return self.tenant
        if funder == "promotion":
            return PROMOTION
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

"""付与の規則: how many points a sale earns, by which rules, and who pays for each.

Pure: yen, terms and the facts read under the lock go in, an order comes out (domain 6.1, 6.2).
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct, structs

from federation.refusals import Validation
from federation.slips import (
    Accrual,
    Asked,
    CardNumber,
    Grant,
    Holder,
    Order,
    Part,
    ReceiptKey,
    ReceiptNo,
    TillCode,
    Yen,
)
from tenants.campaigns.giving import bears, gives, taken, within_budget
from tenants.capping import capped
from tenants.expiring import lapses_on, slides_to
from tenants.extras import Basis, granted, own_grant, rank_grants, shared, tender_grants
from tenants.hours import by_name, near, timed
from tenants.rates import Goods, Units, added, goods_of, plain, worked
from tenants.refusals import GrantingStopped
from tenants.terms import Campaign, Event, Programme, Share, Terms, Till, in_force

REMEMBERED = 5_000  # outcomes of a till's terms: whole points up to 10,000 円 on a few days
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:/-]{1,40}$(?!\n)")]


class Line(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of a receipt, net of its discounts, tax included."""

    amount_yen: Yen
    code: Code | None = None
    category: Code | None = None
    quantity: Annotated[int, Meta(ge=1, le=100_000)] = 1
    tax_rate: Literal[0, 8, 10] = 10


class Tender(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one part of the total was paid; `code` tells one card of a kind from another (own)."""

    kind: Literal["cash", "credit", "code", "emoney", "voucher", "points", "other"]
    amount_yen: Yen
    code: Code | None = None


Lines = Annotated[list[Line], Meta(min_length=1, max_length=500)]
Tenders = Annotated[list[Tender], Meta(min_length=1, max_length=20)]


class Sale(Asked, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sale to a member: `paid_yen` is tax-included, after discounts, without the part paid by
    points; the lines sum to all of it, the tenders too."""

    call: ClassVar[str] = "accruals"
    spends: ClassVar[bool] = False

    card: CardNumber
    receipt_no: ReceiptNo
    receipt_till: TillCode | None = None
    late: bool = False
    paid_yen: Yen
    excluded_yen: Yen | None = None
    lines: Lines | None = None
    tenders: Tenders | None = None

    @property
    def carrier(self) -> str:
        return self.card

    def receipt(self) -> ReceiptKey:
        return ReceiptKey(self.business_date, self.receipt_till or self.till, self.receipt_no)

    def days_back(self, till: Any) -> int:
        """A receipt that is claimed at a counter may be some days old: the programme's choice."""
        if not claimed(self, till):
            return 1
        programme: Programme = in_force(till.programme, self.business_date)
        return programme.late_claim_days

    def stocks(self, till: Any) -> frozenset[str]:
        """The budgets of campaigns that may give on its business date."""
        known: frozenset[str] = till.stocks
        if not known:
            return known
        asked = "stocks", self.business_date
        if asked not in till.worked_out:
            till.worked_out[asked] = frozenset(
                one.rule
                for one in till.campaigns
                if one.rule in known and one.from_on <= self.business_date <= one.to_on
            )
        open_on: frozenset[str] = till.worked_out[asked]
        return open_on

    @property
    def points_paid(self) -> int:
        """What was paid with points: nothing, for a plain sale."""
        return 0


def earn(sale: Sale, till: Till, holder: Holder) -> Order:
    """Give a member the points that this sale earned."""
    given = covered(accrual(sale, till, holder), till)
    return Order(accrue=given, stocks=taken(given.grants, till))


def covered(given: Accrual, till: Till) -> Accrual:
    """An accrual that its tenant may pay for."""
    if not covers(given, till):
        raise GrantingStopped
    return given


def covers(given: Accrual, till: Till) -> bool:
    """Whether the tenant may pay for an accrual: one that is stopped gives no points of its own,
    but a sale that earns none of them is still a sale."""
    if not till.stopped:
        return True
    funders = {part.funder_id for grant in given.grants for part in grant.parts}
    return till.tenant.party_id not in funders


def accrual(sale: Sale, till: Till, holder: Holder) -> Accrual:
    """Whole points only: what is left of the price is not carried over, and a sale that earns none
    is still a sale. Points are spent on the goods that earn first, so nothing is earned on them."""
    terms, till = terms_of(sale, till), placed(sale, till)
    excluded_yen = excluded(sale, terms)
    eligible_yen = max(0, sale.paid_yen - excluded_yen)
    to_next: int | None
    if terms.plain:
        base = eligible_yen // terms.yen_per_point
        to_next = terms.yen_per_point - eligible_yen % terms.yen_per_point
        basis = basis_of(sale, till, holder)
        given = grants_of(base, terms.shares, basis, till) if base else ()
    else:
        earned = earned_on(sale, eligible_yen, terms)
        base, to_next = earned.points, earned.yen_to_next_point
        basis = basis_of(sale, till, holder, terms)
        given = grants(earned, basis, till) if base else ()
    event: Event = "accrual" if base else "sale-without-points"
    return Accrual(
        paid_yen=sale.paid_yen,
        excluded_yen=excluded_yen,
        grants=given,
        scheme_id=in_force(till.schemes, sale.business_date).scheme_id,
        slides_to=slide_of(till, sale.business_date, event),
        reason=None if base else why_nothing(sale, eligible_yen),
        yen_to_next_point=to_next,
        lines=[structs.asdict(line) for line in sale.lines] if sale.lines else None,
        tenders=by_tender(sale) if terms.keeps_tenders or terms.special.tenders else None,
        tallied=bool(given) and in_force(till.paces, sale.business_date).accruals is not None,
    )


def earned_on(sale: Sale, eligible_yen: int, terms: Terms) -> Units:
    """What a sale earns by its lines, or, where the till named none, by its yen."""
    if sale.lines is None:
        return worked([Goods(eligible_yen)], terms, lined=False)
    lines = [structs.asdict(line) for line in sale.lines]
    goods = goods_of(lines, terms.excluded_categories, 0, sale.points_paid)
    return worked(goods, terms, lined=True)


def terms_of(sale: Sale, till: Till) -> Terms:
    """The terms a sale earns by: at a counter, those of the shop whose register printed the
    receipt, which must be named and be one of the tenant's."""
    if sale.late and sale.points_paid:
        raise Validation(pointer="/late")  # a total that was paid cannot be paid with points
    if not claimed(sale, till):
        return in_force(till.terms, sale.business_date)
    shop_id = till.siblings.get(sale.receipt_till or "")
    if shop_id is None:
        raise Validation(pointer="/receipt_till")
    return in_force(till.terms_of.get(shop_id, ()), sale.business_date)


def placed(sale: Sale, till: Till) -> Till:
    """The till as who pays is looked up: a receipt brought to a counter was sold where its register
    stands, whose facility has its share."""
    if not claimed(sale, till):
        return till
    sold_at = till.facility_of.get(till.siblings[sale.receipt_till or ""], till.facility)
    return (
        till if sold_at == till.facility else structs.replace(till, facility=sold_at, worked_out={})
    )


def excluded(sale: Sale, terms: Terms) -> int:
    """The yen that earn nothing: the hub's sum by category, or the till's own; both must agree."""
    total_yen = sale.paid_yen + sale.points_paid
    if sale.tenders is not None:
        by_points = sum(t.amount_yen for t in sale.tenders if t.kind == "points")
        if sum(t.amount_yen for t in sale.tenders) != total_yen or by_points != sale.points_paid:
            raise Validation(pointer="/tenders")
    if sale.lines is not None:
        if sum(line.amount_yen for line in sale.lines) != total_yen:
            raise Validation(pointer="/lines")
        ours = sum(
            line.amount_yen for line in sale.lines if line.category in terms.excluded_categories
        )
        if sale.excluded_yen is not None and sale.excluded_yen != ours:
            raise Validation(pointer="/excluded_yen")
        return ours
    theirs = sale.excluded_yen or 0
    if theirs > total_yen:
        raise Validation(pointer="/excluded_yen")
    return theirs


def why_nothing(
    sale: Sale, eligible_yen: int
) -> Literal["below-unit", "excluded", "paid-by-points"]:
    """Why a sale earned nothing, for the till's display."""
    if eligible_yen > 0:
        return "below-unit"
    if sale.paid_yen > 0:
        return "excluded"
    return "paid-by-points" if sale.points_paid else "below-unit"


def basis_of(sale: Sale, till: Till, holder: Holder, terms: Terms | None = None) -> Basis:
    """What rules look at for a sale that is made now; `terms` where they are not plain."""
    paid = by_tender(sale) if terms is not None else Counter()
    return Basis(
        sale.business_date,
        holder.rank,
        holder.used,
        claimed(sale, till),
        sale.at,
        terms,
        paid,
        bears(till, holder.member_id, holder.traits),
        holder.stocks,
    )


def by_tender(sale: Sale) -> Counter[str]:
    """The yen paid by each tender, under its kind, or its kind and code."""
    paid: Counter[str] = Counter()
    for tender in sale.tenders or ():
        paid[f"{tender.kind}:{tender.code}" if tender.code else tender.kind] += tender.amount_yen
    return paid


def grants_of(base: int, shares: tuple[Share, ...], basis: Basis, till: Till) -> tuple[Grant, ...]:
    """What `grants` gives, remembered: but for what was used of capped campaigns, is left of
    budgets and was declared of an hour, so many points on a day by a rank are the same grants for
    every sale at a till."""
    asked = base, shares, basis.day, basis.rank, basis.claimed, basis.borne
    known: tuple[Grant, ...] | None = till.worked_out.get(asked)
    if known is None:
        known = grants(plain(base, shares), basis, till)
        if near(till, basis.day) or any(
            one.counted or one.budget_points is not None for one in best_of(till, basis)
        ):
            return known
        if len(till.worked_out) > REMEMBERED:
            till.worked_out.clear()
        till.worked_out[asked] = known
    return known


def slide_of(till: Till, day: date, event: Event) -> date | None:
    """The last day that an event gives to all sliding points, remembered."""
    asked = day, event
    if asked not in till.worked_out:
        till.worked_out[asked] = slides_to(till.expiry, day, event)
    last: date | None = till.worked_out[asked]
    return last


def grants(earned: Units, basis: Basis, till: Till) -> tuple[Grant, ...]:
    """Base, rank, tenders and campaigns: each extra is a multiple of the rounded base; the best of
    a stack group counts, groups add up, what multiplies does so last, then caps cut (domain 6.2). A
    late claim at a counter earns the base alone."""
    day = basis.day
    given = [own_grant(one, day, till) for one in earned.own if one.points]
    if basis.claimed:
        return tuple(given)
    given += rank_grants(earned, basis, till)
    given += tender_grants(earned, basis, till)
    total = sum(grant.points for grant in given)
    for campaign in sorted(giving(till, basis), key=lambda one: one.multiplies):
        pieces = (total,) if campaign.multiplies else earned.pieces
        points = added(pieces, campaign.times)
        total += points
        wanted = capped(points, campaign, day, basis.used)
        points = within_budget(wanted, campaign, basis.left)
        if points:
            grant = campaign_grant(points, campaign, day, till)
            given.append(structs.replace(grant, cut_points=wanted - points))
    return tuple(given)


def campaign_grant(points: int, campaign: Campaign, day: date, till: Till) -> Grant:
    """A campaign's points, carved after its caps; limited unless they slide, and where it is
    ring-fenced, for its own facility alone."""
    lasts = campaign.expires_on or lapses_on(till.expiry, "campaign", day)
    return structs.replace(
        granted(campaign.rule, carve(points, campaign, till), lasts, day, till),
        limited=lasts is not None,
        facility_id=campaign.facility_id if campaign.ring_fenced else None,
        counted=campaign.counted,
    )


def claimed(sale: Sale, till: Till) -> bool:
    """Whether this is a receipt brought to a service counter later."""
    return sale.late and till.counter


def entitlement(earned: Units, basis: Basis, till: Till) -> Counter[str]:
    """What is earned on so much, by rule; caps aside, since a return never grants."""
    given = grants(earned, basis, till) if earned.points else ()
    return Counter({grant.rule: grant.points for grant in given})


def giving(till: Till, basis: Basis) -> list[Campaign]:
    """The campaigns that give to a sale, those of its minute included; to a return, those that gave
    when it was sold, whatever was declared or withdrawn since."""
    if basis.given is not None:
        gave = list(running(till, basis))
        if basis.terms is not None:
            gave += by_name(till, basis.terms, basis.day, basis.given)
        return sorted(gave, key=lambda one: one.stack_group)
    if basis.at is None or (basis.terms is None and not near(till, basis.day)):
        return best_of(till, basis)
    terms = basis.terms or in_force(till.terms, basis.day)
    now = timed(till, terms, basis.day, basis.at)
    return best([*running(till, basis), *now]) if now else best_of(till, basis)


def running(till: Till, basis: Basis) -> Iterable[Campaign]:
    """The campaigns that give at this till on a business date to who bears these traits, and that
    its shop takes part in; of a sale of the past, those that gave."""
    if basis.given is not None:
        return (c for c in till.campaigns if c.rule in basis.given)
    begun = [terms for terms in till.terms if terms.from_on <= basis.day]
    left_out = in_force(begun, basis.day).special.left_out if begun else frozenset()
    return (
        c
        for c in till.campaigns
        if gives(c, till, basis.day, basis.borne) and c.code not in left_out
    )


def best_of(till: Till, basis: Basis) -> list[Campaign]:
    """The campaigns that give at a till, remembered by day and traits."""
    asked = basis.day, basis.borne
    known: list[Campaign] | None = till.worked_out.get(asked)
    if known is None:
        known = till.worked_out[asked] = best(running(till, basis))
    return known


def best(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """Of each stack group the most generous; of equals the one that lasts longer, then by code."""
    groups: dict[str, Campaign] = {}
    for campaign in campaigns:
        other = groups.get(campaign.stack_group)
        if other is None or _worth(campaign) > _worth(other):
            groups[campaign.stack_group] = campaign
    return [groups[name] for name in sorted(groups)]


def _worth(campaign: Campaign) -> tuple[int, date, str]:
    return campaign.times, campaign.expires_on or date.max, campaign.code


def carve(points: int, campaign: Campaign, till: Till) -> tuple[Part, ...]:
    """Whole points of a campaign per funder."""
    return shared(points, campaign.shares, till)

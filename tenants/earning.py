"""付与の規則: how many points a sale earns, by which rules, and who pays for each.

Pure: yen, terms and the facts read under the lock go in, an order comes out (domain 6.1, 6.2).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct, structs

from federation.refusals import Validation
from federation.shares import largest_remainder
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
from tenants.capping import capped
from tenants.expiring import BASE, DAY, lapses_on, slides_to
from tenants.refusals import GrantingStopped
from tenants.terms import Campaign, Event, Programme, Terms, Till, in_force

REMEMBERED = 5_000  # outcomes of a till's terms: whole points up to 10,000 円 on a few days
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:/-]{1,40}$(?!\n)")]


class Line(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of a receipt, net of its discounts, tax included."""

    amount_yen: Yen
    code: Code | None = None
    category: Code | None = None
    quantity: Annotated[int, Meta(ge=1, le=100_000)] = 1
    tax_rate: Literal[0, 8, 10] = 10


class Tender(Struct, frozen=True, forbid_unknown_fields=True):
    """How one part of the total was paid."""

    kind: Literal["cash", "credit", "code", "emoney", "voucher", "points", "other"]
    amount_yen: Yen


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

    @property
    def points_paid(self) -> int:
        """What was paid with points: nothing, for a plain sale."""
        return 0


def earn(sale: Sale, till: Till, holder: Holder) -> Order:
    """Give a member the points that this sale earned."""
    return Order(accrue=covered(accrual(sale, till, holder), till))


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
    terms = terms_of(sale, till)
    excluded_yen = excluded(sale, terms)
    eligible_yen = max(0, sale.paid_yen - excluded_yen)
    base = eligible_yen // terms.yen_per_point
    event: Event = "accrual" if base else "sale-without-points"
    return Accrual(
        paid_yen=sale.paid_yen,
        excluded_yen=excluded_yen,
        grants=grants_of(base, basis_of(sale, till, holder), till) if base else (),
        scheme_id=in_force(till.schemes, sale.business_date).scheme_id,
        slides_to=slide_of(till, sale.business_date, event),
        reason=None if base else why_nothing(sale, eligible_yen),
        yen_to_next_point=terms.yen_per_point - eligible_yen % terms.yen_per_point,
        lines=[structs.asdict(line) for line in sale.lines] if sale.lines else None,
    )


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


class Basis(Struct, frozen=True):
    """What rules look at beside the yen: the day, the rank on it, what was used of capped rules,
    and whether the receipt was claimed at a counter later."""

    day: date
    rank: str
    used: Mapping[tuple[str, date], int]
    claimed: bool = False


def basis_of(sale: Sale, till: Till, holder: Holder) -> Basis:
    """What rules look at for a sale that is made now."""
    return Basis(sale.business_date, holder.rank, holder.used, claimed(sale, till))


def grants_of(base: int, basis: Basis, till: Till) -> tuple[Grant, ...]:
    """What `grants` gives, remembered: but for what was used of capped campaigns, so many points on
    a day by a rank are the same grants for every sale at a till."""
    if any(campaign.counted for campaign in best_of(till, basis.day)):
        return grants(base, basis, till)
    asked = base, basis.day, basis.rank, basis.claimed
    known: tuple[Grant, ...] | None = till.worked_out.get(asked)
    if known is None:
        if len(till.worked_out) > REMEMBERED:
            till.worked_out.clear()
        known = till.worked_out[asked] = grants(base, basis, till)
    return known


def slide_of(till: Till, day: date, event: Event) -> date | None:
    """The last day that an event gives to all sliding points, remembered."""
    asked = day, event
    if asked not in till.worked_out:
        till.worked_out[asked] = slides_to(till.expiry, day, event)
    last: date | None = till.worked_out[asked]
    return last


def grants(base: int, basis: Basis, till: Till) -> tuple[Grant, ...]:
    """Base, rank and campaigns: each extra is a multiple of the floored base; the best of a stack
    group counts, groups add up, then caps cut (domain 6.2). A late claim at a counter earns the
    base alone."""
    day = basis.day
    tenant = Part(till.tenant.party_id, till.tenant.code, base)
    given = [granted("base", (tenant,), lapses_on(till.expiry, BASE, day), day, till)]
    if basis.claimed:
        return tuple(given)
    bonuses = [b for b in till.rank_bonuses if b.rank == basis.rank and b.from_on <= day]
    if bonuses and (bonus := in_force(bonuses, day)).multiplier > 1:
        extra = Part(bonus.funder.party_id, bonus.funder.code, base * (bonus.multiplier - 1))
        lasts = lapses_on(till.expiry, "rank", day)
        given.append(granted(f"rank:{basis.rank}", (extra,), lasts, day, till))
    for campaign in best_of(till, day):
        points = capped(base * (campaign.multiplier - 1), campaign, day, basis.used)
        if points:
            given.append(campaign_grant(points, campaign, day, till))
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


def granted(
    rule: str, parts: tuple[Part, ...], expires_on: date | None, day: date, till: Till
) -> Grant:
    """Points of one rule, usable at once or from the next day (次回利用), on their last day at the
    latest."""
    usable_from = day
    if in_force(till.programme, day).usable_from == "NEXT_DAY":
        usable_from = min(usable_from + DAY, expires_on or date.max)
    return Grant(rule=rule, parts=parts, expires_on=expires_on, usable_from=usable_from)


def claimed(sale: Sale, till: Till) -> bool:
    """Whether this is a receipt brought to a service counter later."""
    return sale.late and till.counter


def entitlement(eligible_yen: int, basis: Basis, terms: Terms, till: Till) -> Counter[str]:
    """What is earned on so much, by rule; caps aside, since a return never grants."""
    base = max(0, eligible_yen) // terms.yen_per_point
    given = grants(base, basis, till) if base else ()
    return Counter({grant.rule: grant.points for grant in given})


def running(till: Till, business_date: date) -> Iterable[Campaign]:
    """The campaigns of this till's facility on a business date."""
    here = till.facility.party_id if till.facility is not None else None
    return (
        c
        for c in till.campaigns
        if c.from_on <= business_date <= c.to_on and c.facility_id in (None, here)
    )


def best_of(till: Till, day: date) -> list[Campaign]:
    """The campaigns that give at a till on a day, remembered."""
    known: list[Campaign] | None = till.worked_out.get(day)
    if known is None:
        known = till.worked_out[day] = best(running(till, day))
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
    return campaign.multiplier, campaign.expires_on or date.max, campaign.code


def carve(points: int, campaign: Campaign, till: Till) -> tuple[Part, ...]:
    """Whole points per funder by largest remainder; facility and operator stand before the tenant,
    so that a tie is theirs to pay, now and whenever the parts are drawn."""
    order = {"facility": 0, "operator": 1, "tenant": 2}
    shares = sorted(campaign.shares, key=lambda share: order[share.funder])
    carved = largest_remainder(points, [share.weight for share in shares])
    parties = [till.party(share.funder) for share in shares]
    return tuple(
        Part(party.party_id, party.code, part)
        for party, part in zip(parties, carved, strict=True)
        if part
    )

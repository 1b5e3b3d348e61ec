"""誰に・どこで・いくらまで: to whom and where a campaign gives; what its budget leaves. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from federation.past import Past
from federation.slips import Grant
from tenants.terms import Campaign, Till

WHOLE_BP = 10_000
CORRECTION = "correction/"  # the slips by which an over-granted campaign is put right


def controlled(code: str, member_id: int, control_bp: int) -> bool:
    """Whether a member is in a campaign's control group, which gets nothing: so many of 10,000, by
    the SHA-256 of campaign and member, the same on every day and every machine (A18)."""
    if not control_bp:
        return False
    digest = hashlib.sha256(f"{code}/{member_id}".encode()).digest()
    return int.from_bytes(digest[:3]) % WHOLE_BP < control_bp


def bears(till: Till, member_id: int, traits: frozenset[str]) -> frozenset[str]:
    """What of a member the campaigns of a till look at: its traits, and whose control it is."""
    kept: list[Campaign] | None = till.worked_out.get("controls")
    if kept is None:
        kept = till.worked_out["controls"] = [one for one in till.campaigns if one.control_bp]
    against = [one.control for one in kept if controlled(one.code, member_id, one.control_bp)]
    return traits.union(against) if against else traits


def gives(campaign: Campaign, till: Till, day: date, borne: frozenset[str]) -> bool:
    """Whether a campaign gives at a till on a business date, to whoever bears these traits. One
    that was paused or ended gives to nobody, whatever the date of the sale."""
    here = till.facility.party_id if till.facility is not None else None
    return (
        campaign.state == "live"
        and campaign.from_on <= day <= campaign.to_on
        and campaign.facility_id in (None, here)
        and (campaign.shops is None or till.shop_id in campaign.shops)
        and till.shop_id not in campaign.without
        and (campaign.trait is None or campaign.trait in borne)
        and campaign.control not in borne
    )


def within_budget(points: int, campaign: Campaign, left: Mapping[str, int] | None) -> int:
    """What is left of a campaign's budget, given in part at its end; None where a sale of the past
    is worked out anew, whose budget was there."""
    if campaign.budget_points is None or left is None:
        return points
    return max(0, min(points, left.get(campaign.rule, 0)))


def taken(grants: Iterable[Grant], till: Till) -> tuple[tuple[str, int], ...]:
    """What grants take of the budgets of their campaigns."""
    if not till.stocks:
        return ()
    return tuple((grant.rule, grant.points) for grant in grants if grant.rule in till.stocks)


def freed(take_back: Iterable[tuple[str, int]], till: Till) -> tuple[tuple[str, int], ...]:
    """What a return frees of the budgets: what it takes back by rule, or what fell short of it."""
    return tuple((rule, -points) for rule, points in take_back if rule in till.stocks)


def undone(past: Past, till: Till) -> tuple[tuple[str, int], ...]:
    """What undoing a slip frees of the budgets (-): what it granted; or takes again (+): what a
    return had freed."""
    if not till.stocks:
        return ()
    own = {entry.entry_id: entry for entry in past.own}
    rules = {lot.key: lot.rule for lot in past.lots}
    moved: Counter[str] = Counter()
    for lot in past.lots:
        if lot.entry_id in own and own[lot.entry_id].kind == "accrual":
            moved[lot.rule] -= lot.points
    back = {key for key, entry in own.items() if entry.kind == "return" and of_accrual(past, key)}
    for draw in past.draws:
        if draw.entry_id in back and draw.kind == "return":
            moved[draw.for_rule or rules[draw.lot]] += draw.points
    for short in past.shortages:
        if short.entry_id in back:
            moved[short.rule] += short.points
    return tuple((rule, n) for rule, n in sorted(moved.items()) if n and rule in till.stocks)


def of_accrual(past: Past, entry_id: int) -> bool:
    """Whether a return took back what a sale had earned, rather than gave back what had paid."""
    entry = next(one for one in past.own if one.entry_id == entry_id)
    about = past.about(entry)
    return about is not None and about.kind == "accrual"

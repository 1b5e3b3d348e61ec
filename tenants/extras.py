"""加算の規則: what a shop's rate, a rank and a tender give, each carved among its funders. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from msgspec import Struct

from federation.shares import largest_remainder
from federation.slips import Grant, Part
from tenants.expiring import BASE, DAY, lapses_on
from tenants.rates import Own, Units, added, tendered
from tenants.rules import RankRate
from tenants.terms import Share, Terms, Till, in_force, shares_of


class Basis(Struct, frozen=True):
    """What rules look at beside the yen: the day, the rank on it, what was used of capped rules,
    and whether the receipt was claimed at a counter later; the instant of the sale; where terms are
    not plain, they and the yen paid by each tender; what campaigns know of the member (`borne`),
    and what is `left` of budgets. A return looks at the rules that gave alone (`given`): whoever
    was given them was meant, and they were there."""

    day: date
    rank: str
    used: Mapping[tuple[str, date], int]
    claimed: bool = False
    at: datetime | None = None
    terms: Terms | None = None
    paid: Mapping[str, int] = {}
    borne: frozenset[str] = frozenset()
    left: Mapping[str, int] | None = None
    given: frozenset[str] | None = None


def own_grant(own: Own, day: date, till: Till) -> Grant:
    """Points of the shop's rate, or of a category's, each with its own funders."""
    lasts = lapses_on(till.expiry, BASE, day)
    return granted(own.rule, shared(own.points, own.shares, till), lasts, day, till)


def rank_grants(earned: Units, basis: Basis, till: Till) -> list[Grant]:
    """What the rank adds: as the shop's terms say of it, else as the programme does."""
    rule, day = f"rank:{basis.rank}", basis.day
    if basis.given is not None and rule not in basis.given:
        return []
    own: RankRate | None = None
    if basis.terms is not None:
        own = basis.terms.special.ranks.get(basis.rank)
    if own is not None:
        points = added(earned.pieces, own.tenths)
        parts = shared(points, shares_of(own.funders), till)
    else:
        bonuses = [b for b in till.rank_bonuses if b.rank == basis.rank and b.from_on <= day]
        bonus = in_force(bonuses, day) if bonuses else None
        if bonus is None or bonus.multiplier <= 1:
            return []
        points = added(earned.pieces, bonus.multiplier * 10)
        parts = (Part(bonus.funder.party_id, bonus.funder.code, points),)
    if not points:
        return []
    return [granted(rule, parts, lapses_on(till.expiry, "rank", day), day, till)]


def tender_grants(earned: Units, basis: Basis, till: Till) -> list[Grant]:
    """What the tenders add: of each rule on what was paid by it. A return asks only the rules that
    gave, of all that is left: what they gave at most was of their own part."""
    if basis.terms is None or not basis.terms.special.tenders:
        return []
    rates = basis.terms.special.tenders
    paid: Counter[str] = Counter()
    for tender, yen in basis.paid.items():
        paid[tender if tender in rates else tender.partition(":")[0]] += yen
    found = []
    for code in sorted(rates):
        rule = f"tender:{code}"
        if basis.given is None:
            points = tendered(paid[code], earned, basis.terms) if paid[code] else 0
        else:
            points = earned.points if rule in basis.given else 0
        if points := added((points,), rates[code].tenths):
            parts = shared(points, shares_of(rates[code].funders), till)
            lasts = lapses_on(till.expiry, BASE, basis.day)
            found.append(granted(rule, parts, lasts, basis.day, till))
    return found


def granted(
    rule: str, parts: tuple[Part, ...], expires_on: date | None, day: date, till: Till
) -> Grant:
    """Points of one rule, usable at once or from the next day (次回利用), on their last day at the
    latest."""
    usable_from = day
    if in_force(till.programme, day).usable_from == "NEXT_DAY":
        usable_from = min(usable_from + DAY, expires_on or date.max)
    return Grant(rule=rule, parts=parts, expires_on=expires_on, usable_from=usable_from)


def shared(points: int, among: Iterable[Share], till: Till) -> tuple[Part, ...]:
    """Whole points per funder by largest remainder; facility and operator stand before the tenant,
    so that a tie is theirs to pay, now and whenever the parts are drawn."""
    order = {"facility": 0, "operator": 1, "promotion": 2, "tenant": 3}
    shares = sorted(among, key=lambda share: order[share.funder])
    carved = largest_remainder(points, [share.weight for share in shares])
    parties = [till.party(share.funder) for share in shares]
    return tuple(
        Part(party.party_id, party.code, part)
        for party, part in zip(parties, carved, strict=True)
        if part
    )

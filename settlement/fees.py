"""手数料・消費税・繰越: what stands in statements beside points: fees, tax and carries. Pure.

Fees are rounded down per line, tax once per rate and invoice, both by their magnitude (domain 1.4);
the operator's own statement mirrors all of it, so that it sums to zero.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from settlement.lines import Adjustment, Carry, Party, Terms, Unit
from settlement.netting import CLAIMS, Flow, Movement

REDEEM_FEE, POINT_FEE, MONTHLY_FEE, FEES_RECEIVED = 211, 301, 302, 311
CARRIED, TAX, TAX_RECEIVED = 402, 601, 611
FEES = frozenset({REDEEM_FEE, POINT_FEE, MONTHLY_FEE})
MIRROR = {**dict.fromkeys(FEES, FEES_RECEIVED), TAX: TAX_RECEIVED, CARRIED: CARRIED}
BESIDE = frozenset({*MIRROR, *MIRROR.values()})
CARRY_IN, CARRY_OUT = 1, 2  # the two lines of 402, in this order
MILLIYEN_PER_YEN, WHOLE_BP = 1_000, 10_000
HALF_YEARS = ((3, 31), (9, 30))
DAY = timedelta(days=1)

# What base points of whom are issued, or are not after all: part of a flow, and its sign.
ISSUED: dict[Movement, tuple[str, int]] = {
    "granted": ("funder", 1),
    "recovered": ("funder", -1),
    "covered": ("tenant", -1),
    "uncovered": ("tenant", 1),
    "short": ("funder", -1),
    "unshort": ("funder", 1),
}
HONOURED: dict[Movement, int] = {"used": 1, "restored": -1}


class Agreed(Struct, frozen=True):
    """Under what a cycle is stated, beside the schemes of its points."""

    first_on: date = date.min
    last_on: date = date.min
    terms: tuple[Terms, ...] = ()
    carries: tuple[Carry, ...] = ()
    units: tuple[Unit, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


NOTHING = Agreed()


class Beside(Struct, frozen=True):
    """A line that moves no points: how many it is reckoned from, and its yen; of 402, which."""

    party: str
    code: int
    points: int
    yen: int
    which: int = 0


def beside(
    flows: Iterable[Flow], owed_yen: Mapping[str, int], parties: Iterable[Party], agreed: Agreed
) -> list[Beside]:
    """Fees, tax and carries of every party, and the operator's mirror of them; `owed_yen` is what
    points alone come to. LookupError where nobody is there to receive them."""
    if not agreed.terms and not agreed.carries:
        return []
    issued, honoured = bases(flows)
    terms = {one.party: one for one in agreed.terms}
    carries = {one.party: one.yen for one in agreed.carries}
    found: list[Beside] = []
    for party in sorted(terms.keys() | carries.keys()):
        own, total_yen = terms.get(party), owed_yen[party]
        if own is not None:
            charged = list(charges_of(own, issued[party], honoured[party], agreed))
            found += charged
            total_yen += sum(one.yen for one in charged)
        minimum_yen = own.minimum_yen if own is not None else 0
        found += carried(party, total_yen, carries.get(party, 0), minimum_yen, agreed)
    return [*found, *mirrored(found, parties)]


def bases(flows: Iterable[Flow]) -> tuple[Counter[str], Counter[str]]:
    """By party, the base points it issued less those taken back, whoever's lots they were taken
    from; and the points that it honoured for yen less those given back."""
    issued: Counter[str] = Counter()
    honoured: Counter[str] = Counter()
    for flow in flows:
        if flow.kind == "base" and flow.movement in ISSUED:
            role, sign = ISSUED[flow.movement]
            issued[flow.funder if role == "funder" else flow.tenant] += sign * flow.points
        if flow.kind == "coupon":  # a discount is no point that was changed into money
            continue
        if flow.movement in HONOURED and (flow.funding, flow.movement) in CLAIMS:
            honoured[flow.tenant] += HONOURED[flow.movement] * flow.points
    return issued, honoured


def charges_of(own: Terms, issued: int, honoured: int, agreed: Agreed) -> Iterator[Beside]:
    """The fees of one party and the tax on them; what is not agreed has no line."""
    fees = []
    if own.redeem_fee_bp and honoured:
        fee_yen = part(honoured, own.redeem_fee_bp, WHOLE_BP)
        fees.append(Beside(own.party, REDEEM_FEE, abs(honoured), -fee_yen))
    if own.point_fee_milliyen and issued:
        fee_yen = part(issued, own.point_fee_milliyen, MILLIYEN_PER_YEN)
        fees.append(Beside(own.party, POINT_FEE, abs(issued), -fee_yen))
    monthly = monthly_yen(own, agreed.first_on, agreed.last_on)
    if monthly:
        fees.append(Beside(own.party, MONTHLY_FEE, 0, -monthly))
    yield from fees
    if fees:
        tax_yen = part(sum(one.yen for one in fees), own.tax_bp, WHOLE_BP)
        yield Beside(own.party, TAX, 0, tax_yen)


def part(amount: int, times: int, of: int) -> int:
    """The part of an amount, its magnitude rounded down: 円未満切捨て on either side of zero."""
    whole = abs(amount) * times // of
    return whole if amount >= 0 else -whole


def monthly_yen(own: Terms, first_on: date, last_on: date) -> int:
    """What the month whose last day lies in the cycle costs; of a party that came or left in it by
    its days, if that was agreed, else whole."""
    end = month_end(first_on)
    if end > last_on:
        return 0
    since, until = max(own.joined_on or end.replace(day=1), end.replace(day=1)), own.left_on or end
    days = (min(until, end) - since).days + 1
    if days <= 0:
        return 0
    whole_yen = own.monthly_fee_yen + own.terminals * own.terminal_fee_yen
    return whole_yen * days // end.day if own.prorated else whole_yen


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - DAY


def carried(
    party: str, total_yen: int, carry_yen: int, minimum_yen: int, agreed: Agreed
) -> Iterator[Beside]:
    """What came over from the cycle before, and what goes on to the next: all of it, where it is
    less than the least that is transferred. A half year's last day carries nothing."""
    if carry_yen:
        yield Beside(party, CARRIED, 0, carry_yen, CARRY_IN)
    left_yen = total_yen + carry_yen
    if 0 < abs(left_yen) < minimum_yen and not ends_half_year(agreed.first_on, agreed.last_on):
        yield Beside(party, CARRIED, 0, -left_yen, CARRY_OUT)


def ends_half_year(first_on: date, last_on: date) -> bool:
    """Whether 3/31 or 9/30 lies in a cycle."""
    years = {first_on.year, last_on.year}
    return any(first_on <= date(year, *end) <= last_on for year in years for end in HALF_YEARS)


def mirrored(found: Sequence[Beside], parties: Iterable[Party]) -> list[Beside]:
    """The other side of it all: the operator receives fees and tax, and bears what is carried."""
    if not found:
        return []
    operator = {party.kind: party.party for party in parties}["operator"]
    yen: Counter[tuple[int, int]] = Counter()
    for one in found:
        yen[MIRROR[one.code], one.which] -= one.yen
    return [Beside(operator, code, 0, total, which) for (code, which), total in sorted(yen.items())]

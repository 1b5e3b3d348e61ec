"""精算の仕訳: the journals of a cycle, for a tenant or a facility, and for the hub.

A tenant's own sales system books its sales at their full price, points that paid under
`ポイント決済`; these journals bring what the statement adds (domain 1.6, 2.2). What the hub keeps
for members is ポイント預り金; FUND and the promotion fund are accounts of its one book (2.3).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Literal

from msgspec import UNSET, Struct

from settlement.lines import Party, PartyKind
from settlement.netting import Flow, Role, Roles
from settlement.paper.ledger import NO_TAX, OUTSIDE, Journal, Move, journal
from settlement.paper.said import named
from settlement.paper.tax import CARRIED, percent, rate_of
from settlement.statement import CATALOGUE, LATE, TOTAL, Statement, puts

Treatment = Literal["PAYMENT", "DISCOUNT"]
PointsCost = Literal["REVENUE", "EXPENSE", "ALLOCATED"]

SALES, TENDER, OTHER_INCOME = "売上高", "ポイント決済", "雑収入"
PROMOTION, CONTRACT_LIABILITY, UNKNOWN = "販売促進費", "契約負債", "仮勘定"
FEES, INPUT_TAX, FEES_EARNED, OUTPUT_TAX = "支払手数料", "仮払消費税", "受取手数料", "仮受消費税"
SHORT, BREAKAGE = "返品ポイント控除", "失効益"
PAYABLE, RECEIVABLE = "未払金", "未収金"
HUB, HUB_RECEIVABLE = "ポイント運営", "未収入金"
FUNDS: dict[PartyKind, str] = {"fund": "ポイント預り金", "promotion": "販促基金預り金"}
OPERATOR: PartyKind = "operator"

GRANTED = frozenset({101, 102, 103, 111, 112, 113})
OBLIGED = frozenset({121, 122, 123, 131, 151})
# What a coupon took off is a cost to whoever pays for it; the sale stands at its lowered price.
COUPONS = {
    **dict.fromkeys((104, 115, 124, 132), PROMOTION),
    **dict.fromkeys((204, 205), OTHER_INCOME),
}
FEE_LINES, TAX_LINES = frozenset({211, 301, 302, 311}), frozenset({601, 611})
CHARGED = FEE_LINES | TAX_LINES
# What a party is owed, not what it owes less of.
TO_RECEIVE = frozenset({201, 202, 204, 205, 501, 502})


class Policy(Struct, frozen=True):
    """How a party books: points that pay as a tender or as a discount; points that it gives out of
    its revenue (collected for a third party), or as an expense; or, those that it honours itself,
    by what is expected to be used of them (設例22)."""

    treatment: Treatment = "PAYMENT"
    points_cost: PointsCost = "REVENUE"


class Cycle(Struct, frozen=True):
    """What the journals of a cycle come from: all that points did, all parties and statements that
    the book concerns. Journals are dated on its last day."""

    flows: tuple[Flow, ...]
    parties: tuple[Party, ...]
    statements: tuple[Statement, ...]

    @property
    def on(self) -> date:
        """The closing day."""
        return self.statements[0].last_on


class Part(Struct, frozen=True):
    """What one flow, or a line that comes from no flow, is to a party: paid to it (+) or by it (-).
    A role of None is a line's own; of what is taxed, the rate."""

    party: str
    code: int
    original: int
    role: Role | None
    yen: int
    rate_bp: int = 0


def of_party(cycle: Cycle, party: Party, policy: Policy) -> list[Journal]:
    """A tenant's or facility's journals of a cycle, line by line as its statement has them."""
    [told] = [one for one in cycle.statements if one.party.party == party.party]
    mine = [part for part in parts(cycle) if part.party == party.party]

    def moves(part: Part) -> list[Move]:
        return [
            Move(partner(part), part.yen, HUB),
            contra(part, party.kind, policy, -part.yen),
        ]

    found = by_line(cycle.on, told.number, mine, moves)
    found += own_obligation(cycle, party, policy, told.number)
    settled = sum(m.yen for one in found for m in one.moves if m.sub == HUB)
    carried = sum(part.yen for part in mine if part.code == CARRIED)
    assert settled == told.total_yen - carried, "the journals come to what the statement says"
    return found


def of_hub(cycle: Cycle, operator: Party) -> list[Journal]:
    """The hub's journals of a cycle: operator, FUND and promotion fund are one book."""
    [told] = [one for one in cycle.statements if one.party.party == operator.party]
    kinds = {party.party: party.kind for party in cycle.parties}
    on, number = cycle.on, told.number

    def move(part: Part) -> Move:
        kind = kinds[part.party]
        if kind in FUNDS:
            return Move(FUNDS[kind], -part.yen)
        if kind == OPERATOR:
            return contra(part, kind, Policy(), -part.yen)
        receivable = partner(part) == PAYABLE
        return Move(HUB_RECEIVABLE if receivable else PAYABLE, -part.yen, part.party)

    found = []
    roles, derived = Roles(cycle.parties), cells(cycle)
    for movement in sorted({flow.movement for flow in cycle.flows}):
        moves = [
            move(part)
            for flow in cycle.flows
            if flow.movement == movement
            for part in flow_parts(flow, roles)
        ]
        found.append(journal(on, MOVEMENTS.get(movement, movement), number, moves))
    rest = [part for part in extras(cycle, derived) if part.code != CARRIED]
    fees = [part for part in rest if part.code in CHARGED and kinds[part.party] != OPERATOR]
    mirror = [part for part in rest if part.code in CHARGED and kinds[part.party] == OPERATOR]
    other = [part for part in rest if part.code not in CHARGED]
    assert sum(part.yen for part in (*fees, *mirror)) == 0, "the hub earns what it charges"
    for part in fees:
        charged = [move(part), contra(part, OPERATOR, Policy(), part.yen)]
        found.append(journal(on, f"{line_name(part)} {part.party}", number, charged))
    found.append(journal(on, "前期分の訂正", number, [move(part) for part in other]))
    return [one for one in found if one is not None]


MOVEMENTS = {
    "granted": "ポイント発行",
    "recovered": "ポイント発行取消",
    "covered": "返品充当",
    "uncovered": "返品充当取消",
    "used": "ポイント利用",
    "restored": "ポイント利用取消",
    "lapsed": "ポイント失効",
    "lapsed-to-operator": "ポイント失効（失効益）",
    "lapsed-to-funder": "ポイント失効（還元）",
    "short": "返品控除",
    "unshort": "返品控除取消",
    "moved-out": "移行精算（旧方式）",
    "moved-in": "移行精算（新方式）",
}


def parts(cycle: Cycle) -> list[Part]:
    """Everything that stands in the statements with yen: what flows put there, and the rest."""
    roles, derived = Roles(cycle.parties), cells(cycle)
    told = [part for flow in cycle.flows for part in flow_parts(flow, roles)]
    return [*told, *extras(cycle, derived)]


def flow_parts(flow: Flow, roles: Roles) -> Iterator[Part]:
    """What a flow puts into statements, as parts."""
    for put in puts(flow.funding, flow.movement, flow.kind):
        if put.sign:
            code, original = (LATE, put.code) if flow.late else (put.code, 0)
            party = roles.of(put.role, flow)
            yield Part(party, code, original, put.role, put.sign * flow.points)


def cells(cycle: Cycle) -> dict[tuple[str, int, int], int]:
    """What the flows put into each line."""
    roles, found = Roles(cycle.parties), dict[tuple[str, int, int], int]()
    for flow in cycle.flows:
        for part in flow_parts(flow, roles):
            key = (part.party, part.code, part.original)
            found[key] = found.get(key, 0) + part.yen
    return found


def extras(cycle: Cycle, derived: dict[tuple[str, int, int], int]) -> Iterator[Part]:
    """What statements say beyond the flows: fees, tax, what is carried over and what disputes left.
    What was held until now was booked in its own cycle, as what is carried over was."""
    for told in cycle.statements:
        for line in told.lines:
            if line.code == TOTAL or line.yen is UNSET:
                continue
            original, yen = 0 if line.original is UNSET else line.original, line.yen
            code = CARRIED if line.settles == "released" else line.code
            if line.settles is UNSET:
                yen -= derived.get((told.party.party, line.code, original), 0)
            if yen:
                rate_bp = rate_of(line, told)
                yield Part(told.party.party, code, original, None, yen, rate_bp)


def partner(part: Part) -> str:
    """On which side of its business with the hub a party books a line."""
    code = part.original or part.code
    compensated = code == 141 and part.role == "tenant"
    return RECEIVABLE if code in TO_RECEIVE or compensated else PAYABLE


def contra(part: Part, kind: PartyKind, policy: Policy, yen: int) -> Move:
    """What a party books against the hub for a line."""
    code = part.original or part.code
    seller = kind == "tenant" and policy.points_cost != "EXPENSE"
    if code in GRANTED or (code == 141 and part.role == "tenant"):
        return Move(SALES if seller else PROMOTION, yen, tax=NO_TAX)
    if code in OBLIGED or code == 141:
        return Move(CONTRACT_LIABILITY if seller else PROMOTION, yen, tax=NO_TAX)
    if code in COUPONS:
        return Move(COUPONS[code], yen, tax=NO_TAX)
    if code in (201, 202):
        if policy.treatment == "DISCOUNT":
            return Move(OTHER_INCOME, yen, tax=NO_TAX)
        return Move(TENDER, yen)
    if code in CHARGED:
        return charged(part, code, kind, yen)
    if code == 114:
        return Move(SHORT, yen)
    if code in (501, 502):
        return Move(OTHER_INCOME if code == 501 else BREAKAGE, yen, tax=NO_TAX)
    if code in (701, 702) and kind == OPERATOR:  # a correction that the fund does not bear
        return Move(PROMOTION, yen, tax=NO_TAX)
    return Move(UNKNOWN, yen)


def charged(part: Part, code: int, kind: PartyKind, yen: int) -> Move:
    """What a party books against the hub for a fee, at its rate, or for the tax on it."""
    if code in TAX_LINES:
        return Move(OUTPUT_TAX if kind == OPERATOR else INPUT_TAX, yen)
    rate = percent(part.rate_bp)
    if kind == OPERATOR:
        return Move(FEES_EARNED, yen, tax=f"課税売上{rate}")
    return Move(FEES, yen, tax=f"課税仕入{rate}")


def by_line(
    on: date, number: str, mine: Sequence[Part], moves: Callable[[Part], Iterable[Move]]
) -> list[Journal]:
    """One journal for each line of a statement; what is carried over was booked when it arose."""
    lines = sorted({(part.code, part.original) for part in mine if part.code != CARRIED})
    found = []
    for code, original in lines:
        told = [m for p in mine if (p.code, p.original) == (code, original) for m in moves(p)]
        part = next(p for p in mine if (p.code, p.original) == (code, original))
        found.append(journal(on, line_name(part), number, told))
    return [one for one in found if one is not None]


def line_name(part: Part) -> str:
    """The line of a part, as the statement names it."""
    known = part.code in CATALOGUE and (not part.original or part.original in CATALOGUE)
    return named(part.code, part.original or None, "ja") if known else str(part.code)


def own_obligation(cycle: Cycle, party: Party, policy: Policy, number: str) -> list[Journal]:
    """利用時負担: what a seller gave away and owes until it is used or lapses, at a yen a point."""
    if party.kind != "tenant" or policy.points_cost == "EXPENSE":
        return []
    found = []
    for movement, sign in (("granted", 1), ("recovered", -1), ("lapsed", -1)):
        points = sum(
            flow.points
            for flow in cycle.flows
            if flow.movement.startswith(movement)
            and flow.kind != "coupon"
            and flow.funding == "at-redemption"
            and flow.funder == party.party
        )
        moves = [
            Move(SALES, sign * points, tax=NO_TAX),
            Move(CONTRACT_LIABILITY, -sign * points, tax=OUTSIDE),
        ]
        text = f"契約負債・{MOVEMENTS[movement]}"
        found.append(journal(cycle.on, text, number, moves))
    return [one for one in found if one is not None]

"""相殺: from what points did, who owes whom, and what is left of that when all is netted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import UNSET, Struct, structs

from settlement.lines import Breakage, Cell, Draw, Funding, Grant, Net, Party, Scheme

Movement = Literal[
    "granted",
    "used",
    "restored",
    "recovered",
    "covered",
    "uncovered",
    "lapsed",
    "lapsed-to-operator",
    "lapsed-to-funder",
    "moved-out",
    "moved-in",
    "short",
    "unshort",
]
Kind = Literal["base", "campaign", "rank", "coupon"]
Role = Literal["funder", "tenant", "operator", "fund", "promotion"]
KINDS: tuple[Kind, ...] = ("base", "campaign", "rank", "coupon")


class Flow(Struct, frozen=True):
    """What one funder's points of one kind did at one tenant in a cycle."""

    movement: Movement
    kind: Kind
    funding: Funding
    funder: str
    tenant: str
    late: bool
    points: int


class Claim(Struct, frozen=True):
    """Who owes whom for a movement, under which code it stands in the statement of either, and
    whether it is given back (-1)."""

    debtor: Role
    creditor: Role
    debtor_code: int
    creditor_code: int
    sign: Literal[1, -1] = 1


# The whole of settlement: 1 円 a point, by funding and movement (domain 1.1, 1.4). What is not here
# moves no money. At redemption the funder owes the honouring tenant; at issue the funder pays into
# FUND (預り金), which owes the honouring tenant and hands what lapsed to the promotion fund.
CLAIMS: dict[tuple[Funding, Movement], Claim] = {
    ("at-redemption", "used"): Claim("funder", "tenant", 121, 201),
    ("at-redemption", "restored"): Claim("funder", "tenant", 131, 202, -1),
    ("at-issue", "granted"): Claim("funder", "fund", 101, 701),
    ("at-issue", "recovered"): Claim("funder", "fund", 111, 702, -1),
    ("at-issue", "used"): Claim("fund", "tenant", 702, 201),
    ("at-issue", "restored"): Claim("fund", "tenant", 701, 202, -1),
    # 返品充当: a return took one funder's points for another's grant; `tenant` is that other here.
    ("at-redemption", "covered"): Claim("funder", "tenant", 141, 141),
    ("at-redemption", "uncovered"): Claim("funder", "tenant", 141, 141, -1),
    ("at-issue", "covered"): Claim("fund", "tenant", 702, 111),
    ("at-issue", "uncovered"): Claim("fund", "tenant", 702, 111, -1),
    ("at-issue", "lapsed"): Claim("fund", "promotion", 702, 701),
    ("at-issue", "lapsed-to-operator"): Claim("fund", "operator", 702, 502),
    ("at-issue", "lapsed-to-funder"): Claim("fund", "funder", 702, 501),
    # 返品控除: what a shop kept from a refund instead of points is owed to whoever funded them.
    ("at-issue", "short"): Claim("tenant", "funder", 114, 111),
    ("at-issue", "unshort"): Claim("tenant", "funder", 114, 111, -1),
    ("at-redemption", "short"): Claim("tenant", "funder", 114, 111),
    ("at-redemption", "unshort"): Claim("tenant", "funder", 114, 111, -1),
    # 移行精算: a change-over empties a lot under one scheme and fills one under another.
    ("at-issue", "moved-out"): Claim("fund", "funder", 702, 151),
    ("at-issue", "moved-in"): Claim("funder", "fund", 151, 701),
}


TAKING: dict[str, Movement] = {
    "redemption": "used",
    "lapse": "lapsed",
    "changeover": "moved-out",
}


# 失効: where the scheme of a lot sends what lapses of it.
LAPSING: dict[Breakage, Movement] = {
    "PROMO_FUND": "lapsed",
    "HUB_REVENUE": "lapsed-to-operator",
    "RETURN_TO_FUNDER": "lapsed-to-funder",
}


class Roles:
    """Who plays which role."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._funds = {party.kind: party.party for party in parties}

    def of(self, role: Role, part: Flow | Grant | Draw) -> str:
        """The party in a role; LookupError where at-issue points have no fund to pay into."""
        if role == "funder":
            return part.funder
        return part.tenant if role == "tenant" else self._funds[role]


def matrix(flows: Iterable[Flow], parties: Sequence[Party]) -> list[Cell]:
    """X[funder][tenant], where anything stands: points honoured, yen owed."""
    points: defaultdict[tuple[str, str], int] = defaultdict(int)
    yen: defaultdict[tuple[str, str], int] = defaultdict(int)
    told = list(flows)
    for flow in told:
        if flow.movement in ("used", "restored") and flow.kind != "coupon":
            sign = 1 if flow.movement == "used" else -1
            points[flow.funder, flow.tenant] += sign * flow.points
    for one in owed(told, parties):
        yen[one.debtor, one.creditor] += one.yen
    ranks = ranked(parties)
    pairs = sorted(points.keys() | yen.keys(), key=lambda pair: (ranks[pair[0]], ranks[pair[1]]))
    cells = [Cell(*pair, points=points[pair], yen=yen[pair]) for pair in pairs]
    return [cell for cell in cells if cell.points or cell.yen]


class Owed(Struct, frozen=True):
    """What a flow has one party owe another: its debtor, the code in the debtor's statement, and
    the yen, negative where it is given back."""

    flow: Flow
    debtor: str
    creditor: str
    code: int
    yen: int


def owed(flows: Iterable[Flow], parties: Sequence[Party]) -> list[Owed]:
    """The flows that move money; those between two parties come to their cell of the matrix."""
    roles, found = Roles(parties), []
    for flow in flows:
        claim = CLAIMS.get((flow.funding, flow.movement))
        if claim is not None:
            pair = roles.of(claim.debtor, flow), roles.of(claim.creditor, flow)
            found.append(Owed(flow, *pair, claim.debtor_code, claim.sign * flow.points))
    return found


def nets(
    cells: Iterable[Cell], parties: Iterable[Party], beside: Mapping[str, int] | None = None
) -> list[Net]:
    """What each party is paid (+) or pays (-): for points, and what stands beside them (fees, tax
    and carries, which sum to zero too)."""
    left = {party.party: (beside or {}).get(party.party, 0) for party in parties}
    for cell in cells:
        left[cell.funder] -= cell.yen
        left[cell.tenant] += cell.yen
    assert sum(left.values()) == 0
    return [Net(party, yen) for party, yen in left.items()]


def ranked(parties: Iterable[Party]) -> dict[str, int]:
    """The place of each party among all."""
    return {party.party: place for place, party in enumerate(parties)}


def kind_of(rule: str) -> Kind:
    """通常 / キャンペーン / ランク・誕生月等 / クーポン: the kind of points that a rule gives."""
    match rule.partition(":")[0]:
        case "base" | "category" | "tender":
            return "base"
        case "campaign" | "hour" | "weather":
            return "campaign"
        case "coupon":
            return "coupon"
    return "rank"


def granted_by(grant: Grant) -> Movement:
    """What a lot that came into being is to settlement: newly granted, or brought over."""
    return "moved-in" if grant.kind == "changeover" else "granted"


def settled(part: Grant | Draw) -> Grant | Draw:
    """A part as settlement sees it: what was taken in another grant's stead is for its funder,
    under its rule."""
    if isinstance(part, Draw) and covers(part):
        return structs.replace(part, tenant=part.stead, rule=part.stead_rule)
    return part


def covers(draw: Draw) -> bool:
    """Whether a draw took one funder's points for another funder's grant."""
    both = draw.stead is not UNSET and draw.stead_rule is not UNSET
    return both and draw.stead != draw.funder


def movement_of(draw: Draw) -> Movement:
    """What a draw is to settlement: points used, given back, taken back after all, or lapsed; the
    opposite of each where a return was reversed."""
    if draw.points == 0:
        raise ValueError("a draw of no points")
    if (draw.stead is UNSET) != (draw.stead_rule is UNSET):
        raise ValueError("a stead without its rule")
    if covers(draw):
        return "covered" if draw.points > 0 else "uncovered"
    if draw.kind == "shortage":
        return "short" if draw.points > 0 else "unshort"
    if draw.kind == "unreturn":
        return "used" if draw.points > 0 else "granted"
    if draw.kind in TAKING:
        if draw.points < 0:
            raise ValueError(f"a {draw.kind} gives nothing back")
        return TAKING[draw.kind]
    return "recovered" if draw.points > 0 else "restored"


def moved_by(part: Grant | Draw, scheme: Scheme) -> Movement:
    """What a part, as settlement sees it, is under its scheme: that says where it lapses to."""
    movement = granted_by(part) if isinstance(part, Grant) else movement_of(part)
    return LAPSING[scheme.breakage or "PROMO_FUND"] if movement == "lapsed" else movement

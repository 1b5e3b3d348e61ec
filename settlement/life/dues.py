"""支払額: what each party is due of a cycle: its statement, and lines that were held, released,
corrected or carried beside it. Pure; every sum over all parties is zero."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from settlement.fees import BESIDE, CARRIED, MIRROR
from settlement.lines import Party
from settlement.netting import Flow, Roles
from settlement.statement import LATE, TOTAL, key, puts

AdjustmentKind = Literal["held", "released", "corrected", "carried"]
Side = tuple[str, int]  # a party, and the code of a line in its statement
KEPT_KINDS = frozenset({"operator", "fund", "promotion"})
NOT_DISPUTED = frozenset({TOTAL, CARRIED})


class Part(Struct, frozen=True):
    """What is due to a party (+) or by it (-), as a whole or for one of its units; or under a code
    of its own statement."""

    party: str
    yen: int
    unit: str | None = None
    code: int | None = None


class Line(Struct, frozen=True):
    """A line of a sealed statement, as a dispute names it."""

    party: str
    code: int
    original: int | None
    yen: int


def parts(
    statements: Mapping[str, int], splits: Sequence[Part], beside: Iterable[Part]
) -> list[Part]:
    """What every party is due, by unit where its net was split; what stands beside the statement
    belongs to the party itself."""
    due: Counter[tuple[str, str]] = Counter()
    split = {one.party for one in splits}
    for one in splits:
        due[one.party, one.unit or ""] += one.yen
    for party, yen in statements.items():
        if party not in split:
            due[party, ""] += yen
    for one in beside:
        due[one.party, ""] += one.yen
    assert sum(due.values()) == 0
    return [Part(party, yen, unit or None) for (party, unit), yen in sorted(due.items()) if yen]


def other_side(line: Line, flows: Iterable[Flow], parties: Sequence[Party]) -> dict[Side, int]:
    """Who stands on the other side of a line, under which code, with what: all of it sums to the
    line's opposite."""
    if line.code in BESIDE:
        return {(operator(parties), MIRROR[line.code]): -line.yen}
    roles = Roles(parties)
    asked = (line.party, LATE, line.original) if line.original else (line.party, line.code, 0)
    found: Counter[Side] = Counter()
    for flow in flows:
        sides = [
            (put, roles.of(put.role, flow))
            for put in puts(flow.funding, flow.movement, flow.kind)
            if put.sign
        ]
        for at, (put, party) in enumerate(sides):
            if key(put, party, flow.late) == asked:
                other, whose = sides[1 - at]
                found[whose, other.code] += other.sign * flow.points
    return dict(sorted(found.items()))


def operator(parties: Iterable[Party]) -> str:
    """Whoever runs the hub."""
    return next(one.party for one in parties if one.kind == "operator")


def borne(others: Mapping[Side, int], parties: Sequence[Party]) -> dict[Side, int]:
    """Who bears a correction: for what FUND or the promotion fund would, the operator does. FUND
    holds what is outstanding, whatever was stated (domain 1.5, I2)."""
    funds = {one.party for one in parties if one.kind in ("fund", "promotion")}
    found: Counter[Side] = Counter()
    for (party, code), yen in others.items():
        found[operator(parties) if party in funds else party, code] += yen
    return dict(sorted(found.items()))


def shared(yen: int, among: Mapping[Side, int]) -> dict[Side, int]:
    """An amount by the weights of others: whole yen, the largest remainders first, and of equal
    ones the first by name; what is given back is shared as what was taken."""
    whole, size, sign = sum(among.values()), abs(yen), 1 if yen > 0 else -1
    assert whole > 0
    found = {one: size * weight // whole for one, weight in among.items()}
    ranked = sorted(among, key=lambda one: (-(size * among[one] % whole), one))
    for one in ranked[: size - sum(found.values())]:
        found[one] += 1
    assert sum(found.values()) == size
    return {one: sign * part for one, part in found.items() if part}


def both_sides(line: Line, yen: int, others: Mapping[Side, int]) -> list[Part]:
    """Yen given to the party of a line and taken from the other side of it, in their proportion."""
    weights = {one: abs(weight) for one, weight in others.items() if weight}
    given = Counter({(line.party, line.original or line.code): yen})
    for one, part in shared(-yen, weights).items():
        given[one] += part
    return [Part(party, part, code=code) for (party, code), part in sorted(given.items()) if part]

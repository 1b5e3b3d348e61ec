"""比べる: who gains and who loses by how many yen, and why, so that the reasons sum to it. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from msgspec import UNSET, Struct, UnsetType

from settlement.lines import Cell, Charge, Party
from settlement.statement import CARRIED_OUT, CATALOGUE, LATE, TOTAL
from settlement.whatif.thought import NAMES
from settlement.whatif.worlds import Told

Code = tuple[int, int, str]  # of a line, what a late one would have had, carried in or out


class Moved(Struct, frozen=True):
    """A line of a statement, by how many yen it differs."""

    code: int
    name: str
    name_en: str
    yen: int
    original: int | UnsetType = UNSET


class Facing(Struct, frozen=True):
    """Who stands on the other side of what differs in points."""

    party: str
    yen: int


class Reason(Struct, frozen=True):
    """What one change makes of a party's result: its lines sum to its yen; those of all parties
    sum to nothing. What is owed for points names the other side."""

    because: str
    name: str
    name_en: str
    yen: int
    lines: tuple[Moved, ...]
    facing: tuple[Facing, ...]


class PartyTold(Struct, frozen=True):
    """A party as it is and as it is thought; the reasons sum to the difference."""

    party: str
    name: str
    name_en: str
    live_yen: int
    thought_yen: int
    difference_yen: int
    why: tuple[Reason, ...]


class CycleTold(Struct, frozen=True):
    """What one cycle comes to in thought, for each party in whole yen; `splits` by facility or
    shop, where a party is paid so: "" is the party itself."""

    first_on: date
    last_on: date
    nets: dict[str, int]
    splits: dict[str, dict[str, int]]


class Sums(Struct, frozen=True):
    """All cycles of a world together, by party."""

    lines: dict[str, Counter[Code]]
    cells: Counter[tuple[str, str]]

    def total(self, party: str) -> int:
        """What a party is paid (+) or pays (-)."""
        return self.lines.get(party, Counter())[TOTAL, 0, ""]


def summed(cycles: Sequence[Told]) -> Sums:
    """Add up a world."""
    lines: dict[str, Counter[Code]] = {}
    cells: Counter[tuple[str, str]] = Counter()
    for one in (result for cycle in cycles for result in cycle.results):
        if isinstance(one, Charge):
            code = one.code, one.original or 0, one.carry or ""
            lines.setdefault(one.party, Counter())[code] += one.yen or 0
        elif isinstance(one, Cell):
            cells[one.funder, one.tenant] += one.yen
    return Sums(lines, cells)


def compared(worlds: Sequence[tuple[str, Sums]], parties: Sequence[Party]) -> tuple[PartyTold, ...]:
    """Every party that anything moves for; a reason is what one change adds to those before."""
    (_, live), (_, last) = worlds[0], worlds[-1]
    found = []
    for party in parties:
        why = tuple(
            reason(name, party.party, before, after)
            for (_, before), (name, after) in pairwise(worlds)
        )
        was, then = live.total(party.party), last.total(party.party)
        why = tuple(one for one in why if one.yen or one.lines or one.facing)
        assert sum(one.yen for one in why) == then - was
        if why:
            found.append(
                PartyTold(party.party, party.name, party.name_en, was, then, then - was, why)
            )
    assert sum(one.difference_yen for one in found) == 0
    return tuple(found)


def reason(because: str, party: str, before: Sums, after: Sums) -> Reason:
    """What one change makes of one party's result."""
    moved = Counter(after.lines.get(party, Counter()))
    moved.subtract(before.lines.get(party, Counter()))
    yen = moved.pop((TOTAL, 0, ""), 0)
    lines = tuple(
        Moved(code, *called(code, original, carry), by, original or UNSET)
        for (code, original, carry), by in sorted(moved.items())
        if by
    )
    assert sum(one.yen for one in lines) == yen
    return Reason(because, *NAMES[because], yen, lines, facing(party, before, after))


def called(code: int, original: int, carry: str) -> tuple[str, str]:
    """A line's name in both languages."""
    if code == LATE:
        return tuple(f"{a}・{b}" for a, b in zip(CATALOGUE[LATE], CATALOGUE[original], strict=True))  # type: ignore[return-value]
    return CARRIED_OUT if carry == "out" else CATALOGUE[code]


def facing(party: str, before: Sums, after: Sums) -> tuple[Facing, ...]:
    """From whom more comes (+), to whom more goes (-)."""
    by: Counter[str] = Counter()
    for pair in before.cells.keys() | after.cells.keys():
        yen = after.cells[pair] - before.cells[pair]
        if pair[0] == party != pair[1]:
            by[pair[1]] -= yen
        elif pair[1] == party != pair[0]:
            by[pair[0]] += yen
    return tuple(Facing(other, yen) for other, yen in sorted(by.items()) if yen)

"""資金需要: where points are expected to be used, and what the cycles to come will cost. Pure.

Learnt from a year of sealed cycles: of every run of one, two or three of them, what was paid for
points; nine runs of ten did not come to more than the upper bound, nine did not come to less than
the lower one. Beside each stands how many earlier runs lay within the bounds of those before them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

AHEAD = 3
FIRST_TRIED = 4  # runs before one that is tried


class Used(Struct, frozen=True):
    """What a tenant honoured in a cycle, net of what came back; of it, what it is paid for."""

    first_on: date
    tenant: str | None
    points: int
    yen: int


class UsedAt(Struct, frozen=True):
    """A tenant, what it honoured in the cycles looked at, and what of all that is expected to be
    used will be used there."""

    tenant: str
    used_points: int
    expected_use: int


class Need(Struct, frozen=True):
    """What the next cycles will cost together: half of the runs before came to no more than
    `middle_yen`. `within` of `tried` earlier runs lay between the bounds of those before them."""

    cycles: int
    runs: int
    low_yen: int
    middle_yen: int
    high_yen: int
    tried: int
    within: int


def places(used: Iterable[Used], expected_use: int) -> list[UsedAt]:
    """The expected use, shared among tenants by what they honoured: largest remainder, of equals
    the first by name; nobody where nothing was used."""
    honoured: Counter[str] = Counter()
    for one in used:
        if one.tenant is not None:
            honoured[one.tenant] += one.points
    weights = {tenant: points for tenant, points in sorted(honoured.items()) if points > 0}
    whole = sum(weights.values())
    shares = {tenant: expected_use * points // whole for tenant, points in weights.items()}
    left = expected_use - sum(shares.values())
    by_rest = sorted(weights, key=lambda tenant: -(expected_use * weights[tenant] % whole))
    for tenant in by_rest[: left if weights else 0]:
        shares[tenant] += 1
    return [UsedAt(tenant, weights[tenant], shares[tenant]) for tenant in weights]


def needs(used: Iterable[Used]) -> list[Need]:
    """The next cycle, the next two, the next three; as far as there are runs of as many."""
    by_cycle: Counter[date] = Counter()
    for one in used:
        by_cycle[one.first_on] += one.yen
    spent = [yen for _, yen in sorted(by_cycle.items())]
    return [need(runs(spent, ahead), ahead) for ahead in range(1, min(AHEAD, len(spent)) + 1)]


def runs(spent: Sequence[int], length: int) -> list[int]:
    """What each run of so many cycles came to, the oldest first."""
    return [sum(spent[at : at + length]) for at in range(len(spent) - length + 1)]


def need(told: Sequence[int], cycles: int) -> Need:
    """The bounds of some runs, and how earlier bounds held. A run is tried by those alone that had
    ended when it began."""
    low, middle, high = (rank(told, tenths) for tenths in (1, 5, 9))
    tries = range(FIRST_TRIED + cycles - 1, len(told))
    before = [(told[: at - cycles + 1], told[at]) for at in tries]
    within = sum(rank(known, 1) <= came <= rank(known, 9) for known, came in before)
    return Need(cycles, len(told), low, middle, high, len(before), within)


def rank(told: Sequence[int], tenths: int) -> int:
    """The smallest of some figures that so many tenths of them do not exceed."""
    return sorted(told)[-(-len(told) * tenths // 10) - 1]

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


class Run(Struct, frozen=True):
    """Some cycles one after another, and what was paid for points in them."""

    first_on: date
    last_cycle: date
    yen: int


class Try(Struct, frozen=True):
    """A run against the bounds of those that had ended when it began."""

    run: Run
    low_yen: int
    high_yen: int

    @property
    def within(self) -> bool:
        """Whether it came as it was to be expected."""
        return self.low_yen <= self.run.yen <= self.high_yen


def needs(used: Iterable[Used]) -> list[Need]:
    """The next cycle, the next two, the next three; as far as there are runs of as many."""
    known = list(used)
    spans = ((ahead, runs(known, ahead)) for ahead in range(1, AHEAD + 1))
    return [need(told, ahead) for ahead, told in spans if told]


def runs(used: Iterable[Used], length: int) -> list[Run]:
    """What each run of so many cycles came to, the oldest first."""
    by_cycle: Counter[date] = Counter()
    for one in used:
        by_cycle[one.first_on] += one.yen
    days = sorted(by_cycle)
    spans = (days[at : at + length] for at in range(len(days) - length + 1))
    return [Run(span[0], span[-1], sum(by_cycle[day] for day in span)) for span in spans]


def need(told: Sequence[Run], cycles: int) -> Need:
    """The bounds of some runs, and how earlier bounds held."""
    low, middle, high = (rank(told, tenths).yen for tenths in (1, 5, 9))
    found = tries(told, cycles)
    within = sum(one.within for one in found)
    return Need(cycles, len(told), low, middle, high, len(found), within)


def tries(told: Sequence[Run], cycles: int) -> list[Try]:
    """Every run but the first few, by those alone that had ended when it began."""
    found = []
    for at in range(FIRST_TRIED + cycles - 1, len(told)):
        known = told[: at - cycles + 1]
        found.append(Try(told[at], rank(known, 1).yen, rank(known, 9).yen))
    return found


def rank(told: Sequence[Run], tenths: int) -> Run:
    """The cheapest of some runs that so many tenths of them do not exceed."""
    return sorted(told, key=lambda one: one.yen)[-(-len(told) * tenths // 10) - 1]

"""最少振込: nets brought to nothing by as few transfers between parties as can be. Pure.

Parties whose nets sum to nothing need one transfer fewer than they are, so the fewest transfers
come of the most groups that do: found exactly over all subsets for a few parties, and for many by
pairing equal opposites and then the largest with the largest, which never needs more than one fewer
than there are parties.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

EXACT_PARTIES = 12  # 2^12 subsets, a dozen steps each


class Payment(Struct, frozen=True):
    """One transfer between two parties, in yen."""

    payer: str
    payee: str
    yen: int


class Fewest(Struct, frozen=True):
    """A plan of transfers, whether it is proved to be the shortest, and how many it would be with
    every party paying to or being paid by the hub alone."""

    payments: tuple[Payment, ...]
    exact: bool
    by_hub: int


def fewest(nets: Mapping[str, int]) -> Fewest:
    """Transfers that leave nobody with anything; `nets` sum to zero: owed to a party (+), or by it
    (-). At most one fewer than there are parties with a net."""
    open_nets = {party: yen for party, yen in sorted(nets.items()) if yen}
    assert sum(open_nets.values()) == 0
    exact = len(open_nets) <= EXACT_PARTIES
    groups = most_groups(open_nets) if exact else paired(open_nets)
    payments = tuple(one for group in groups for one in chained({p: open_nets[p] for p in group}))
    assert len(payments) <= max(0, len(open_nets) - 1)
    return Fewest(payments, exact, len(open_nets))


def most_groups(nets: Mapping[str, int]) -> list[Sequence[str]]:
    """The most groups that each sum to nothing: parties are put in a row one by one, and a group
    ends wherever the row so far sums to nothing."""
    parties = list(nets)
    size = 1 << len(parties)
    sums, ends, last = [0] * size, [0] * size, [0] * size
    for row in range(1, size):
        low = row & -row
        sums[row] = sums[row ^ low] + nets[parties[low.bit_length() - 1]]
        rest = row
        while rest:
            one = rest & -rest
            rest ^= one
            if ends[row ^ one] > ends[row] or not last[row]:
                ends[row], last[row] = ends[row ^ one], one
        ends[row] += sums[row] == 0
    groups: list[Sequence[str]] = []
    row, group = size - 1, list[str]()
    while row:
        if sums[row] == 0 and group:
            groups.append(group)
            group = []
        group.append(parties[last[row].bit_length() - 1])
        row ^= last[row]
    return [*groups, group] if group else groups


def paired(nets: Mapping[str, int]) -> list[Sequence[str]]:
    """Equal opposites by two, and all others in one group."""
    waiting: dict[int, list[str]] = {}
    groups: list[Sequence[str]] = []
    for party, yen in nets.items():
        if others := waiting.get(-yen):
            groups.append((others.pop(0), party))
        else:
            waiting.setdefault(yen, []).append(party)
    rest = sorted(party for parties in waiting.values() for party in parties)
    return [*groups, rest] if rest else groups


def chained(nets: Mapping[str, int]) -> list[Payment]:
    """Transfers within a group: whoever owes most pays whoever is owed most, of equals the first by
    name; each brings one of them to nothing."""
    left = dict(nets)
    payments = []
    while any(left.values()):
        payer = min(left, key=lambda party: (left[party], party))
        payee = min(left, key=lambda party: (-left[party], party))
        yen = min(-left[payer], left[payee])
        payments.append(Payment(payer, payee, yen))
        left[payer] += yen
        left[payee] -= yen
    return payments

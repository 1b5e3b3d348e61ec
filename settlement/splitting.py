"""差引の単位: a party's net by facility or by shop, where that was agreed (domain 1.3). Pure.

What happened at a shop of the party's own stands with that shop's unit; its points that were used
elsewhere, fees, tax and carries stand with the party itself. All units together are the net.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from settlement.fees import NOTHING, Agreed
from settlement.lines import Net, Party, Result, Split, Unit
from settlement.netting import Flow, Roles, matrix, nets
from settlement.schemes import NetLevel
from settlement.statement import Key, beside_yen, charges, puts, total_yen

Place = tuple[str, str]  # a party, and its shop or the unit of that


class Stand(Struct, frozen=True):
    """A shop of a party, in a facility or in none."""

    party: str
    shop: str
    facility: str | None


def units_of(stands: Iterable[Stand], levels: Mapping[str, NetLevel]) -> list[Unit]:
    """The units of every party that has several; a shop in no facility is the party itself."""
    found: dict[str, list[Unit]] = {}
    for stand in stands:
        level = levels[stand.party]
        unit = stand.shop if level == "SHOP" else stand.facility
        if level != "ENTITY" and unit is not None:
            found.setdefault(stand.party, []).append(Unit(stand.party, stand.shop, unit))
    return [
        one
        for own in found.values()
        if len({unit.unit for unit in own}) > 1
        for one in sorted(own, key=lambda unit: unit.shop)
    ]


def yen_at(party: str, flow: Flow, roles: Roles) -> int:
    """What a flow, as it went at a shop of this party, brings it (+) or costs it (-)."""
    signs = (
        put.sign
        for put in puts(flow.funding, flow.movement, flow.kind)
        if put.sign and roles.of(put.role, flow) == party
    )
    return sum(signs) * flow.points


def split(nets: Iterable[Net], units: Sequence[Unit], yen: Mapping[Place, int]) -> list[Split]:
    """Each split party's net: what stands with itself, then each of its units; `yen` is by shop."""
    by_unit: Counter[Place] = Counter()
    own: dict[str, set[str]] = {}
    for one in units:
        own.setdefault(one.party, set()).add(one.unit)
        by_unit[one.party, one.unit] += yen.get((one.party, one.shop), 0)
    found = []
    for net in nets:
        parts = [
            Split(net.party, by_unit[net.party, unit], unit)
            for unit in sorted(own.get(net.party, ()))
        ]
        if parts:
            found.append(Split(net.party, net.yen - sum(part.yen for part in parts)))
            found += parts
    return found


def results(
    flows: Sequence[Flow],
    entries: Mapping[Key, int],
    parties: Sequence[Party],
    agreed: Agreed = NOTHING,
    yen_by_shop: Mapping[Place, int] | None = None,
) -> list[Result]:
    """All that follows from flows and terms: matrix, statements, nets and their splits, as the
    sealed file has them."""
    cells = matrix(flows, parties)
    charged = charges(flows, entries, parties, agreed)
    netted = nets(cells, parties, beside_yen(charged))
    assert {net.party: net.yen for net in netted} == total_yen(charged)
    return [*cells, *charged, *netted, *split(netted, agreed.units, yen_by_shop or {})]

"""按分し直す: what a rule granted, carved anew among other funders, or less of it. Pure."""

from collections.abc import Mapping
from itertools import groupby

from msgspec import Struct, structs

from federation.purse import Lot
from federation.shares import largest_remainder
from settlement.netting import kind_of
from settlement.whatif.happened import Happened, Place
from settlement.whatif.thought import Shares, Thought

# Facility and operator stand before the tenant: a tie is theirs to pay (domain 1.4).
ORDER = {"facility": 0, "operator": 1, "tenant": 3}
OTHERS = 2


class Carver(Struct, frozen=True):
    """Who funds what, as it is thought."""

    thought: Thought
    places: Mapping[int, Place]
    party_ids: Mapping[str, int]
    operator_id: int

    def lots(self, happened: Happened) -> list[Lot]:
        """The lots of an entry, carved anew where that is thought; else as they were granted."""
        granted = [structs.replace(lot) for lot in happened.lots]
        if happened.kind not in ("accrual", "adjustment", "bonus", "import", "coupon"):
            return granted
        if self.thought.cap_points is not None and happened.kind == "accrual":
            granted = capped(granted, self.thought.cap_points)
        if self.thought.shares is None:
            return granted
        found: list[Lot] = []
        for rule, parts in groupby(granted, key=lambda lot: lot.rule):
            own, shares = list(parts), self.shares_of(rule)
            found += own if shares is None else self.carved(own, shares, happened)
        return [structs.replace(lot, part=part) for part, lot in enumerate(found)]

    def shares_of(self, rule: str) -> Shares | None:
        """The shares of a rule: under its whole name, else under its kind."""
        shares = self.thought.shares or {}
        return shares.get(rule, shares.get(kind_of(rule)))

    def carved(self, parts: list[Lot], shares: Shares, happened: Happened) -> list[Lot]:
        """Whole points per funder by largest remainder."""
        whose = sorted(shares, key=lambda word: (ORDER.get(word, OTHERS), word))
        points = largest_remainder(sum(lot.points for lot in parts), [shares[w] for w in whose])
        return [
            structs.replace(
                parts[0], points=some, left=some, funder_id=self.funder(word, happened.shop_id)
            )
            for word, some in zip(whose, points, strict=True)
            if some
        ]

    def funder(self, word: str, shop_id: int) -> int:
        """Who stands behind a share's word at a shop; one of no facility has the operator for
        landlord."""
        place = self.places[shop_id]
        match word:
            case "tenant":
                return place.tenant_id
            case "facility":
                return place.facility_id or self.operator_id
            case "operator":
                return self.operator_id
        return self.party_ids[word]


def capped(lots: list[Lot], most: int) -> list[Lot]:
    """A sale's points up to so many: its rules in their order, each rule's parts in proportion."""
    found: list[Lot] = []
    for _, parts in groupby(lots, key=lambda lot: lot.rule):
        own = list(parts)
        whole = sum(lot.points for lot in own)
        shared = largest_remainder(min(whole, most), [lot.points for lot in own])
        found += [
            structs.replace(lot, points=some, left=some)
            for lot, some in zip(own, shared, strict=True)
            if some
        ]
        most -= min(whole, most)
    return found

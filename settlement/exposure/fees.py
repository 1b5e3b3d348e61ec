"""締め前の手数料: what fees, and the tax on them, a cycle that runs comes to so far. Pure.

They are worked out as a close would, from what points did until now; a monthly fee counts whole
from the first day of the cycle that it falls due in.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import product
from typing import get_args

import msgspec
from msgspec import Struct

from settlement.fees import HONOURED, ISSUED, Agreed, charges_of
from settlement.lines import Funding, Terms
from settlement.netting import CLAIMS, Kind, Movement
from settlement.statement import puts


class Bases(Struct, frozen=True):
    """What of a party's points fees are reckoned from: base points issued, points honoured."""

    issued: int = 0
    honoured: int = 0


NOTHING = Bases()


def owes() -> str:
    """What each movement owes a funder (-) or the tenant where it went (+), and how it counts
    towards the fees of either: a row for each that is anything, as JSON."""
    found = []
    for funding, movement, kind in product(get_args(Funding), get_args(Movement), get_args(Kind)):
        for role in ("funder", "tenant"):
            told = {
                "sign": sum(p.sign for p in puts(funding, movement, kind) if p.role == role),
                **counts(funding, movement, kind, role),
            }
            if any(told.values()):
                where = {"funding": funding, "movement": movement, "kind": kind, "role": role}
                found.append({**where, **told})
    return msgspec.json.encode(found).decode()


def counts(funding: Funding, movement: Movement, kind: Kind, role: str) -> dict[str, int]:
    """How a movement counts towards the fees of whoever has a role in it."""
    whose, sign = ISSUED.get(movement, ("", 0))
    honoured = HONOURED.get(movement, 0) if (funding, movement) in CLAIMS else 0
    return {
        "issued": sign if kind == "base" and whose == role else 0,
        "honoured": honoured if role == "tenant" else 0,
    }


def fees_yen(own: Terms, bases: Bases, first_on: date, last_on: date) -> int:
    """What a party pays (-) for a cycle in fees and tax, so far."""
    cycle = Agreed(first_on, last_on)
    return sum(one.yen for one in charges_of(own, bases.issued, bases.honoured, cycle))


def fees_of(
    terms: Iterable[Terms], bases: Mapping[str, Bases], first_on: date, last_on: date
) -> dict[str, int]:
    """The same for all who owe any, by party."""
    found = {
        one.party: fees_yen(one, bases.get(one.party, NOTHING), first_on, last_on) for one in terms
    }
    return {party: yen for party, yen in found.items() if yen}

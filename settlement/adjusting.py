"""異議の後の行: what decided disputes put into statements, on both sides of the sealed line. Pure.

A sealed file never changes. What was held of a line is released, and what was wrong is corrected,
in the next cycle that is not stated yet: lines of 前期分調整 that name the cycle they come from.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from msgspec import UNSET, UnsetType

from settlement.lines import Adjustment, Charge, Settles

EARLIER = 401
Place = tuple[str, int, str, Settles, int | UnsetType]


def adjusted(found: Iterable[Adjustment]) -> list[Charge]:
    """One line for what was released and one for what was corrected, by party, by the code the yen
    would have had, and by the cycle they come from."""
    yen: Counter[Place] = Counter()
    for one in found:
        yen[one.party, one.code, one.of_cycle, one.settles, one.tax_bp] += one.yen
    return [
        Charge(party, EARLIER, 0, 0, code, total, of_cycle=of_cycle, settles=settles, tax_bp=tax_bp)
        for (party, code, of_cycle, settles, tax_bp), total in yen.items()
    ]


def one_sided(found: Sequence[Adjustment], cycle: str) -> list[str]:
    """The disputes whose sides do not sum to zero, or whose line is of no earlier cycle."""
    yen: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in found:
        yen[one.dispute, one.settles] += one.yen
    wrong = {dispute for (dispute, _), total in yen.items() if total}
    return sorted(wrong | {one.dispute for one in found if one.of_cycle >= cycle})


def corrects(one: Charge) -> bool:
    """Whether a line is what a dispute left."""
    return one.of_cycle is not UNSET

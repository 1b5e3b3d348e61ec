"""集計: what grants and draws come to, counted in one pass over a file."""

from collections import Counter
from collections.abc import Iterable

from settlement.lines import Draw, Funding, Grant, Party, Scheme
from settlement.netting import (
    Flow,
    Kind,
    Movement,
    Roles,
    kind_of,
    moved_by,
    settled,
)
from settlement.splitting import yen_at
from settlement.statement import Key, key, puts


class Tally:
    """Counts lots and draws into flows, and their entries into the lines of statements: an entry
    once in each line. The parts of one entry come one after another, lots before all draws: only a
    change-over puts both into one line, so that its entries are remembered."""

    def __init__(self, parties: Iterable[Party], split: Iterable[str] = ()) -> None:
        """Empty; of the parties that are `split`, yen are counted by shop too."""
        self.entries: Counter[Key] = Counter()
        self.yen_by_shop: Counter[tuple[str, str]] = Counter()
        self._split = frozenset(split)
        self._roles = Roles(parties)
        self._points: Counter[tuple[Movement, Kind, Funding, str, str, bool]] = Counter()
        self._entry = ""
        self._met: set[Key] = set()
        self._moved: set[tuple[str, Key]] = set()

    def add(self, part: Grant | Draw, scheme: Scheme, late: bool) -> None:
        """Count one lot granted or one draw, by the scheme of its lot."""
        tenant, part, funding = part.tenant, settled(part), scheme.funding
        movement = moved_by(part, scheme)
        kind = kind_of(part.rule)
        self._points[movement, kind, funding, part.funder, part.tenant, late] += abs(part.points)
        if part.entry != self._entry:
            self._entry, self._met = part.entry, set()
        for put in puts(funding, movement, kind):
            line = key(put, self._roles.of(put.role, part), late)
            if line not in self._met and not self._moved_before(part, movement, line):
                self._met.add(line)
                self.entries[line] += 1
        if tenant in self._split:
            flow = Flow(movement, kind, funding, part.funder, part.tenant, late, abs(part.points))
            self.yen_by_shop[tenant, part.shop] += yen_at(tenant, flow, self._roles)

    def _moved_before(self, part: Grant | Draw, movement: Movement, line: Key) -> bool:
        """Whether a change-over out of a lot stands in a line that its new lot stands in."""
        if movement == "moved-in":
            self._moved.add((part.entry, line))
        return movement == "moved-out" and (part.entry, line) in self._moved

    def flows(self) -> list[Flow]:
        """What was counted so far."""
        return [Flow(*flow, points) for flow, points in self._points.items()]

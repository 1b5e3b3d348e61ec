"""What a mall owes its members, told a second time in plain Python: no rule and no statement of the
hub is used here, only the words of the contract."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import groupby
from math import floor

YEN_PER_POINT = 110


def carve(points: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of so many points, largest remainder first; of equal remainders the first."""
    exact = [Fraction(points * weight, sum(weights)) for weight in weights]
    parts = [floor(part) for part in exact]
    largest = sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])
    for n in largest[: points - sum(parts)]:
        parts[n] += 1
    return parts


@dataclass(frozen=True)
class Campaign:
    """So many times the base at one facility, the extra paid by several in the order of ties."""

    code: str
    facility: str
    first: date
    last: date
    times: int
    shares: tuple[tuple[str, int], ...]
    last_day: date


@dataclass
class Cycle:
    """A half month, open until it is closed."""

    first: date
    last: date
    closed: bool = False

    @property
    def number(self) -> int:
        return int(self.first.strftime("%Y%m%d"))


class Calendar:
    """The cycles: a day's is the one it is in or, when that is closed, the first open one."""

    def __init__(self, cycles: Iterable[Cycle]) -> None:
        self.cycles = list(cycles)

    def home(self, day: date) -> int:
        """Where an entry of this business date goes if it is booked now."""
        still_open = [cycle for cycle in self.cycles if not cycle.closed]
        own = [cycle for cycle in still_open if cycle.first <= day <= cycle.last]
        return (own or still_open)[0].number

    def over(self, today: date) -> Cycle | None:
        """The first cycle that can be closed: open, and its last day gone by."""
        return next((one for one in self.cycles if not one.closed and one.last < today), None)


@dataclass(frozen=True)
class Shop:
    """A shop, and the facility it is in."""

    code: str
    facility: str


@dataclass
class Lot:
    """Points of one rule in one sale, paid by one party."""

    sale: int
    part: int
    shop: str
    rule: str
    funder: str
    points: int
    left: int
    last_day: date
    limited: bool


@dataclass(frozen=True)
class Entry:
    """One thing that happened to a member's points."""

    kind: str
    points: int
    business_date: date
    cycle: int


@dataclass
class Purse:
    """One member: the lots that a card leads to, and all that ever happened to them."""

    premium: bool = False
    lots: list[Lot] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    accounts: Counter[str] = field(default_factory=Counter)

    def open_lots(self) -> list[Lot]:
        """The lots in the order in which they are spent: the soonest last day, then limited
        points, then the oldest sale, then the lower part."""
        ours = [lot for lot in self.lots if lot.left]
        return sorted(ours, key=lambda lot: (lot.last_day, not lot.limited, lot.sale, lot.part))

    def points(self) -> int:
        return sum(lot.left for lot in self.lots)

    def soonest(self, today: date) -> tuple[int, date] | None:
        """How many points lapse next, and their last day."""
        alive = [lot for lot in self.open_lots() if lot.last_day >= today]
        if not alive:
            return None
        day = alive[0].last_day
        return sum(lot.left for lot in alive if lot.last_day == day), day

    def usable(self, today: date) -> int:
        return sum(lot.left for lot in self.lots if lot.last_day >= today)

    def lapses_by(self, day: date) -> bool:
        """Whether points are left whose last day is this one or earlier."""
        return any(lot.left and lot.last_day <= day for lot in self.lots)

    def lapse(self, today: date, calendar: Calendar) -> None:
        """Points past their last day are gone, on that day, whenever it is noticed."""
        for day in sorted({lot.last_day for lot in self.lots if lot.left and lot.last_day < today}):
            gone = [lot for lot in self.lots if lot.last_day == day]
            points = sum(lot.left for lot in gone)
            for lot in gone:
                self._move(lot, "lapsed:" + lot.funder, lot.left)
            self.entries.append(Entry("lapse", -points, day, calendar.home(day)))

    def earn(self, sale: "Sold", campaigns: Iterable[Campaign], cycle: int) -> list[Lot]:
        """The lots that a sale gives: the base of the shop, what the rank adds, the campaigns."""
        base, number = sale.yen // YEN_PER_POINT, len(self.entries)
        year = sale.day.year if sale.day.month >= 4 else sale.day.year - 1
        usual = date(year + 2, 3, 31)
        rules = [("base", [(sale.shop.code, base)], usual, False)]
        if self.premium:
            rules.append(("rank:premium", [("operator", base)], usual, False))
        for one in campaigns:
            if one.facility == sale.shop.facility and one.first <= sale.day <= one.last:
                whole = carve(base * (one.times - 1), [weight for _, weight in one.shares])
                payers = [sale.shop.code if who == "tenant" else who for who, _ in one.shares]
                paid = list(zip(payers, whole, strict=True))
                rules.append((f"campaign:{one.code}", paid, one.last_day, True))
        parts = [(rule, who, n, day, lim) for rule, ps, day, lim in rules for who, n in ps if n]
        given = [
            Lot(number, part, sale.shop.code, rule, who, n, 0, day, limited)
            for part, (rule, who, n, day, limited) in enumerate(parts)
        ]
        for lot in given:
            self._move(lot, "funder:" + lot.funder, -lot.points)
        self.lots += given
        self.entries.append(Entry("accrual", sum(lot.points for lot in given), sale.day, cycle))
        return given

    def spend(self, points: int, shop: Shop, day: date, cycle: int) -> list[tuple[Lot, int]]:
        """The points that are drawn from each lot; a grant's lots give in proportion to what is
        left in them."""
        drawn: list[tuple[Lot, int]] = []
        wanted = points
        for _, grant in groupby(self.open_lots(), key=lambda lot: (lot.sale, lot.rule)):
            lots = list(grant)
            taken = min(wanted, sum(lot.left for lot in lots))
            drawn += zip(lots, carve(taken, [lot.left for lot in lots]), strict=True)
            wanted -= taken
        assert wanted == 0, "who asks for more is refused before"
        for lot, part in drawn:
            self._move(lot, "shop:" + shop.code, part)
        self.entries.append(Entry("redemption", -points, day, cycle))
        return [(lot, part) for lot, part in drawn if part]

    def _move(self, lot: Lot, account: str, points: int) -> None:
        """Points leave a lot for an account; a grant comes the other way."""
        lot.left -= points
        self.accounts[account] += points
        self.accounts["members"] -= points


@dataclass(frozen=True)
class Sold:
    """A sale: where, for how much, on which business date."""

    shop: Shop
    yen: int
    day: date

"""What a mall owes its members, told a second time in plain Python: no rule and no statement of the
hub is used here, only the words of the contract."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from itertools import groupby
from math import floor

TOKYO = timezone(timedelta(hours=9))
OPERATOR = "operator"
Taken = list[tuple["Lot", int]]


class Refused(Exception):
    """What a till is told instead: the problem's short name, and its status."""

    def __init__(self, slug: str, status: int = 409) -> None:
        super().__init__(slug)
        self.slug = slug
        self.status = status


def carve(points: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of so many points, largest remainder first; of equal remainders the first."""
    if not any(weights):
        assert points == 0
        return [0 for _ in weights]
    exact = [Fraction(points * weight, sum(weights)) for weight in weights]
    parts = [floor(part) for part in exact]
    largest = sorted(range(len(parts)), key=lambda n: parts[n] - exact[n])
    for n in largest[: points - sum(parts)]:
        parts[n] += 1
    return parts


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


@dataclass(eq=False)
class Lot:
    """Points of one rule in one sale, paid by one party; without a last day of its own, as long as
    the member's sliding points last."""

    sale: int
    part: int
    shop: str
    rule: str
    funder: str
    points: int
    last_day: date | None
    limited: bool
    fence: str | None
    usable_from: date
    left: int = 0
    held: int = 0

    @property
    def free(self) -> int:
        return self.left - self.held


def take(free: Taken, points: int) -> Taken:
    """So many points of lots in this order; a grant's lots give in proportion to what they have."""
    taken: Taken = []
    for _, grant in groupby(free, key=lambda one: (one[0].sale, one[0].rule)):
        parts = list(grant)
        some = min(points, sum(n for _, n in parts))
        taken += zip([lot for lot, _ in parts], carve(some, [n for _, n in parts]), strict=True)
        points -= some
    assert points == 0, "who asks for more is refused before"
    return [(lot, n) for lot, n in taken if n]


@dataclass(frozen=True)
class Stamp:
    """Who booked something, and as of which day."""

    shop: Shop
    day: date
    cycle: int


@dataclass(eq=False)
class Entry:
    """One thing that happened to a member's points, with all that it did."""

    kind: str
    stamp: Stamp
    of: "Entry | None" = None
    draws: list[tuple[Lot, int, str]] = field(default_factory=list)
    grants: list[Lot] = field(default_factory=list)
    debts: list["Debt"] = field(default_factory=list)
    uses: list[tuple[tuple[str, date], int]] = field(default_factory=list)
    hold: "Hold | None" = None
    coupon: str | None = None
    slides_to: date | None = None
    undone: bool = False

    @property
    def points(self) -> int:
        """What it did to the wallet."""
        return sum(lot.points for lot in self.grants) - sum(n for _, n, _ in self.draws)


@dataclass(eq=False)
class Hold:
    """Points set aside by a shop until an instant."""

    shop: Shop
    day: date
    points: int
    ends: datetime
    parts: Taken
    state: str = "open"
    captured: int = 0


@dataclass(eq=False)
class Debt:
    """What a return left short of one lot's grant: deducted from the refund, waived, or owed."""

    lot: Lot
    met: str
    points: int
    paid: int = 0
    forgiven: bool = False

    @property
    def due(self) -> int:
        return self.points - self.paid if self.met == "owed" and not self.forgiven else 0


@dataclass
class Purse:
    """One member: the lots that a card leads to, and all that ever happened to them."""

    premium: bool = False
    lots: list[Lot] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    used: Counter[tuple[str, date]] = field(default_factory=Counter)
    accounts: Counter[str] = field(default_factory=Counter)
    slides_on: date | None = None

    # What it has.

    def last(self, lot: Lot) -> date:
        """The last day on which a lot is good."""
        day = lot.last_day or self.slides_on
        assert day is not None, "what slides has a day"
        return day

    def place(self, limited_first: bool = False) -> Callable[[Lot], tuple[object, ...]]:
        """Where a lot stands when points are spent: the soonest last day, then limited points,
        then the oldest sale, then the lower part; or all limited points before."""
        return lambda lot: (
            limited_first and not lot.limited,
            self.last(lot),
            not lot.limited,
            lot.sale,
            lot.part,
        )

    def open_lots(self, limited_first: bool = False) -> list[Lot]:
        """The lots in which something is left, in the order in which they are spent."""
        return sorted((lot for lot in self.lots if lot.left), key=self.place(limited_first))

    def free(self, limited_first: bool = False) -> Taken:
        """What no hold keeps, in the order in which it is spent."""
        return [(lot, lot.free) for lot in self.open_lots(limited_first) if lot.free]

    def alive(self, today: date) -> Taken:
        """What is free and not over."""
        return [(lot, n) for lot, n in self.free() if self.last(lot) >= today]

    @property
    def points(self) -> int:
        return sum(lot.left for lot in self.lots)

    @property
    def held(self) -> int:
        return sum(lot.held for lot in self.lots)

    @property
    def owed(self) -> int:
        return sum(debt.due for debt in self.debts)

    def usable(self, today: date) -> Taken:
        """What could be spent at once, somewhere."""
        return [(lot, n) for lot, n in self.alive(today) if lot.usable_from <= today]

    def soonest(self, today: date) -> tuple[int, date] | None:
        """How many free points lapse next, and their last day."""
        alive = self.alive(today)
        if not alive:
            return None
        day = min(self.last(lot) for lot, _ in alive)
        return sum(n for lot, n in alive if self.last(lot) == day), day

    def due(self, up_to: date, now: datetime) -> bool:
        """Whether a job that looks for lapses up to a day finds it: something free lapses by that
        day and is over now, or a hold's time is."""
        today = now.astimezone(TOKYO).date()
        ended = any(hold.state == "open" and hold.ends <= now for hold in self.holds)
        days = [self.last(lot) for lot, _ in self.free()]
        return ended or any(day <= up_to and day < today for day in days)

    # What moves it.

    def entry(self, kind: str, stamp: Stamp, of: Entry | None = None) -> Entry:
        booked = Entry(kind, stamp, of)
        self.entries.append(booked)
        return booked

    def draw(self, entry: Entry, lot: Lot, points: int, account: str) -> None:
        """Points leave a lot (+) for an account, or come back from it (-)."""
        lot.left -= points
        assert 0 <= lot.held <= lot.left <= lot.points
        self.accounts[account] += points
        self.accounts["members"] -= points
        entry.draws.append((lot, points, account))

    def grant(self, entry: Entry, lots: list[Lot]) -> None:
        """Points come into being, at their funders' cost."""
        for lot in lots:
            lot.left = lot.points
            self.accounts["funder:" + lot.funder] -= lot.points
            self.accounts["members"] += lot.points
        self.lots += lots
        entry.grants += lots

    def use(self, entry: Entry | None, key: tuple[str, date], points: int) -> None:
        """More (+) or less of something limited was used; what nobody counts stays so."""
        if points > 0 or key in self.used:
            self.used[key] += points
            assert self.used[key] >= 0
            if entry is not None:
                entry.uses.append((key, points))

    def slide(self, entry: Entry, to: date | None) -> None:
        """What qualifies moves the last day of all sliding points, never back."""
        entry.slides_to = to
        if to is not None:
            self.slides_on = max(to, self.slides_on or to)

    def set_aside(self, taken: Taken, sign: int = 1) -> None:
        for lot, n in taken:
            lot.held += sign * n

    def lapse(self, today: date, calendar: Calendar) -> int:
        """Points past their last day are gone, on that day, whenever it is noticed."""
        over = [(lot, n) for lot, n in self.free() if self.last(lot) < today]
        for day in sorted({self.last(lot) for lot, _ in over}):
            entry = self.entry("lapse", Stamp(Shop(OPERATOR, ""), day, calendar.home(day)))
            for lot, n in over:
                if self.last(lot) == day:
                    self.draw(entry, lot, n, "lapsed:" + lot.funder)
        return sum(n for _, n in over)

    def tick(self, now: datetime, calendar: Calendar) -> None:
        """What the clock decides: holds past their time end, then points past their day lapse."""
        for hold in sorted(self.holds, key=lambda hold: hold.ends):
            if hold.state == "open" and hold.ends <= now:
                day = hold.ends.astimezone(TOKYO).date()
                self.entry("release", Stamp(hold.shop, day, calendar.home(day)))
                self.let_go(hold, "expired")
        self.lapse(now.astimezone(TOKYO).date(), calendar)

    def let_go(self, hold: Hold, state: str, captured: int = 0) -> None:
        """A hold ends: all of it is free, before any of it is drawn."""
        self.set_aside(hold.parts, -1)
        hold.state, hold.captured = state, captured
        self.use(None, ("redemption", hold.day), captured - hold.points)

    def repay(self, stamp: Stamp) -> None:
        """Points that are there pay what is owed, the oldest debt first."""
        if not self.owed or not self.free():
            return
        entry = self.entry("repayment", stamp)
        for debt in self.debts:
            points = min(debt.due, sum(n for _, n in self.free()))
            for lot, n in take(self.free(), points):
                self.draw(entry, lot, n, "funder:" + debt.lot.funder)
            debt.paid += points

"""What one member has, in memory, while the desk holds its lock: which points go first, what is
held, what lapses next. Pure arithmetic; `post.sql` writes what became of it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from msgspec import Struct

from federation.answers import Wallet
from federation.days import midnight_after
from federation.refusals import NotEnoughPoints, RingFenced
from federation.shares import largest_remainder

LotKey = tuple[int, int, int]  # member, entry, part
Taken = tuple["Lot", int]
Schemes = frozenset[int]
DAY = timedelta(days=1)
NEVER = date.max


class Lot(Struct):
    """Points of one grant from one funder with one last day; None is the wallet's sliding day."""

    member_id: int
    entry_id: int
    part: int
    points: int
    left: int
    held: int
    shop_id: int
    funder_id: int
    scheme_id: int
    facility_id: int | None
    limited: bool
    rule: str
    usable_from: date
    expires_on: date | None
    came_from: LotKey | None = None

    @property
    def key(self) -> LotKey:
        """Its name in the books."""
        return self.member_id, self.entry_id, self.part

    @property
    def free(self) -> int:
        """What no hold keeps."""
        return self.left - self.held


class Hold(Struct):
    """Points of certain lots, set aside by one shop until an instant."""

    member_id: int
    entry_id: int
    tenant_id: int
    shop_id: int
    business_date: date
    points: int
    expires_at: datetime
    state: str
    parts: list[tuple[int, int, int]]  # entry and part of the lot, points


class Owed(Struct):
    """What a return left owed in one part of a grant, until later points pay it."""

    entry_id: int
    part: int
    funder_id: int
    rule: str
    points: int
    paid: int


class Purse(Struct):
    """A wallet and, where they were read, its open lots, its open holds and its debts."""

    member_id: int
    rank: str
    points: int
    held: int
    owed: int
    state: str
    next_expires_on: date | None
    next_expiring_points: int
    next_change_at: datetime | None
    slides_on: date | None
    rank_since: date | None = None
    rank_before: str | None = None
    lots: dict[LotKey, Lot] = {}
    read: bool = False
    holds: dict[int, Hold] = {}
    debts: list[Owed] = []
    used: dict[tuple[str, date], int] = {}
    touched: bool = False
    turned: bool = False  # whether its state is another now

    def rank_on(self, day: date) -> str:
        """The rank on a business date: the one before, where it changed since."""
        if self.rank_since is None or self.rank_before is None or day >= self.rank_since:
            return self.rank
        return self.rank_before

    def become(self, state: str) -> None:
        """Another state, by a merge, its undoing or a withdrawal."""
        self.state, self.turned = state, True

    def wallet(self) -> Wallet:
        """What a till is told of it."""
        return Wallet(
            self.points, self.held, self.owed, self.next_expires_on, self.next_expiring_points
        )

    def last_day(self, lot: Lot) -> date:
        """The last day on which a lot is good; sliding lots share the wallet's."""
        return lot.expires_on or self.slides_on or NEVER

    def free_lots(self, limited_first: bool = False) -> list[Lot]:
        """Lots with free points, in spending order: soonest expiry, then limited points, then the
        oldest entry, then the lower part; or limited points before all others (domain 6.3)."""
        assert self.read, "the lots were read"
        free = [lot for lot in self.lots.values() if lot.free > 0]
        return sorted(free, key=lambda lot: self.place(lot, limited_first))

    def place(self, lot: Lot, limited_first: bool = False) -> tuple[bool, date, bool, int, int]:
        """Where a lot stands in the order of spending."""
        late = limited_first and not lot.limited
        return late, self.last_day(lot), not lot.limited, lot.entry_id, lot.part

    def spend(
        self,
        points: int,
        today: date,
        facility_id: int | None,
        limited_first: bool,
        proportional: Schemes = frozenset(),
    ) -> list[Taken]:
        """The points of each lot that a spending of so many takes at a facility on a day;
        `NotEnoughPoints`, or `RingFenced` where points of other facilities would reach."""
        usable = [
            lot
            for lot in self.free_lots(limited_first)
            if lot.usable_from <= today <= self.last_day(lot)
        ]
        here = [lot for lot in usable if lot.facility_id in (None, facility_id)]
        if points > sum(lot.free for lot in here):
            raise RingFenced if points <= sum(lot.free for lot in usable) else NotEnoughPoints
        free = [(lot, lot.free) for lot in here]
        return self.attribute(take(free, points), free, proportional)

    def attribute(
        self, taken: Sequence[Taken], free: Sequence[Taken], proportional: Schemes
    ) -> list[Taken]:
        """按分: what was taken of points that are alike to the member (last day, kind, facility)
        under one of these schemes is shared among their funders by what each has in them, largest
        remainder, a tie to whose lot goes first; of each funder the oldest go first. How much is
        taken of which day, and of all else, stays as it was."""
        if not proportional:
            return list(taken)
        took = {lot.key: points for lot, points in taken}
        alike: dict[tuple[object, ...], list[Taken]] = {}
        for lot, points in free:
            if lot.scheme_id in proportional:
                kind = self.last_day(lot), lot.limited, lot.facility_id, lot.scheme_id
                alike.setdefault(kind, []).append((lot, points))
        for pool in alike.values():
            took |= by_funder(pool, sum(took.pop(lot.key, 0) for lot, _ in pool))
        return [(lot, took[lot.key]) for lot, _ in free if took.get(lot.key)]

    def move(self, lot: Lot, points: int) -> None:
        """Points leave a lot (+) or come back to it (-), and so does the wallet."""
        lot.left -= points
        assert 0 <= lot.held <= lot.left <= lot.points, "a lot holds what it was granted"
        self.points -= points
        self.touched = True

    def hold(self, lot: Lot, points: int) -> None:
        """Points of a lot are set aside (+) or are free again (-)."""
        lot.held += points
        assert 0 <= lot.held <= lot.left, "what is held is there"
        self.held += points
        self.touched = True

    def gain(self, lots: Iterable[Lot]) -> None:
        """Lots that have just come into being."""
        for lot in lots:
            self.lots[lot.key] = lot
            self.points += lot.left
            if not self.read:
                self._comes_sooner(self.last_day(lot), lot.left)
        self.touched = True

    def slide(self, to: date | None) -> None:
        """A qualifying event moves the last day of all sliding points, never back."""
        if to is not None and (self.slides_on is None or to > self.slides_on):
            assert self.read or self.slides_on is None
            self.slides_on = to
            self.touched = True

    def _comes_sooner(self, day: date, points: int) -> None:
        if self.next_expires_on is None or day < self.next_expires_on:
            self.next_expires_on, self.next_expiring_points = day, points
        elif day == self.next_expires_on:
            self.next_expiring_points += points
        self._wake(midnight_after(day))

    def _wake(self, at: datetime) -> None:
        """The clock changes something at this instant, if not before."""
        if self.next_change_at is None or at < self.next_change_at:
            self.next_change_at = at

    def count(self) -> None:
        """What lapses next and when the clock changes anything, from the lots if they were read."""
        assert 0 <= self.held <= self.points
        assert self.owed >= 0
        if not self.read:
            return
        free = [(self.last_day(lot), lot.free) for lot in self.lots.values() if lot.free > 0]
        assert sum(points for _, points in free) == self.points - self.held
        self.next_expires_on = min((day for day, _ in free), default=None)
        self.next_expiring_points = sum(n for day, n in free if day == self.next_expires_on)
        self.next_change_at = None
        if self.next_expires_on is not None and self.next_expires_on != NEVER:
            self._wake(midnight_after(self.next_expires_on))
        for held in self.holds.values():
            if held.state == "open":
                self._wake(held.expires_at)


def take(free: Sequence[Taken], points: int) -> list[Taken]:
    """So many of the free points of lots in order: whole grants first, the parts of one grant (one
    rule in one entry) pro rata to what is free in them, largest remainder, a tie to the lower part.
    """
    taken: list[Taken] = []
    for _, grant in groupby(free, key=lambda one: (one[0].entry_id, one[0].rule)):
        parts = list(grant)
        weights = [weight for _, weight in parts]
        some = min(points, sum(weights))
        shared = largest_remainder(some, weights)
        taken += [(lot, n) for (lot, _), n in zip(parts, shared, strict=True) if n]
        points -= some
        if points == 0:
            break
    return taken


def by_funder(pool: Sequence[Taken], points: int) -> dict[LotKey, int]:
    """So many points of a pool by lot: each funder's part of them in proportion to what it has."""
    has: dict[int, int] = {}
    for lot, free in pool:
        has[lot.funder_id] = has.get(lot.funder_id, 0) + free
    part = dict(zip(has, largest_remainder(points, list(has.values())), strict=True))
    found: dict[LotKey, int] = {}
    for lot, free in pool:
        found[lot.key] = min(free, part[lot.funder_id])
        part[lot.funder_id] -= found[lot.key]
    return found

"""やり直し: what was asked of the books, asked again in its order, of purses that are thought.

Members that were merged belong together. The verbs are the books' own: as things were, each lot and
each draw comes out as it was; what is thought otherwise follows from there.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby

from federation.days import day_of
from federation.give_back import Returned, elsewhere, fall_short, own, repay
from federation.lapse import by_the_clock
from federation.move import reborn
from federation.page import Entry, Page
from federation.past import Past
from federation.purse import DAY, Lot, LotKey, Purse, Taken, take
from federation.refusals import NotEnoughPoints, RingFenced
from federation.reverse import DRAWN, GRANTED
from settlement.whatif.asking import (
    Booked,
    Kept,
    Rules,
    asked_back,
    empty,
    key_of,
    page_of,
    past_draw,
    past_entry,
    past_short,
    stamp_of,
    stead_of,
)
from settlement.whatif.coupons import less_off
from settlement.whatif.happened import Happened

MADE_UP = 1 << 40  # entries that were never booked stand behind all that were


class Group:
    """Some members that belong together, and what they have in thought."""

    def __init__(self, members: Sequence[int], rules: Rules) -> None:
        self._rules = rules
        self._purses = {one: empty(one) for one in members}
        self._holds: dict[int, list[Taken]] = {}
        self._kept: dict[int, Kept] = {}
        self._made_up = 0
        self._heirs: dict[int, dict[int, Happened]] = {}
        self._moved: dict[int, list[int]] = {}
        self.unreached_points = 0

    def replay(self, entries: Sequence[Happened]) -> Iterator[Booked]:
        """Every entry again, in the order in which it was booked."""
        for one in entries:
            if one.kind == "merge" and one.of_entry_id is not None:
                for lot in one.lots:
                    assert lot.came_from is not None
                    self._heirs.setdefault(one.of_entry_id, {})[lot.came_from[1]] = one
        for one in entries:
            if self._rules.made_up and one.kind != "lapse":
                yield from self._lapses(day_of(one.booked_at), one.booked_at)
            if self._rules.made_up and one.kind == "lapse":
                continue
            yield from self._again(one)
        if self._rules.made_up and entries:
            yield from self._lapses(self._rules.until, entries[-1].booked_at)

    def _again(self, one: Happened) -> Iterator[Booked]:
        purse, page = self._purses[one.member_id], page_of(one)
        if one.kind == "repayment":
            repay(page, purse, stamp_of(one))
            if page.rows:
                yield self._keep(one, page)
            return
        if one.kind == "merge" and one.of_entry_id is not None:
            return  # booked with the side that it came from
        entry = page.entry(one.member_id, one.kind, stamp_of(one))
        VERBS[one.kind](self, one, purse, page, entry)
        if one.kind in ("accrual", "redemption"):
            purse.slide(one.slides_to)
        yield self._keep(one, page)
        if one.kind == "merge":
            yield from self._bequeath(one)

    def _keep(self, one: Happened | None, page: Page) -> Booked:
        (row,) = page.rows["entries"]
        draws, shorts = page.rows.get("draws", []), page.rows.get("shortages", [])
        booked = Booked(row["entry_id"], one, row, page.lots(), draws, shorts)
        self._kept[booked.entry_id] = Kept(booked)
        return booked

    def _lapses(self, today: date, at: datetime) -> Iterator[Booked]:
        """What was over before a day, one entry a day, under numbers that nobody booked."""
        for purse in self._purses.values():
            over = [lot for lot in purse.free_lots() if purse.last_day(lot) < today]
            for day in sorted({purse.last_day(lot) for lot in over}):
                self._made_up += 1
                page = Page(at, at, today, lambda _: 0)
                page.ids = [MADE_UP * (purse.member_id + 1) + self._made_up]
                entry = page.entry(purse.member_id, "lapse", by_the_clock(page, day))
                for lot in over:
                    if purse.last_day(lot) == day:
                        page.draw(purse, entry, lot, lot.free, "lapse")
                yield self._keep(None, page)

    def grant(self, one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """Points come into being; what a coupon takes off is spent at once."""
        page.grant(purse, entry, lots := self._rules.lots(one))
        if one.kind == "coupon":
            page.draw_all(purse, entry, [(lot, lot.points) for lot in lots], "redemption")

    def adjust(self, one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """Points are given, or taken in the order of spending."""
        if one.lots:
            self.grant(one, purse, page, entry)
            return
        free = [(lot, lot.free) for lot in purse.free_lots()]
        page.draw_all(purse, entry, take(free, self._reach(-one.points, free)), "adjustment")

    def redeem(self, one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """Points are spent, those of a hold or any."""
        kept = self._holds.pop(one.of_entry_id or 0, None)
        if kept is None:
            page.draw_all(purse, entry, self._spend(one, purse, -one.points), "redemption")
            return
        for lot, points in kept:
            purse.hold(lot, -points)
        limited_first = self._rules.limited_first(one.business_date)
        parts = sorted(kept, key=lambda part: purse.place(part[0], limited_first))
        taken = take(parts, self._reach(-one.points, parts))
        shared = purse.attribute(taken, parts, self._rules.proportional)
        page.draw_all(purse, entry, shared, "redemption")

    def hold(self, one: Happened, purse: Purse, _page: Page, _entry: Entry) -> None:
        """Points are set aside."""
        taken = self._spend(one, purse, one.held_points or 0)
        for lot, points in taken:
            purse.hold(lot, points)
        self._holds[one.entry_id] = taken

    def release(self, one: Happened, purse: Purse, *_: object) -> None:
        """A hold ends."""
        for lot, points in self._holds.pop(one.of_entry_id or 0, ()):
            purse.hold(lot, -points)

    def lapse(self, one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """A day is over."""
        for lot in purse.free_lots():
            if purse.last_day(lot) == one.business_date:
                page.draw(purse, entry, lot, lot.free, "lapse")

    def leave(self, _one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """What is left is forfeited."""
        page.draw_all(purse, entry, [(lot, lot.free) for lot in purse.free_lots()], "lapse")

    def change_over(self, one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """What one entry had granted goes on under another scheme."""
        from_entries = {draw.lot_entry_id for draw in one.draws}
        moving = [
            lot
            for lot in sorted(purse.lots.values(), key=lambda lot: lot.key)
            if lot.entry_id in from_entries and lot.free > 0 and purse.last_day(lot) >= page.today
        ]
        fresh = [reborn(lot, entry, one.lots[0].scheme_id) for lot in moving]
        for lot in moving:
            page.draw(purse, entry, lot, lot.free, "changeover")
        page.grant(purse, entry, fresh)

    def merge(self, _one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """All that is free goes to whoever this member became one with: `_bequeath` books that."""
        self._moved[entry.entry_id] = []
        for lot in sorted(purse.free_lots(), key=lambda lot: lot.key):
            page.draw(purse, entry, lot, lot.free, "merge")

    def _bequeath(self, one: Happened) -> Iterator[Booked]:
        """The other side of a merge: the same lots, one entry for each that had granted them."""
        left = self._kept[one.entry_id].booked
        heirs = self._heirs.get(one.entry_id, {})
        purse = self._purses[one.member_id]
        drawn = [
            (purse.lots[row["member_id"], row["lot_entry_id"], row["lot_part"]], row["points"])
            for row in left.draws
        ]
        for entry_id, parts in groupby(drawn, key=lambda part: part[0].entry_id):
            heir = heirs.get(entry_id)
            if heir is None:
                if not heirs:  # nobody wrote down whose it became
                    continue
                heir = next(iter(heirs.values()))
                self._made_up += 1
                heir_id = MADE_UP * (heir.member_id + 1) + self._made_up
            else:
                heir_id = heir.entry_id
            page, target = page_of(heir, heir_id), self._purses[heir.member_id]
            entry = page.entry(heir.member_id, "merge", stamp_of(heir))
            target.slide(heir.slides_to)
            lots = []
            for lot, points in parts:
                fresh = reborn(lot, entry, lot.scheme_id)
                fresh.points = fresh.left = points
                lots.append(fresh)
            page.grant(target, entry, lots)
            self._moved[one.entry_id].append(heir_id)
            yield self._keep(heir, page)

    def give_back(self, one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """Goods come back: what paid for them, or what they had earned."""
        about = self._kept.get(one.of_entry_id or 0)
        if about is None:
            return
        if about.booked.row["kind"] == "coupon":
            less_off(one, about.booked, self._returns_of(about.booked.entry_id), purse, page, entry)
        elif about.booked.row["kind"] == "redemption":
            for lot, points in self._restorable(about.booked, one.points):
                page.draw(purse, entry, lot, -points, "return")
        else:
            self._take_back(one, about.booked, purse, page, entry)

    def _restorable(self, spent: Booked, wanted: int) -> list[Taken]:
        """The points that paid for a receipt and come back, the last drawn first, the parts of a
        grant pro rata; what came back before undid the last draws."""
        paid = self._paid(spent)
        back = Counter[LotKey]()
        for one in paid:
            for row in (row for went in self._returns_of(one.entry_id) for row in went.draws):
                back[key_of(row)] -= min(0, row["points"])
        out: list[tuple[int, Lot, int]] = []
        for row in (row for one in reversed(paid) for row in reversed(one.draws)):
            came = min(back[key_of(row)], row["points"])
            back[key_of(row)] -= came
            if row["points"] > came:
                lot = self._purses[row["member_id"]].lots[key_of(row)]
                out.insert(0, (row["entry_id"], lot, row["points"] - came))
        drawn = groupby(out, key=lambda one: (one[0], one[1].entry_id, one[1].rule))
        found: list[Taken] = []
        for grant in reversed([[(lot, n) for _, lot, n in parts] for _, parts in drawn]):
            some = min(wanted, sum(points for _, points in grant))
            found += take(grant, some)
            wanted -= some
        self.unreached_points += wanted
        return found

    def _paid(self, spent: Booked) -> list[Booked]:
        """Every redemption that stands of the same receipt, in the order of booking."""
        assert spent.happened is not None
        receipt = spent.happened.receipt
        if receipt is None:
            return [spent]
        return [
            kept.booked
            for kept in self._kept.values()
            if not kept.undone
            and kept.booked.row["kind"] == "redemption"
            and kept.booked.happened is not None
            and kept.booked.happened.receipt == receipt
        ]

    def _take_back(
        self, one: Happened, accrual: Booked, purse: Purse, page: Page, entry: Entry
    ) -> None:
        """By rule: from its own lots, then in its stead from others, then it is short."""
        past = self._past(accrual)
        asked = asked_back(one, accrual, past)
        claws = [
            claw
            for rule, points in asked.take_back
            for claw in own(page, purse, past, rule, points, entry)
        ]
        elsewhere(page, purse, claws, entry)
        fall_short(page, purse, claws, asked, entry, Returned())

    def _returns_of(self, entry_id: int) -> list[Booked]:
        return [
            kept.booked
            for kept in self._kept.values()
            if not kept.undone
            and kept.booked.row["kind"] == "return"
            and kept.booked.happened is not None
            and kept.booked.happened.of_entry_id == entry_id
        ]

    def _past(self, accrual: Booked) -> Past:
        """A sale with its returns, as the verb wants it."""
        returns = self._returns_of(accrual.entry_id)
        lots = [lot for purse in self._purses.values() for lot in purse.lots.values()]
        return Past(
            shop_id=0,
            slip="",
            arrived=True,
            entries=tuple(past_entry(one) for one in (accrual, *returns)),
            draws=tuple(past_draw(row) for one in returns for row in one.draws),
            lots=tuple(lots),
            shortages=tuple(past_short(row) for one in returns for row in one.shorts),
        )

    def reverse(self, one: Happened, purse: Purse, page: Page, entry: Entry) -> None:
        """What an entry did is undone, exactly."""
        if one.of_entry_id in self._holds:
            self.release(one, purse, page, entry)
            return
        kept = self._kept.get(one.of_entry_id or 0)
        if kept is None:
            return
        for heir_id in self._moved.get(kept.booked.entry_id, ()):
            if heir_id >= MADE_UP:
                self._undo(self._kept[heir_id], page_of(one), one)
        self._undo_into(kept, purse, page, entry)

    def _undo(self, kept: Kept, page: Page, one: Happened) -> None:
        member_id = kept.booked.row["member_id"]
        entry = page.entry(member_id, "reversal", stamp_of(one))
        self._undo_into(kept, self._purses[member_id], page, entry)

    def _undo_into(self, kept: Kept, purse: Purse, page: Page, entry: Entry) -> None:
        original = kept.booked
        kind = original.row["kind"]
        for row in sorted(original.draws, key=lambda one: one["points"] < 0):
            stead = stead_of(row)
            lot, drawn = purse.lots[key_of(row)], DRAWN.get(kind, "reversal")
            page.draw(purse, entry, lot, -row["points"], drawn, stead)
        for row in original.granted:
            lot = purse.lots[row["member_id"], row["entry_id"], row["part"]]
            points = self._reach(lot.points, [(lot, lot.free)])
            if points:
                page.draw(purse, entry, lot, points, GRANTED.get(kind, "reversal"))
        for row in original.shorts:
            page.add("shortages", {**row, "entry_id": entry.entry_id, "points": -row["points"]})
            if row["met"] == "owed":
                purse.owed -= row["points"]
        purse.debts = [debt for debt in purse.debts if debt.entry_id != original.entry_id]
        kept.undone = True
        if original.happened is not None and original.happened.slides_to is not None:
            purse.slides_on = self._slides_on(purse.member_id)

    def _slides_on(self, member_id: int) -> date | None:
        """The last day of sliding points that what stands gives."""
        return max(
            (
                kept.booked.happened.slides_to
                for kept in self._kept.values()
                if not kept.undone
                and kept.booked.row["member_id"] == member_id
                and kept.booked.happened is not None
                and kept.booked.happened.slides_to is not None
            ),
            default=None,
        )

    def _today(self, one: Happened, purse: Purse) -> date:
        """The day on which it was spent. Right after a close an entry may be booked a moment later
        than it was decided: of what was over by then it took nothing."""
        today, took = day_of(one.booked_at), [key for key in one.took if key in purse.lots]
        over = any(purse.last_day(purse.lots[key]) < today for key in took)
        return today - DAY if over else today

    def _reach(self, points: int, free: Sequence[Taken]) -> int:
        """So many points, or as many as there are in thought."""
        there = min(points, sum(some for _, some in free))
        self.unreached_points += points - there
        return there

    def _spend(self, one: Happened, purse: Purse, points: int) -> list[Taken]:
        """The lots that a spending takes, or as much of it as can be reached."""
        today, here = self._today(one, purse), self._rules.places[one.shop_id].facility_id
        limited_first = self._rules.limited_first(one.business_date)
        try:
            return purse.spend(points, today, here, limited_first, self._rules.proportional)
        except (NotEnoughPoints, RingFenced):
            usable = [
                (lot, lot.free)
                for lot in purse.free_lots(limited_first)
                if lot.usable_from <= today <= purse.last_day(lot)
                and lot.facility_id in (None, here)
            ]
            taken = take(usable, self._reach(points, usable))
            return purse.attribute(taken, usable, self._rules.proportional)


Verb = Callable[[Group, Happened, Purse, Page, Entry], None]
VERBS: dict[str, Verb] = {
    "accrual": Group.grant,
    "bonus": Group.grant,
    "import": Group.grant,
    "adjustment": Group.adjust,
    "redemption": Group.redeem,
    "coupon": Group.grant,
    "hold": Group.hold,
    "release": Group.release,
    "lapse": Group.lapse,
    "withdrawal": Group.leave,
    "changeover": Group.change_over,
    "merge": Group.merge,
    "return": Group.give_back,
    "reversal": Group.reverse,
}

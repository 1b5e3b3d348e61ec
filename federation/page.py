"""記帳: all that one batch writes, gathered row by row while its wallets are locked. Pure;
`post.py` carries it to the database.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from federation.purse import Hold, Lot, LotKey, Owed, Purse, Taken

Row = dict[str, Any]
REDEMPTION = "redemption"  # what is spent is counted under this name, where a day has a limit
SPENDINGS = "spendings"  # and how often, where that is asked: one each, whatever the points
EARNINGS = "earnings"  # likewise how often points were earned
ADJUSTMENT = "adjustment"  # likewise what the operator gives and takes


class Stamp(Struct, frozen=True):
    """Who books an entry, by which slip, and when it happened."""

    tenant_id: int
    shop_id: int
    till: str
    business_date: date
    cycle_id: int
    at: datetime
    staff: str | None = None
    slip: str | None = None
    offline: bool = False


class Entry(Struct, frozen=True):
    """An entry that is being written: its number, and the stamp that its draws bear too."""

    member_id: int
    entry_id: int
    kind: str
    stamp: Stamp
    row: Row


class Page:
    """The rows of one batch, and what they are dated by."""

    def __init__(
        self, now: datetime, booked_at: datetime, today: date, cycle_of: Callable[[date], int]
    ) -> None:
        self.now = now
        self.booked_at = booked_at
        self.today = today
        self.cycle_of = cycle_of
        self.ids: list[int] = []
        self.rows: dict[str, list[Row]] = {}
        self._granted: list[Lot] = []
        self._changed: dict[LotKey, Lot] = {}
        self._drawn: Counter[int] = Counter()
        self._used: Counter[tuple[int, str, date]] = Counter()
        self.stocks: dict[str, int] = {}  # what is left of limited counters, as the batch goes on
        self._taken: Counter[str] = Counter()

    def entry(self, member_id: int, kind: str, stamp: Stamp, **more: Any) -> Entry:
        """A new entry; its points are what its lots grant less what its draws take."""
        entry_id = self.ids.pop(0)
        row = {
            "member_id": member_id,
            "entry_id": entry_id,
            "kind": kind,
            "tenant_id": stamp.tenant_id,
            "shop_id": stamp.shop_id,
            "till": stamp.till,
            "staff": stamp.staff,
            "slip": stamp.slip,
            "points": 0,
            "at": stamp.at,
            "business_date": stamp.business_date,
            "cycle_id": stamp.cycle_id,
            "offline": stamp.offline,
            **more,
        }
        self.add("entries", row)
        return Entry(member_id, entry_id, kind, stamp, row)

    def grant(self, purse: Purse, entry: Entry, lots: list[Lot]) -> None:
        """Points come into being in an entry."""
        for lot in lots:
            entry.row["points"] += lot.points
        purse.gain(lots)
        self._granted += lots

    def draw(
        self, purse: Purse, entry: Entry, lot: Lot, points: int, kind: str, owed: Owed | None = None
    ) -> None:
        """Points leave a lot (+) or come back to it (-), numbered in this order; `owed` says in
        whose stead."""
        assert lot.member_id == purse.member_id == entry.member_id
        purse.move(lot, points)
        entry.row["points"] -= points
        self.add(
            "draws",
            {
                "member_id": lot.member_id,
                "entry_id": entry.entry_id,
                "lot_entry_id": lot.entry_id,
                "lot_part": lot.part,
                "n": self._drawn[entry.entry_id],
                "kind": kind,
                "points": points,
                "tenant_id": entry.stamp.tenant_id,
                "shop_id": entry.stamp.shop_id,
                "funder_id": lot.funder_id,
                "scheme_id": lot.scheme_id,
                "rule": lot.rule,
                "business_date": entry.stamp.business_date,
                "cycle_id": entry.stamp.cycle_id,
                "for_funder_id": owed.funder_id if owed else None,
                "for_rule": owed.rule if owed else None,
            },
        )
        self._drawn[entry.entry_id] += 1
        self._changed[lot.key] = lot

    def draw_all(self, purse: Purse, entry: Entry, taken: list[Taken], kind: str) -> None:
        """Several draws of one kind."""
        for lot, points in taken:
            self.draw(purse, entry, lot, points, kind)

    def set_aside(self, purse: Purse, hold: Hold, taken: list[Taken]) -> None:
        """A hold keeps points of these lots."""
        for lot, points in taken:
            purse.hold(lot, points)
            self._changed[lot.key] = lot
        hold.parts = [(lot.entry_id, lot.part, points) for lot, points in taken]
        purse.holds[hold.entry_id] = hold
        self.add(
            "holds",
            {
                "member_id": hold.member_id,
                "entry_id": hold.entry_id,
                "tenant_id": hold.tenant_id,
                "shop_id": hold.shop_id,
                "business_date": hold.business_date,
                "points": hold.points,
                "expires_at": hold.expires_at,
            },
        )
        for entry_id, part, points in hold.parts:
            self.add(
                "hold_parts",
                {
                    "member_id": hold.member_id,
                    "entry_id": hold.entry_id,
                    "lot_entry_id": entry_id,
                    "lot_part": part,
                    "points": points,
                },
            )

    def let_go(
        self, purse: Purse, hold: Hold, state: str, ended_by: int, captured: int = 0
    ) -> None:
        """A hold has ended: all its points are free again, before any of them are drawn."""
        for entry_id, part, points in hold.parts:
            lot = purse.lots[hold.member_id, entry_id, part]
            purse.hold(lot, -points)
            self._changed[lot.key] = lot
        hold.state = state
        free = captured - hold.points
        self.use(hold.member_id, REDEMPTION, hold.business_date, free)
        if (day := (REDEMPTION, hold.business_date)) in purse.used:  # for who spends in this batch
            purse.used[day] = max(0, purse.used[day] + free)
        self.add(
            "ended",
            {
                "member_id": hold.member_id,
                "entry_id": hold.entry_id,
                "state": state,
                "captured_points": captured,
                "ended_entry_id": ended_by,
            },
        )

    def use(self, member_id: int, rule: str, on: date, points: int) -> None:
        """A member has used more (+) of a limited rule on a business date, or less after all (-);
        a rule that was never counted has nothing to take less of."""
        self._used[member_id, rule, on] += points

    def take_stock(self, stock: str, count: int) -> None:
        """So many of a limited counter are taken (+), or free again (-); what was never laid out
        has nothing to be given back to."""
        if stock not in self.stocks:
            assert count <= 0, "nobody takes of what is not there"
            return
        self.stocks[stock] -= count
        assert self.stocks[stock] >= 0, "nobody takes more than there is"
        self._taken[stock] += count

    def paid(self, purse: Purse, debt: Owed) -> None:
        """A debt has been paid so far."""
        self.add(
            "paid",
            {
                "member_id": purse.member_id,
                "entry_id": debt.entry_id,
                "part": debt.part,
                "points_paid": debt.paid,
            },
        )

    def add(self, table: str, row: Row) -> None:
        """A row of a table that no law of the purse concerns."""
        self.rows.setdefault(table, []).append(row)

    def all_rows(self) -> dict[str, list[Row]]:
        """Every row by table; tables of which there is none are left out."""
        used = [
            {"member_id": member_id, "rule": rule, "used_on": on, "points": points}
            for (member_id, rule, on), points in self._used.items()
            if points
        ]
        stocks = [{"stock": stock, "taken": n} for stock, n in sorted(self._taken.items()) if n]
        rows = {**self.rows, "lots": self.lots(), "changed": self.changed(), "used": used}
        rows["stocks"] = stocks
        return {table: some for table, some in rows.items() if some}

    def lots(self) -> list[Row]:
        """The lots that came into being, as they are left."""
        return [
            {
                "member_id": lot.member_id,
                "entry_id": lot.entry_id,
                "part": lot.part,
                "points": lot.points,
                "points_left": lot.left,
                "points_held": lot.held,
                "shop_id": lot.shop_id,
                "funder_id": lot.funder_id,
                "scheme_id": lot.scheme_id,
                "facility_id": lot.facility_id,
                "limited": lot.limited,
                "rule": lot.rule,
                "usable_from": lot.usable_from,
                "expires_on": lot.expires_on,
                "from_member_id": lot.came_from[0] if lot.came_from else None,
                "from_entry_id": lot.came_from[1] if lot.came_from else None,
                "from_part": lot.came_from[2] if lot.came_from else None,
            }
            for lot in self._granted
        ]

    def changed(self) -> list[Row]:
        """What is left in the lots that were there before."""
        new = {lot.key for lot in self._granted}
        return [
            {
                "member_id": lot.member_id,
                "entry_id": lot.entry_id,
                "part": lot.part,
                "points_left": lot.left,
                "points_held": lot.held,
            }
            for key, lot in self._changed.items()
            if key not in new
        ]


def wallet_row(purse: Purse) -> Row:
    """A wallet as it is left."""
    purse.count()
    return {
        "member_id": purse.member_id,
        "points": purse.points,
        "points_held": purse.held,
        "points_owed": purse.owed,
        "next_expires_on": purse.next_expires_on,
        "next_expiring_points": purse.next_expiring_points,
        "next_change_at": purse.next_change_at,
        "slides_on": purse.slides_on,
        "state": purse.state if purse.turned else None,
    }

"""What comes back, told a second time: goods that are returned, and slips that are undone."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from tests.laws.lots import Calendar, Debt, Entry, Lot, Purse, Refused, Stamp, Taken, carve, take
from tests.laws.terms import Sold, Terms


@dataclass(eq=False)
class Return:
    """Goods that came back: for how much, which draws came back, what of which grant went."""

    yen: int
    restored: list[tuple[Entry, int, int]]
    accounted: Taken
    entries: list[Entry] = field(default_factory=list)


@dataclass(eq=False)
class Bought:
    """All that one receipt has booked: what it earned on how many yen, what paid for it beside how
    many yen, what came back."""

    sold: list[tuple[Entry, int]] = field(default_factory=list)
    paid: list[tuple[Entry, int]] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)

    def sale(self) -> tuple[Entry | None, int]:
        """The accrual that stands."""
        return next(((entry, yen) for entry, yen in self.sold if not entry.undone), (None, 0))

    def payments(self) -> list[tuple[Entry, int]]:
        return [(entry, yen) for entry, yen in self.paid if not entry.undone]

    def standing(self) -> list[Return]:
        return [one for one in self.returns if not one.entries[-1].undone]

    def stands(self) -> bool:
        return bool(self.sale()[0] or self.payments())

    def total(self) -> int:
        """What all of it cost, in yen."""
        sale, yen = self.sale()
        cash = yen if sale else sum(yen for _, yen in self.payments())
        return cash - sum(entry.points for entry, _ in self.payments())

    def gone(self) -> Counter[Lot]:
        """What returns have accounted for, by lot of the grant."""
        gone = Counter[Lot]()
        for one in self.standing():
            for lot, n in one.accounted:
                gone[lot] += n
        return gone

    def out(self) -> list[tuple[Entry, int, Lot, int]]:
        """What paid and has not come back, draw by draw, in the order of drawing."""
        came = Counter[tuple[Entry, int]]()
        for one in self.standing():
            for entry, number, n in one.restored:
                came[entry, number] += n
        return [
            (entry, number, lot, n - came[entry, number])
            for entry, _ in self.payments()
            for number, (lot, n, _) in enumerate(entry.draws)
            if n > came[entry, number]
        ]


@dataclass
class Plan:
    """A return worked out before anything moves."""

    restored: list[tuple[Entry, int, Lot, int]]
    due: Counter[str]
    own: Taken = field(default_factory=list)
    lacking: Taken = field(default_factory=list)
    instead: list[tuple[Lot, Lot, int]] = field(default_factory=list)
    short: Taken = field(default_factory=list)


def give_back(
    purse: Purse,
    bought: Bought,
    yen: int,
    stamp: Stamp,
    today: date,
    terms: Terms,
    calendar: Calendar,
) -> dict[str, Any]:
    """Book a return."""
    left = bought.total() - sum(one.yen for one in bought.standing())
    if left == 0:
        raise Refused("already-returned")
    if yen > left:
        raise Refused("return-exceeds-original")
    policy = terms.on(stamp.day).shortage
    plan = planned(purse, bought, yen, left - yen, today, terms)
    if plan.short and policy == "REJECT":
        raise Refused("not-enough-points")
    sale, _ = bought.sale()
    done = Return(yen, [], plan.own + [(lot, n) for lot, _, n in plan.instead] + plan.short)
    bought.returns.append(done)
    if plan.restored or sale is None:
        restore(purse, plan, stamp, done)
    lapsed = sum(n for _, _, lot, n in plan.restored if purse.last(lot) < today)
    purse.lapse(today, calendar)
    restored = sum(n for *_, n in plan.restored)
    met = Counter(deducted=0, owed=0, waived=0)
    if sale is not None:
        met += take_back(purse, sale, plan, policy, yen - restored, stamp, done)
    short = sum(n for _, n in plan.short)
    return {
        "returned_yen": yen,
        "refund_yen": yen - restored - met["deducted"],
        "restored_points": restored,
        "lapsed_points": lapsed,
        "taken_back_points": plan.due.total() - short,
        "shortage_points": short,
        "shortage": {f"{how}_points": met[how] for how in ("deducted", "owed", "waived")},
        "lots": [
            {"points": n, "expires_on": purse.last(lot).isoformat()}
            for _, _, lot, n in plan.restored
        ],
    }


def planned(
    purse: Purse, bought: Bought, yen: int, rest_yen: int, today: date, terms: Terms
) -> Plan:
    """The last drawn first, a grant's parts in proportion; then what the rest does not earn: from
    its own lots, by what is left in them, then other regular ones, the soonest to lapse first."""
    out = bought.out()
    points = sum(n for *_, n in out)
    plan = Plan(last_first(out, min(points, yen)), Counter())
    sale, _ = bought.sale()
    if sale is None:
        return plan
    still = points - min(points, yen)
    sold = Sold(sale.stamp.shop, rest_yen - still, sale.stamp.day)
    rest = terms.entitled(sold, purse.premium) if sold.yen > 0 else Counter[str]()
    gone = bought.gone()
    free = Counter({lot: lot.free for lot in purse.lots})
    for _, _, lot, n in plan.restored:
        free[lot] += n if purse.last(lot) >= today else 0
    own(plan, sale, rest, gone, free)
    elsewhere(plan, purse, free)
    return plan


def own(
    plan: Plan, sale: Entry, rest: Counter[str], gone: Counter[Lot], free: Counter[Lot]
) -> None:
    """Each rule's points from what is left in its own lots."""
    for rule, lots_of_rule in groupby(sale.grants, key=lambda lot: lot.rule):
        lots = list(lots_of_rule)
        granted, before = sum(lot.points for lot in lots), sum(gone[lot] for lot in lots)
        due = granted - min(granted, rest[rule]) - before
        if due <= 0:
            continue
        plan.due[rule] = due
        parts = [free[lot] for lot in lots]
        taken = carve(min(due, sum(parts)), parts)
        missing = [lot.points - gone[lot] - n for lot, n in zip(lots, taken, strict=True)]
        plan.own += zip(lots, taken, strict=True)
        plan.lacking += zip(lots, carve(due - sum(taken), missing), strict=True)
    plan.own = [(lot, n) for lot, n in plan.own if n]


def elsewhere(plan: Plan, purse: Purse, free: Counter[Lot]) -> None:
    """What they lack from other regular lots, the soonest to lapse first."""
    for lot, n in plan.own:
        free[lot] -= n
    for lot, n in plan.lacking:
        regular = sorted((one for one in free if free[one] and not one.limited), key=purse.place())
        some = take([(one, free[one]) for one in regular], min(n, sum(free[o] for o in regular)))
        for one, m in some:
            free[one] -= m
            plan.instead.append((lot, one, m))
        if n > sum(m for _, m in some):
            plan.short.append((lot, n - sum(m for _, m in some)))


def last_first(
    out: list[tuple[Entry, int, Lot, int]], points: int
) -> list[tuple[Entry, int, Lot, int]]:
    """So many of the points that are out, the last drawn first."""
    grants = [
        list(grant) for _, grant in groupby(out, key=lambda one: (one[0], one[2].sale, one[2].rule))
    ]
    back = []
    for grant in reversed(grants):
        some = min(points, sum(n for *_, n in grant))
        points -= some
        for (entry, number, lot, _), n in zip(
            grant, carve(some, [n for *_, n in grant]), strict=True
        ):
            if n:
                back.append((entry, number, lot, n))
    return back


def restore(purse: Purse, plan: Plan, stamp: Stamp, done: Return) -> None:
    """Points come back to where they were."""
    entry = purse.entry("return", stamp)
    done.entries.append(entry)
    for paid, number, lot, n in plan.restored:
        purse.draw(entry, lot, -n, "shop:" + stamp.shop.code)
        day = paid.hold.day if paid.hold else paid.stamp.day
        purse.use(entry, ("redemption", day), -n)
        done.restored.append((paid, number, n))


def take_back(
    purse: Purse, sale: Entry, plan: Plan, policy: str, cash: int, stamp: Stamp, done: Return
) -> Counter[str]:
    """What was earned goes; how what is short was met."""
    entry = purse.entry("return", stamp)
    done.entries.append(entry)
    for lot, n in plan.own:
        purse.draw(entry, lot, n, "funder:" + lot.funder)
    for rule, n in plan.due.items():
        purse.use(entry, (rule, sale.stamp.day), -n)
    for instead, lot, n in plan.instead:
        purse.draw(entry, lot, n, "funder:" + instead.funder)
    met = Counter[str]()
    cash = cash if policy == "DEDUCT_FROM_REFUND" else 0
    for lot, n in plan.short:
        deducted = min(cash, n)
        cash -= deducted
        rest = "waived" if policy == "WAIVE" else "owed"
        for how, some in (("deducted", deducted), (rest, n - deducted)):
            if some:
                met[how] += some
                entry.debts.append(Debt(lot, how, some))
    purse.debts += entry.debts
    return met


def whole(entries: list[Entry]) -> None:
    """All that these gave is still there, free."""
    needed = Counter[Lot]()
    for entry in entries:
        if entry.kind == "hold" and entry.hold and entry.hold.state != "open":
            raise Refused(f"hold-{entry.hold.state}")
        for lot in entry.grants:
            needed[lot] += lot.points
        for lot, n, _ in entry.draws:
            needed[lot] -= n
    if any(debt.paid for entry in entries for debt in entry.debts):
        raise Refused("not-reversible")
    if any(n > lot.free for lot, n in needed.items()):
        raise Refused("not-reversible")


def undo(purse: Purse, entries: list[Entry], stamp: Stamp) -> list[Entry]:
    """The opposite of all that a slip did, the last first; never short."""
    whole(entries)
    undone = []
    for entry in reversed(entries):
        opposite = purse.entry("reversal", stamp, of=entry)
        undone.append(opposite)
        entry.undone = True
        reverse(purse, entry, opposite)
    if any(entry.slides_to for entry in entries):
        standing = [one.slides_to for one in purse.entries if one.slides_to and not one.undone]
        purse.slides_on = max(standing, default=None)
    return undone


def reverse(purse: Purse, entry: Entry, opposite: Entry) -> None:
    """Every movement of an entry the other way, from and to the same accounts."""
    if entry.kind == "hold" and entry.hold is not None:
        purse.let_go(entry.hold, "released")
    for lot, n, account in entry.draws:
        purse.draw(opposite, lot, -n, account)
    for lot in entry.grants:
        purse.draw(opposite, lot, lot.points, "funder:" + lot.funder)
    for debt in entry.debts:
        debt.forgiven = True
    for key, n in entry.uses:
        purse.use(opposite, key, -n)

"""返品: points that paid come back to their lots; what the goods had earned is taken back, from the
purchase's own lots first; what is short is deducted, owed or waived (domain 6.4)."""

from datetime import date
from itertools import groupby

from msgspec import Struct

from federation.coupon import bring_back
from federation.lapse import lapse
from federation.page import REDEMPTION, Entry, Page, Stamp
from federation.past import Past, PastEntry, total
from federation.purse import Owed, Purse, Taken, take
from federation.refusals import NotEnoughPoints
from federation.shares import largest_remainder
from federation.slips import GiveBack


class Returned(Struct):
    """What a return came to."""

    restored_points: int = 0
    lapsed_points: int = 0
    taken_points: int = 0
    deducted_points: int = 0
    owed_points: int = 0
    waived_points: int = 0
    restored: list[Taken] = []
    restore_entry: Entry | None = None
    take_entry: Entry | None = None
    coupon_entry: Entry | None = None
    coupon_yen: int = 0

    @property
    def short_points(self) -> int:
        """What could not be taken back."""
        return self.deducted_points + self.owed_points + self.waived_points


class Claw(Struct):
    """Points still to be taken back of one part of the purchase's grants."""

    rule: str
    funder_id: int
    scheme_id: int
    points: int


def give_back(
    page: Page, purses: dict[int, Purse], asked: GiveBack, past: Past, stamp: Stamp, member_id: int
) -> Returned:
    """Book a return: first what paid comes back, then what was earned is taken back."""
    purse = purses[member_id]
    back = restorable(purses, past, asked)
    if asked.shortage == "REJECT" and not reaches(page, purse, back, past, asked):
        raise NotEnoughPoints
    done = Returned()
    accrual = next((e for e in past.sold if e.kind == "accrual"), None)
    told = {"returned_yen": asked.returned_yen, "lines": asked.lines}
    for spent in [e for e in past.sold if e.kind == "redemption"][:1]:
        if back or accrual is None:
            restore(page, purses[spent.member_id], spent, past.used_on(spent), back, stamp, done)
        if accrual is None and done.restore_entry is not None:
            done.restore_entry.row.update(told)
    if accrual is not None:
        entry = page.entry(member_id, "return", stamp, of_entry_id=accrual.entry_id, **told)
        done.take_entry = entry
        claws = [
            c
            for rule, points in asked.take_back
            for c in own(page, purse, past, rule, points, entry)
        ]
        done.taken_points = sum(points for _, points in asked.take_back)
        for rule, points in asked.take_back:
            page.use(member_id, rule, accrual.business_date, -points)
        elsewhere(page, purse, claws, entry)
        fall_short(page, purse, claws, asked, entry, done)
        done.taken_points -= done.short_points
    coupons_back(page, purses, asked, past, stamp, done)
    if done.coupon_entry is not None and accrual is None and done.restore_entry is None:
        done.coupon_entry.row.update(told)
    return done


def coupons_back(
    page: Page,
    purses: dict[int, Purse],
    asked: GiveBack,
    past: Past,
    stamp: Stamp,
    done: Returned,
) -> None:
    """What coupons took off goods that come back is their funders' again."""
    alone = all(entry.kind == "coupon" for entry in past.sold)
    for used, _, _ in past.coupons():
        yen = dict(asked.coupons).get(used.entry_id, 0)
        if yen or alone:
            purse = purses[used.member_id]
            done.coupon_entry = bring_back(page, purse, used, past, yen, stamp)
            done.coupon_yen += yen


def restorable(purses: dict[int, Purse], past: Past, asked: GiveBack) -> list[Taken]:
    """The points that paid and come back, the last drawn first, the parts of a grant pro rata."""
    out = [(draw, purses[draw.member_id].lots[draw.lot], points) for draw, points in past.out()]
    # Draws were not always numbered in their order: those of old stand in the order of spending.
    out.sort(
        key=lambda one: (
            one[0].entry_id,
            one[0].n,
            purses[one[1].member_id].place(one[1], asked.limited_first),
        )
    )
    drawn = groupby(out, key=lambda one: (one[0].entry_id, one[1].entry_id, one[1].rule))
    grants = [[(lot, points) for _, lot, points in grant] for _, grant in drawn]
    wanted, back = asked.restore_points, list[Taken]()
    for grant in reversed(grants):
        back += take(grant, min(wanted, sum(points for _, points in grant)))
        wanted = asked.restore_points - sum(points for _, points in back)
    return back


def restore(
    page: Page,
    purse: Purse,
    spent: PastEntry,
    on: date,
    back: list[Taken],
    stamp: Stamp,
    done: Returned,
) -> None:
    """Points come back to the lots they came from, with the same last day; where that is over,
    they lapse at once, and that is said. `on` is the day whose limit they had counted for."""
    entry = page.entry(purse.member_id, "return", stamp, of_entry_id=spent.entry_id)
    for lot, points in back:
        page.draw(purse, entry, lot, -points, "return")
        done.restored_points += points
        if purse.last_day(lot) < page.today:
            done.lapsed_points += points
    page.use(purse.member_id, REDEMPTION, on, -done.restored_points)
    done.restored, done.restore_entry = back, entry
    lapse(page, purse)


def own(page: Page, purse: Purse, past: Past, rule: str, points: int, entry: Entry) -> list[Claw]:
    """Take a rule's points back from what is left of its own parts; what they lack, by part."""
    parts = [lot for lot in past.granted_lots() if lot.rule == rule]
    left = [[lot for lot in purse.free_lots() if past.root(lot) == part.key] for part in parts]
    free = [sum(lot.free for lot in lots) for lots in left]
    taken = largest_remainder(min(points, sum(free)), free)
    for lots, some in zip(left, taken, strict=True):
        page.draw_all(purse, entry, take([(lot, lot.free) for lot in lots], some), "return")
    accounted = past.accounted()
    missing = [
        part.points - n - sum(p for r, f, p in accounted if (r, f) == (rule, part.funder_id))
        for part, n in zip(parts, taken, strict=True)
    ]
    lacking = largest_remainder(points - sum(taken), missing)
    return [
        Claw(rule, part.funder_id, part.scheme_id, n)
        for part, n in zip(parts, lacking, strict=True)
        if n
    ]


def elsewhere(page: Page, purse: Purse, claws: list[Claw], entry: Entry) -> None:
    """Take what its own parts lack from other regular points, the soonest to expire first; each
    draw says in whose stead (返品充当)."""
    for claw in claws:
        regular = [(lot, lot.free) for lot in purse.free_lots() if not lot.limited]
        stead = Owed(entry.entry_id, 0, claw.funder_id, claw.rule, claw.points, 0)
        for lot, points in take(regular, min(claw.points, sum(n for _, n in regular))):
            page.draw(purse, entry, lot, points, "return", stead)
            claw.points -= points


def fall_short(
    page: Page, purse: Purse, claws: list[Claw], asked: GiveBack, entry: Entry, done: Returned
) -> None:
    """What is still lacking: kept from the refund as far as its cash goes, owed, or waived."""
    cash = asked.cash_yen if asked.shortage == "DEDUCT_FROM_REFUND" else 0
    rest = "waived" if asked.shortage == "WAIVE" else "owed"
    for claw in claws:
        deducted = min(cash, claw.points)
        cash -= deducted
        for met, points in (("deducted", deducted), (rest, claw.points - deducted)):
            if points:
                short(page, purse, claw, met, points, entry)
                setattr(done, f"{met}_points", getattr(done, f"{met}_points") + points)


def short(page: Page, purse: Purse, claw: Claw, met: str, points: int, entry: Entry) -> None:
    """A row of what a return could not take back."""
    part = sum(row["entry_id"] == entry.entry_id for row in page.rows.get("shortages", ()))
    if met == "owed":
        purse.owed += points
        purse.touched = True
        purse.debts.append(Owed(entry.entry_id, part, claw.funder_id, claw.rule, points, 0))
    page.add(
        "shortages",
        {
            "member_id": purse.member_id,
            "entry_id": entry.entry_id,
            "part": part,
            "tenant_id": entry.stamp.tenant_id,
            "shop_id": entry.stamp.shop_id,
            "funder_id": claw.funder_id,
            "rule": claw.rule,
            "scheme_id": claw.scheme_id,
            "met": met,
            "points": points,
            "cycle_id": entry.stamp.cycle_id,
        },
    )


def reaches(page: Page, purse: Purse, back: list[Taken], past: Past, asked: GiveBack) -> bool:
    """Whether all that was earned can be taken back without anything being short, once what paid
    has come back; that may be the purchase's own points."""
    free = total((lot.key, lot.free) for lot in purse.free_lots())
    free += total((lot.key, n) for lot, n in back if purse.last_day(lot) >= page.today)
    lacking = 0
    for rule, points in asked.take_back:
        keys, left = past.granted_keys(rule), points
        for lot in [lot for lot in purse.lots.values() if past.root(lot) in keys]:
            covered = min(left, free[lot.key])
            free[lot.key] -= covered
            left -= covered
        lacking += left
    regular = sum(n for key, n in free.items() if key in purse.lots and not purse.lots[key].limited)
    return lacking <= regular


def repay(page: Page, purse: Purse, stamp: Stamp) -> None:
    """Points that a member has again pay what it owes, the oldest debt first."""
    owed = min(purse.owed, sum(lot.free for lot in purse.free_lots()))
    if owed == 0:
        return
    entry = page.entry(purse.member_id, "repayment", stamp)
    for debt in purse.debts:
        paid = min(owed, debt.points - debt.paid)
        free = [(lot, lot.free) for lot in purse.free_lots()]
        for lot, points in take(free, paid):
            page.draw(purse, entry, lot, points, "repayment", debt)
        debt.paid += paid
        purse.owed -= paid
        owed -= paid
        page.paid(purse, debt)
    assert owed == 0, "what is owed is the sum of its debts"

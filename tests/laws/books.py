"""Every verb of the contract told a second time: what a till is told, and what it does to a purse.
A refusal is raised before anything has moved."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from tests.laws import back
from tests.laws.back import Bought
from tests.laws.eras import COUPONS
from tests.laws.lots import (
    OPERATOR,
    TOKYO,
    Calendar,
    Entry,
    Hold,
    Lot,
    Purse,
    Refused,
    Shop,
    Stamp,
    Taken,
    carve,
    take,
)
from tests.laws.terms import YEN_PER_POINT, Coupon, Sold, Terms

DAY = timedelta(days=1)
VISIT = "visit:test"
UNDONE = {"accrual", "redemption", "hold", "return", "adjustment", "bonus", "coupon"}
Told = dict[str, Any]


@dataclass(eq=False)
class Slip:
    """What a slip was answered: refused, cancelled before it came, or booked with its entries."""

    purse: Purse | None
    entries: list[Entry] = field(default_factory=list)
    refused: bool = False
    cancelled: bool = False
    hold: Hold | None = None
    bought: Bought | None = None


@dataclass(frozen=True)
class Asked:
    """What every request says."""

    shop: Shop
    slip: str
    day: date


class Books:
    """All that the mall has booked."""

    def __init__(self, purses: list[Purse], calendar: Calendar, terms: Terms) -> None:
        self.purses = purses
        self.calendar = calendar
        self.terms = terms
        self.slips: dict[tuple[Shop, str], Slip] = {}
        self.earned: dict[tuple[Shop, date, str], Slip] = {}
        self.stock = {one.code: one.stock for one in COUPONS if one.stock is not None}
        self.receipts: dict[tuple[int, Shop, date, str], Bought] = {}
        self.now = datetime.max.replace(tzinfo=TOKYO)

    @property
    def today(self) -> date:
        return self.now.date()

    # Around every verb.

    @contextmanager
    def booking(self, asked: Asked, purse: Purse | None) -> Iterator[tuple[Slip, Stamp]]:
        """The clock decides first; what is refused for its state is kept; what was booked may pay
        a debt, and what is over lapses."""
        if purse is not None:
            purse.tick(self.now, self.calendar)
        slip, known = Slip(purse), self.slips.get((asked.shop, asked.slip))
        if known is not None and known.cancelled:
            raise Refused("slip-cancelled")
        try:
            if asked.day < self.today - DAY:
                raise Refused("too-late")
            stamp = Stamp(asked.shop, asked.day, self.calendar.home(asked.day))
            before = len(purse.entries) if purse else 0
            yield slip, stamp
        except Refused as refused:
            if refused.status == 409:
                self.slips[asked.shop, asked.slip] = Slip(purse, refused=True)
            raise
        self.slips[asked.shop, asked.slip] = slip
        if purse is not None:
            purse.lapse(self.today, self.calendar)
            if not any(entry.kind == "return" for entry in purse.entries[before:]):
                purse.repay(stamp)
            booked = purse.entries[before:]
            slip.entries = [one for one in booked if one.kind != "lapse"]

    def balance(self, purse: Purse) -> Told:
        """What the card has now."""
        soonest = purse.soonest(self.today)
        on = soonest and {"points": soonest[0], "on": soonest[1].isoformat()}
        told = {"points": purse.points, "held": purse.held, "owed": purse.owed}
        return {**told, "next_to_expire": on}

    # The verbs.

    def buy(
        self, asked: Asked, purse: Purse, yen: int | None, points: int, no: str | None, cash: int
    ) -> Told:
        """A sale, a redemption beside so much cash, or both in one step."""
        told: Told = {"slip": asked.slip}
        with self.booking(asked, purse) as (slip, stamp):
            if yen is not None and (asked.shop, asked.day, no) in self.earned:
                raise Refused("receipt-already-booked")
            taken = self.may_spend(asked, purse, points) if points else []
            slip.bought = Bought()
            if no is not None:
                key = (id(purse), asked.shop, asked.day, no)
                slip.bought = self.receipts.setdefault(key, slip.bought)
            if points:
                entry = self.pay(asked, purse, stamp, taken)
                if self.terms.on(asked.day).day_limit is not None:
                    purse.use(entry, ("redemption", asked.day), points)
                slip.bought.paid.append((entry, cash))
            if yen is not None:
                assert no is not None
                self.earned[asked.shop, asked.day, no] = slip
                entry = self.earn(asked, purse, stamp, yen)
                slip.bought.sold.append((entry, yen))
                told |= {"points": entry.points, "grants": grants(entry.grants, asked.day)}
            if points:
                told |= {"redeemed_points": points, "lots": drawn(purse, taken, asked.shop)}
        return told | {"balance": self.balance(purse)}

    def may_spend(self, asked: Asked, purse: Purse, points: int) -> Taken:
        """The points that a spending takes, or why it may not."""
        era = self.terms.on(asked.day)
        if purse.owed:
            raise Refused("points-owed")
        used = purse.used["redemption", asked.day]
        if era.day_limit is not None and points > era.day_limit - used:
            raise Refused("over-limit")
        usable = [
            (lot, n)
            for lot, n in purse.free(era.limited_first)
            if lot.usable_from <= self.today <= purse.last(lot)
        ]
        here = [(lot, n) for lot, n in usable if lot.fence in (None, asked.shop.facility)]
        if points > sum(n for _, n in usable):
            raise Refused("not-enough-points")
        if points > sum(n for _, n in here):
            raise Refused("ring-fenced")
        return take(here, points)

    def pay(self, asked: Asked, purse: Purse, stamp: Stamp, taken: Taken) -> Entry:
        """A redemption draws these."""
        entry = purse.entry("redemption", stamp)
        for lot, n in taken:
            purse.draw(entry, lot, n, "shop:" + stamp.shop.code)
        purse.slide(entry, self.terms.on(asked.day).slides_to(asked.day, "redemption"))
        return entry

    def earn(self, asked: Asked, purse: Purse, stamp: Stamp, yen: int) -> Entry:
        """An accrual gives points."""
        sold = Sold(asked.shop, yen, asked.day)
        given = self.terms.given(sold, purse)
        entry = purse.entry("accrual", stamp)
        event = "accrual" if yen >= YEN_PER_POINT else "sale-without-points"
        purse.slide(entry, self.terms.on(asked.day).slides_to(asked.day, event))
        purse.grant(entry, given)
        for campaign in self.terms.running(sold):
            points = sum(lot.points for lot in given if lot.rule == campaign.rule)
            if campaign.counted:
                purse.use(entry, (campaign.rule, asked.day), points)
        return entry

    def hold(self, asked: Asked, purse: Purse, points: int, minutes: int) -> Told:
        """Points are set aside."""
        with self.booking(asked, purse) as (slip, stamp):
            taken = self.may_spend(asked, purse, points)
            entry = purse.entry("hold", stamp)
            ends = self.now + timedelta(minutes=minutes)
            slip.hold = entry.hold = Hold(asked.shop, asked.day, points, ends, taken)
            purse.holds.append(slip.hold)
            purse.set_aside(taken)
            if self.terms.on(asked.day).day_limit is not None:
                purse.use(None, ("redemption", asked.day), points)
        told = {"points": points, "lots": drawn(purse, taken, asked.shop)}
        return told | {"balance": self.balance(purse)}

    def capture(self, asked: Asked, held: Slip, points: int) -> Told:
        """Points of a hold are spent, the rest is free again; another shop's touch nobody."""
        purse, hold = held.purse, held.hold
        assert purse is not None
        assert hold is not None
        with self.booking(asked, purse if asked.shop == hold.shop else None) as (slip, stamp):
            still_open(asked, hold)
            if points > hold.points:
                raise Refused("capture-exceeds-hold")
            place = purse.place(self.terms.on(asked.day).limited_first)
            taken = take(sorted(hold.parts, key=lambda one: place(one[0])), points)
            purse.let_go(hold, "captured", points)
            entry = self.pay(asked, purse, stamp, taken)
            entry.hold = hold
            if ("redemption", hold.day) in purse.used:
                entry.uses.append((("redemption", hold.day), points))
            slip.bought = Bought(paid=[(entry, 0)])
        told = {"redeemed_points": points, "released_points": hold.points - points}
        told |= {"lots": drawn(purse, taken, asked.shop)}
        return told | {"balance": self.balance(purse)}

    def release(self, asked: Asked, held: Slip) -> Told:
        """A hold is let go; what of it is over lapses."""
        purse, hold = held.purse, held.hold
        assert purse is not None
        assert hold is not None
        with self.booking(asked, purse if asked.shop == hold.shop else None) as (_, stamp):
            still_open(asked, hold)
            purse.entry("release", stamp)
            purse.let_go(hold, "released")
            lapsed = purse.lapse(self.today, self.calendar)
        told = {"released_points": hold.points, "lapsed_points": lapsed}
        return told | {"balance": self.balance(purse)}

    def undo(self, asked: Asked, of: str) -> Told:
        """A slip shall not have been."""
        old = self.slips.get((asked.shop, of))
        with self.booking(asked, old.purse if old else None) as (_, stamp):
            told: Told = {"slip": asked.slip, "reversed": None}
            if old is None:
                self.slips[asked.shop, of] = Slip(None, cancelled=True)
                return told
            if old.cancelled or any(entry.undone for entry in old.entries):
                raise Refused("already-reversed")
            if old.refused:
                return told
            if not old.entries or any(entry.kind not in UNDONE for entry in old.entries):
                raise Refused("not-reversible")
            if old.bought is not None and old.bought.standing():
                raise Refused("already-returned")
            if any(entry.stamp.day != asked.day for entry in old.entries):
                raise Refused("too-late")
            assert old.purse is not None
            done = back.undo(old.purse, old.entries, stamp)
            for code in {one.coupon for one in old.entries if one.coupon in self.stock}:
                self.stock[str(code)] += 1
            for key in [key for key, slip in self.earned.items() if slip is old]:
                del self.earned[key]
        gave = -sum(min(0, entry.points) for entry in done)
        spent = sum(max(0, entry.points) for entry in done)
        told["reversed"] = {"slip": of, "points": gave, "redeemed_points": spent}
        return told | {"balance": self.balance(old.purse)}

    def give_back(self, asked: Asked, of: str | tuple[date, str], yen: int) -> Told:
        """Goods come back, of a slip or of a receipt by its day and number."""
        if isinstance(of, str):
            old = self.slips.get((asked.shop, of))
        else:
            old = self.earned.get((asked.shop, *of))
        with self.booking(asked, old.purse if old else None) as (_, stamp):
            if old is None:
                raise Refused("not-arrived" if isinstance(of, str) else "not-found", 404)
            if old.cancelled:
                raise Refused("already-reversed")
            if old.bought is None or not old.bought.stands():
                if any(entry.undone for entry in old.entries):
                    raise Refused("already-reversed")
                raise Refused("not-found", 404)
            assert old.purse is not None
            told = back.give_back(
                old.purse, old.bought, yen, stamp, self.today, self.terms, self.calendar
            )
        return told | {"balance": self.balance(old.purse)}

    def adjust(self, asked: Asked, purse: Purse, points: int, last_day: date | None) -> Told:
        """The operator gives points with a last day, or takes some."""
        with self.booking(asked, purse) as (_, stamp):
            if last_day is None:
                if points > sum(n for _, n in purse.free()):
                    raise Refused("not-enough-points")
                taken, given = take(purse.free(), points), []
            else:
                number, shop = len(purse.entries), asked.shop.code
                taken, given = (
                    [],
                    [
                        Lot(
                            number,
                            0,
                            shop,
                            "test",
                            OPERATOR,
                            points,
                            last_day,
                            False,
                            None,
                            asked.day,
                        )
                    ],
                )
            entry = purse.entry("adjustment", stamp)
            purse.grant(entry, given)
            for lot, n in taken:
                purse.draw(entry, lot, n, "funder:" + lot.funder)
        return {"points": entry.points, "balance": self.balance(purse)}

    def take_coupon(self, asked: Asked, purse: Purse, coupon: Coupon, yen: int) -> Told:
        """A coupon takes something off: points of whoever pays for it, spent as they come."""
        with self.booking(asked, purse) as (_, stamp):
            if coupon.facility not in (None, asked.shop.facility):
                raise Refused("coupon-not-here")
            uses = sum(n for (rule, _), n in purse.used.items() if rule == coupon.rule)
            if uses >= coupon.per_member:
                raise Refused("coupon-used")
            discount = coupon.discount(yen)
            if yen < coupon.least or discount == 0:
                raise Refused("below-least-purchase")
            if self.stock.get(coupon.code, 1) < 1:
                raise Refused("coupon-out-of-stock")
            codes = {"tenant": asked.shop.code, "facility": asked.shop.facility}
            whose = [codes.get(who, who) for who, _ in coupon.shares]
            carved = carve(discount, [weight for _, weight in coupon.shares])
            parts = [(who, n) for who, n in zip(whose, carved, strict=True) if n]
            number, last = len(purse.entries), max(asked.day, self.today)
            lots = [
                Lot(
                    number, part, asked.shop.code, coupon.rule, funder, n, last, True, None,
                    asked.day,
                )
                for part, (funder, n) in enumerate(parts)
            ]  # fmt: skip
            entry = purse.entry("coupon", stamp)
            entry.coupon = coupon.code
            purse.grant(entry, lots)
            for lot in lots:
                purse.draw(entry, lot, lot.points, "shop:" + asked.shop.code)
            purse.use(entry, (coupon.rule, asked.day), 1)
            if coupon.code in self.stock:
                self.stock[coupon.code] -= 1
        funders = [{"party": funder, "points": n} for funder, n in parts]
        told = {"slip": asked.slip, "discount_yen": discount, "pay_yen": yen - discount}
        return told | {"funders": funders}

    def visit(self, asked: Asked, purse: Purse, points: int, last_day: date) -> Told:
        """A member came: once a business day; half is the shop's, the odd point the operator's."""
        with self.booking(asked, purse) as (_, stamp):
            if purse.used[VISIT, asked.day]:
                raise Refused("already-visited")
            number, whose = len(purse.entries), {OPERATOR: points - points // 2}
            whose[asked.shop.code] = points // 2
            parts = [(funder, n) for funder, n in whose.items() if n]
            lots = [
                Lot(
                    number, part, asked.shop.code, VISIT, funder, n, last_day, False, None,
                    asked.day,
                )
                for part, (funder, n) in enumerate(parts)
            ]  # fmt: skip
            entry = purse.entry("bonus", stamp)
            purse.grant(entry, lots)
            purse.use(entry, (VISIT, asked.day), 1)
        told = {"points": entry.points, "grants": grants(lots, asked.day)}
        return told | {"balance": self.balance(purse)}


def still_open(asked: Asked, hold: Hold) -> None:
    """A hold ends once, and only its own shop sees it."""
    if hold.shop != asked.shop:
        raise Refused("not-found", 404)
    if hold.state != "open":
        raise Refused(f"hold-{hold.state}")


def drawn(purse: Purse, taken: Taken, shop: Shop) -> list[Told]:
    """Points by lot on the receipt of the shop that takes them, in the order of spending."""
    return [
        {"points": n, "expires_on": purse.last(lot).isoformat()}
        | ({"own": True} if lot.shop == shop.code else {})
        for lot, n in taken
    ]


def grants(lots: list[Lot], day: date) -> list[Told]:
    """What each rule gave, and who pays for it."""
    told = []
    for rule, lots_of_one in groupby(lots, key=lambda lot: lot.rule):
        grant = list(lots_of_one)
        last_day, usable = grant[0].last_day, grant[0].usable_from
        told.append(
            {
                "rule": rule,
                "points": sum(lot.points for lot in grant),
                "expires_on": last_day and last_day.isoformat(),
                "funders": [{"party": lot.funder, "points": lot.points} for lot in grant],
            }
            | ({} if last_day else {"sliding": True})
            | ({"usable_from": usable.isoformat()} if usable > day else {})
        )
    return told

"""What a till may come to ask, as a wish in numbers at an edge, and then as a request with what the
books of the model will say to it."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from tenants.coupons.using import UseCoupon
from tenants.earning import Sale
from tenants.holding import Capture, LetGo, SetAside
from tenants.returning import BringBack, OnReceipt
from tenants.spending import Purchase, Spend
from tenants.undoing import Undo
from tests.laws.asks import Adjust, Ask, Visit
from tests.laws.books import Asked, Books, Slip, Told
from tests.laws.eras import COUPONS, PREMIUM, SHOPS
from tests.laws.lots import Purse, Shop
from tests.laws.terms import Coupon
from tests.mall import Member

DAY = timedelta(days=1)
TILL = "T01"
CARDS = len(PREMIUM)
Points = int | str


@dataclass(frozen=True)
class Wish:
    """What a till shall ask; what a kind has no use for is left at its default."""

    kind: str
    card: int = 0
    shop: Shop = SHOPS[0]
    yen: int = 0
    points: Points = 1
    cash: int = 0
    late: bool = False
    back: int = 0
    much: Points = "all"
    minutes: int = 15
    shared: bool = False


# Small numbers, and numbers at an edge: of a point in yen, of a card's points in points.
cards = st.integers(0, CARDS - 1)
shops = st.sampled_from(SHOPS)
edges = st.sampled_from(["all", "all but one", "one more", "soonest", "soonest and one", "half"])
points = st.integers(1, 9) | edges
yen = st.integers(0, 9).map(lambda points: points * 110) | st.sampled_from([109, 111, 219, 1_430])
much = st.sampled_from(["all", "all", "all but one", "half", "one more", 1, 109, 110, 111, 330])
minutes = st.sampled_from([1, 15, 24 * 60, 7 * 24 * 60])
old = st.integers(0, 5)
rarely = st.sampled_from([False, False, False, True])

sales = st.builds(Wish, st.just("sale"), cards, shops, yen, late=st.booleans())
spendings = st.builds(
    Wish,
    st.just("spend"),
    cards,
    shops,
    points=points,
    cash=st.sampled_from([0, 200]),
    late=rarely,
    shared=st.booleans(),
)
purchases = st.builds(Wish, st.just("buy"), cards, shops, yen, points, late=st.booleans())
holds = st.builds(Wish, st.just("hold"), cards, shops, points=points, late=rarely, minutes=minutes)
ends = st.builds(
    Wish,
    st.sampled_from(["capture", "release"]),
    back=old,
    much=much,
    late=rarely,
    shared=rarely,
)
undoings = st.builds(Wish, st.just("undo"), back=old, late=rarely)
returns = st.builds(Wish, st.just("goods"), back=old, much=much, late=rarely, shared=st.booleans())
adjustments = st.builds(
    Wish, st.sampled_from(["give", "take"]), cards, shops, points=points, back=st.integers(0, 3)
)
visits = st.builds(
    Wish, st.just("visit"), cards, shops, points=st.integers(1, 9), back=st.integers(0, 3)
)
coupons = st.builds(
    Wish,
    st.sampled_from(["few", "tenth"]),
    cards,
    shops,
    st.sampled_from([0, 1, 9, 20, 109, 110, 333, 335, 1_001]),
    late=rarely,
)
wishes = sales | spendings | purchases | holds | ends | undoings | returns | adjustments | visits


def one_each(kinds: st.SearchStrategy[Wish]) -> st.SearchStrategy[tuple[Wish, ...]]:
    """A wish for every card, which the desk books in one batch."""
    return st.tuples(
        *(
            st.builds(lambda wish, card=card: Wish(**{**vars(wish), "card": card}), kinds)
            for card in range(CARDS)
        )
    )


@dataclass
class Move:
    """A request on its way, and what the model says to it."""

    shop: Shop
    ask: Ask
    expect: Callable[[], Told]
    hold_id: str | None = None


@dataclass
class Memory:
    """Of the tills: numbers given, and slips, receipts and holds that one can come back to."""

    books: Books
    members: list[Member]
    slips: list[tuple[Shop, str]] = field(default_factory=list)
    receipts: list[tuple[int, Shop, date, str]] = field(default_factory=list)
    holds: list[tuple[Slip, str]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def move(self, wish: Wish) -> Move | None:
        """The request of a wish; none where there is nothing yet that it could be about."""
        made: Move | None = getattr(self, wish.kind)(wish)
        if made is not None:
            self.slips.append((made.shop, made.ask.slip))
        return made

    def asked(self, shop: Shop, late: bool) -> tuple[Asked, dict[str, Any]]:
        """What every request says, to the model and to the desk."""
        slip = f"S-{next(self.numbers)}"
        day = self.books.today - DAY if late else self.books.today
        said = {"slip": slip, "till": TILL, "business_date": day, "at": self.books.now}
        return Asked(shop, slip, day), said

    def of_card(self, wish: Wish) -> tuple[Asked, dict[str, Any], Purse]:
        """A request for a card's member."""
        asked, said = self.asked(wish.shop, wish.late)
        return asked, {**said, "card": self.members[wish.card].card}, self.books.purses[wish.card]

    def points(self, purse: Purse, wanted: Points) -> int:
        """So many points, or as many as the card's edges say."""
        has = sum(n for _, n in purse.usable(self.books.today))
        soonest = purse.soonest(self.books.today)
        next_out = soonest[0] if soonest else 0
        return edge(wanted, has, next_out)

    def concerned(self, move: Move) -> Purse | None:
        """Whom a request concerns by now: the card's member, or that of the slip it is about."""
        ask = move.ask
        if (card := getattr(ask, "card", None)) is not None:
            return self.books.purses[[member.card for member in self.members].index(card)]
        named, known = ask.original, self.books.slips.get((move.shop, ask.slip))
        if isinstance(named, str):
            known = self.books.slips.get((move.shop, named))
        elif named is not None:
            known = self.books.earned.get((move.shop, named.business_date, named.no))
        return known.purse if known else None

    # The kinds of wishes.

    def sale(self, wish: Wish, no: str | None = None) -> Move:
        asked, said, purse = self.of_card(wish)
        no = no or f"R-{asked.slip}"
        self.receipts.append((wish.card, wish.shop, asked.day, no))
        ask = Sale(**said, paid_yen=wish.yen, receipt_no=no)
        return Move(wish.shop, ask, lambda: self.books.buy(asked, purse, wish.yen, 0, no, 0))

    def spend(self, wish: Wish) -> Move:
        """Points alone; on a receipt that earned, where there is one of the day."""
        asked, said, purse = self.of_card(wish)
        n = self.points(purse, wish.points)
        same = (wish.card, wish.shop, asked.day)
        numbers = [no for *key, no in self.receipts if wish.shared and tuple(key) == same]
        no = numbers[-1] if numbers else None
        ask = Spend(**said, points=n, payable_yen=n + wish.cash, receipt_no=no)
        return Move(wish.shop, ask, lambda: self.books.buy(asked, purse, None, n, no, wish.cash))

    def buy(self, wish: Wish) -> Move:
        asked, said, purse = self.of_card(wish)
        n, no = self.points(purse, wish.points), f"R-{asked.slip}"
        self.receipts.append((wish.card, wish.shop, asked.day, no))
        ask = Purchase(**said, points=n, paid_yen=wish.yen, receipt_no=no)
        return Move(wish.shop, ask, lambda: self.books.buy(asked, purse, wish.yen, n, no, 0))

    def hold(self, wish: Wish) -> Move:
        asked, said, purse = self.of_card(wish)
        n = self.points(purse, wish.points)
        ask = SetAside(**said, points=n, minutes=wish.minutes)
        return Move(wish.shop, ask, lambda: self.books.hold(asked, purse, n, wish.minutes))

    def capture(self, wish: Wish) -> Move | None:
        if not self.holds:
            return None
        held, hold_id = self.holds[-1 - wish.back % len(self.holds)]
        assert held.hold is not None
        asked, said = self.asked(self.holder(held, wish), wish.late)
        n = edge(wish.much, held.hold.points, 0)
        return Move(
            asked.shop,
            Capture(**said, points=n),
            lambda: self.books.capture(asked, held, n),
            hold_id,
        )

    def release(self, wish: Wish) -> Move | None:
        if not self.holds:
            return None
        held, hold_id = self.holds[-1 - wish.back % len(self.holds)]
        asked, said = self.asked(self.holder(held, wish), wish.late)
        return Move(asked.shop, LetGo(**said), lambda: self.books.release(asked, held), hold_id)

    def holder(self, held: Slip, wish: Wish) -> Shop:
        """The shop that made a hold; rarely the other one, for which it does not exist."""
        assert held.hold is not None
        return held.hold.shop if not wish.shared else other(held.hold.shop)

    def undo(self, wish: Wish) -> Move | None:
        """On the day of the slip, where that may still be named."""
        if not self.slips:
            return None
        shop, of = self.slips[-1 - wish.back % len(self.slips)]
        old = self.books.slips.get((shop, of))
        days = [entry.stamp.day for entry in old.entries] if old else []
        asked, said = self.asked(shop, bool(days and days[0] < self.books.today) != wish.late)
        ask = Undo(**said, of=of, reason="打ち間違い")
        return Move(shop, ask, lambda: self.books.undo(asked, of))

    def cancel(self, shop: Shop, of: str) -> Move:
        """A slip that has not arrived."""
        asked, said = self.asked(shop, late=False)
        ask = Undo(**said, of=of, reason="応答なし")
        return Move(shop, ask, lambda: self.books.undo(asked, of))

    def give(self, wish: Wish) -> Move:
        asked, said, purse = self.of_card(wish)
        last_day = self.books.today + wish.back * DAY
        n = self.points(purse, wish.points)
        ask = Adjust(**said, points=n, last_day=last_day)
        return Move(wish.shop, ask, lambda: self.books.adjust(asked, purse, n, last_day))

    def visit(self, wish: Wish) -> Move:
        asked, said, purse = self.of_card(wish)
        last_day = self.books.today + wish.back * DAY
        assert isinstance(wish.points, int)
        ask = Visit(**said, points=wish.points, last_day=last_day)
        return Move(
            wish.shop, ask, lambda: self.books.visit(asked, purse, ask.points, ask.last_day)
        )

    def few(self, wish: Wish) -> Move:
        """A coupon of which there are few, on a receipt of its own."""
        return self.coupon(wish, COUPONS[0])

    def tenth(self, wish: Wish) -> Move:
        """A tenth off, at one facility."""
        return self.coupon(wish, COUPONS[1])

    def coupon(self, wish: Wish, coupon: Coupon) -> Move:
        asked, said, purse = self.of_card(wish)
        ask = UseCoupon(
            **said, coupon=coupon.code, receipt_no=f"C-{asked.slip}", payable_yen=wish.yen
        )
        return Move(wish.shop, ask, lambda: self.books.take_coupon(asked, purse, coupon, wish.yen))

    def take(self, wish: Wish) -> Move:
        asked, said, purse = self.of_card(wish)
        n = self.points(purse, wish.points)
        ask = Adjust(**said, points=n)
        return Move(wish.shop, ask, lambda: self.books.adjust(asked, purse, n, None))

    def goods(self, wish: Wish) -> Move | None:
        """Goods of an old purchase come back, named by its slip or by its receipt."""
        old_ones = [
            (shop, slip, found.bought)
            for shop, slip in self.slips
            if (found := self.books.slips.get((shop, slip))) is not None
            and found.bought is not None
        ]
        if not old_ones:
            return None
        shop, of, bought = old_ones[-1 - wish.back % len(old_ones)]
        asked, said = self.asked(shop, wish.late)
        left = bought.total() - sum(one.yen for one in bought.standing())
        yen = edge(wish.much, left, 0)
        named = [key for key, slip in self.books.earned.items() if slip.bought is bought]
        if wish.shared and named:
            _, day, no = named[0]
            ask = BringBack(**said, receipt_of=OnReceipt(TILL, no, day), returned_yen=yen)
            return Move(shop, ask, lambda: self.books.give_back(asked, (day, no), yen))
        ask = BringBack(**said, of=of, returned_yen=yen)
        return Move(shop, ask, lambda: self.books.give_back(asked, of, yen))


def edge(wanted: Points, has: int, soonest: int) -> int:
    """So many, or as many as an edge says; at least one."""
    at = {
        "all": has,
        "all but one": has - 1,
        "one more": has + 1,
        "soonest": soonest,
        "soonest and one": soonest + 1,
        "half": has // 2,
    }
    return max(1, wanted if isinstance(wanted, int) else at[wanted])


def other(shop: Shop) -> Shop:
    """The other shop."""
    return SHOPS[1 - SHOPS.index(shop)]

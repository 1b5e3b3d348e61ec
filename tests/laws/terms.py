"""What the mall of the laws has agreed to, and what a sale earns by it, told a second time: eras of
the programme, each with its own order of spending, last days and policy of shortages."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.laws.lots import OPERATOR, Lot, Purse, Shop, carve

YEN_PER_POINT = 110
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Era:
    """What holds from a business date on. Points last to the end of the next fiscal year, or so
    many months; where they slide, from the last event that qualifies."""

    first: date
    shortage: str = "DEDUCT_FROM_REFUND"
    limited_first: bool = False
    next_day: bool = False
    day_limit: int | None = None
    months: int | None = None
    month_end: bool = False
    qualifying: tuple[str, ...] = ()

    def last_day(self, day: date) -> date | None:
        """The last day of what is earned on a business date; None where it slides."""
        return None if self.qualifying else self.gives(day)

    def gives(self, day: date) -> date:
        """So far a business date reaches."""
        if self.months is None:
            return date(day.year + (2 if day.month >= 4 else 1), 3, 31)
        year, month = day.year + (day.month - 1 + self.months) // 12, (day.month - 1 + self.months)
        end = monthrange(year, month % 12 + 1)[1]
        return date(year, month % 12 + 1, end if self.month_end else min(day.day, end))

    def slides_to(self, day: date, event: str) -> date | None:
        """The last day that an event gives to all sliding points."""
        return self.gives(day) if event in self.qualifying else None


@dataclass(frozen=True)
class Campaign:
    """So many times the base at one facility, the extra paid by several in the order of ties."""

    code: str
    facility: str
    first: date
    last: date
    times: int
    shares: tuple[tuple[str, int], ...]
    last_day: date | None
    fenced: bool = False
    cap_receipt: int | None = None
    cap_member: int | None = None
    cap_day: int | None = None
    tenths: int = 0

    def adds(self, base: int) -> int:
        """What it adds to so many points: whole ones (1.5倍 of 3 adds 1)."""
        return base * (self.times * 10 + self.tenths - 10) // 10

    @property
    def rule(self) -> str:
        return f"campaign:{self.code}"

    @property
    def counted(self) -> bool:
        return self.cap_member is not None or self.cap_day is not None

    def cut(self, points: int, day: date, used: Counter[tuple[str, date]]) -> int:
        """What its caps leave of so many points."""
        had = {on: n for (rule, on), n in used.items() if rule == self.rule}
        if self.cap_receipt is not None:
            points = min(points, self.cap_receipt)
        if self.cap_day is not None:
            points = min(points, self.cap_day - had.get(day, 0))
        if self.cap_member is not None:
            points = min(points, self.cap_member - sum(had.values()))
        return max(points, 0)


@dataclass(frozen=True)
class Coupon:
    """So many yen off, or a percentage of them, paid by several in the order of ties; for all or at
    one facility, so many in all and for each member."""

    code: str
    off: int | None
    percent: int | None
    shares: tuple[tuple[str, int], ...]
    stock: int | None
    per_member: int
    facility: str | None = None
    least: int = 0

    @property
    def rule(self) -> str:
        return f"coupon:{self.code}"

    def discount(self, yen: int) -> int:
        """What it takes off: never more than there is, parts of a yen dropped."""
        return min(self.off, yen) if self.off is not None else yen * (self.percent or 0) // 100


@dataclass(frozen=True)
class Sold:
    """A sale: where, for how much that earns, on which business date."""

    shop: Shop
    yen: int
    day: date

    @property
    def base(self) -> int:
        return self.yen // YEN_PER_POINT


class Terms:
    """Every era and campaign there is."""

    def __init__(self, eras: Iterable[Era], campaigns: Iterable[Campaign]) -> None:
        self.eras = sorted(eras, key=lambda era: era.first)
        self.campaigns = list(campaigns)

    def on(self, day: date) -> Era:
        """The era of a business date; the first began as every programme does."""
        return ([era for era in self.eras if era.first <= day] or self.eras[:1])[-1]

    def running(self, sold: Sold) -> list[Campaign]:
        """The campaigns of a sale."""
        return [
            one
            for one in self.campaigns
            if one.facility == sold.shop.facility and one.first <= sold.day <= one.last
        ]

    def entitled(self, sold: Sold, premium: bool) -> Counter[str]:
        """Points by rule, caps aside."""
        rules = Counter({"base": sold.base, "rank:premium": sold.base * premium})
        rules.update({one.rule: one.adds(sold.base) for one in self.running(sold)})
        return rules

    def given(self, sold: Sold, purse: Purse) -> list[Lot]:
        """The lots that a sale gives: the base of the shop, what the rank adds, the campaigns."""
        era, number = self.on(sold.day), len(purse.entries)
        usual = era.last_day(sold.day)
        rules = [("base", [(sold.shop.code, sold.base)], usual, False, None)]
        if purse.premium:
            rules.append(("rank:premium", [(OPERATOR, sold.base)], usual, False, None))
        for one in self.running(sold):
            whole = one.cut(one.adds(sold.base), sold.day, purse.used)
            payers = [sold.shop.code if who == "tenant" else who for who, _ in one.shares]
            parts = zip(payers, carve(whole, [weight for _, weight in one.shares]), strict=True)
            last_day = one.last_day or usual
            fence = one.facility if one.fenced else None
            rules.append((one.rule, list(parts), last_day, last_day is not None, fence))
        given = []
        for rule, payers_of_one, last_day, limited, fence in rules:
            usable = sold.day
            if era.next_day:
                usable = min(sold.day + DAY, last_day or date.max)
            for funder, n in payers_of_one:
                if n:
                    given.append(
                        Lot(
                            number,
                            len(given),
                            sold.shop.code,
                            rule,
                            funder,
                            n,
                            last_day,
                            limited,
                            fence,
                            usable,
                        )
                    )
        return given

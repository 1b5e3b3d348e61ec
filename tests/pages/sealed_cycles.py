"""Sealed files of made-up cycles, in which anything that points can do is done: pure, by a seed."""

from datetime import date, timedelta
from random import Random

import msgspec
from msgspec import UNSET

from settlement.fees import Agreed
from settlement.lines import Adjustment, Carry, Draw, Grant, Scheme, Terms
from tests.settlement.papers import (
    FIRST,
    FUND,
    HEADER,
    HUB,
    PROMOTION,
    TOKUSHIMA,
    A,
    B,
    C,
    papers,
    sealed,
)

EVERYBODY = (HUB, TOKUSHIMA, A, B, C, FUND, PROMOTION)
SCHEMES = (
    Scheme("1", "at-redemption", FIRST - timedelta(days=700)),
    Scheme("2", "at-issue", FIRST - timedelta(days=600)),
    Scheme("3", "at-issue", FIRST - timedelta(days=500), "HUB_REVENUE"),
    Scheme("4", "at-issue", FIRST - timedelta(days=400), "RETURN_TO_FUNDER"),
    Scheme("5", "redeemer-bears", FIRST - timedelta(days=300)),
)
RULES = ("base", "campaign:x3", "rank:premium", "category:food", "coupon:10")
DRAWN = ("redemption", "lapse", "return", "reversal", "unreturn", "repayment", "adjustment",
         "shortage")  # fmt: skip
UPWARD = frozenset({"redemption", "lapse"})
BEFORE = "2027-02-16"
# A half month, one that ends a half year (nothing is carried out), and another month's end.
DAYS = (
    (FIRST, date(2027, 3, 15)),
    (date(2027, 3, 16), date(2027, 3, 31)),
    (date(2027, 4, 16), date(2027, 4, 30)),
)


def made_up(seed: int, parts: int = 60) -> list[bytes]:
    """A whole sealed file; the same seed, the same bytes."""
    chance = Random(seed)
    first, last = DAYS[seed % len(DAYS)]
    header = msgspec.structs.replace(HEADER, cycle=first.isoformat(), first_on=first, last_on=last)
    told = papers(
        some(chance, parts, first, last), SCHEMES, EVERYBODY, header, agreed(chance, first, last)
    )
    return sealed(told)


def some(chance: Random, parts: int, first: date, last: date) -> list[Grant | Draw]:
    """Grants and draws of every kind, some of them late, some in another's stead."""
    shops, funders = (A, B, C), (A, B, C, TOKUSHIMA, HUB)
    found: list[Grant | Draw] = []
    for n in range(parts):
        shop, funder = chance.choice(shops), chance.choice(funders)
        on = first + timedelta(days=chance.randint(-3, (last - first).days))
        scheme, rule = chance.choice(SCHEMES).scheme, chance.choice(RULES)
        points, where = chance.choice((1, 7, 99, 2_000)), f"{shop.party}-1"
        if chance.random() < 0.4:
            kind = "changeover" if scheme != "1" and chance.random() < 0.2 else "accrual"
            found.append(Grant(f"g{n:03}", 0, kind, rule, on, shop.party, where, funder.party,
                               points, scheme))  # fmt: skip
            continue
        drawn = chance.choice(DRAWN)
        sign = 1 if drawn in UPWARD or chance.random() < 0.6 else -1
        stead = chance.choice((A, B, C)) if drawn == "return" and chance.random() < 0.5 else None
        found.append(Draw(
            f"d{n:03}", 0, drawn, rule, on, shop.party, where, funder.party,  # type: ignore[arg-type]
            sign * points, scheme, stead.party if stead else UNSET, "base" if stead else UNSET,
        ))  # fmt: skip
    return found


def agreed(chance: Random, first: date, last: date) -> Agreed:
    """Terms of the month's end, with fees, a carry, and what a dispute left."""
    terms = tuple(
        Terms(
            one.party, 1, chance.choice((0, 500)), chance.choice((0, 133)), chance.choice((0, 999)),
            300, 2, 1_000, chance.choice((0, 5_000)), chance.random() < 0.5,
            first + timedelta(days=4) if chance.random() < 0.5 else UNSET,
        )
        for one in (A, B)
    )  # fmt: skip
    carries = tuple(Carry(one.party, chance.choice((-77, 120))) for one in (A, C))
    disputed = (
        Adjustment("a", "d_1", "released", 121, BEFORE, "a", 121, -300),
        Adjustment("b", "d_1", "released", 201, BEFORE, "a", 121, 300),
    )
    return Agreed(first, last, terms, carries, (), disputed)

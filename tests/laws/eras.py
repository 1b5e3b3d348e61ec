"""The mall of the laws: its shops, its members' ranks, and four eras of its programme, so that
every choice a programme has is tried, and every change from one to the next."""

from datetime import date

from tests.laws.lots import Shop
from tests.laws.terms import Campaign, Coupon, Era

END = date(2031, 12, 31)
PREMIUM = (False, True, False)
BAKERY, BOOKSHOP = SHOPS = (Shop("bakery", "tokushima"), Shop("bookshop", "takamatsu"))

ERAS = (
    Era(date(2027, 3, 27)),  # four days before the fiscal year ends
    Era(
        date(2027, 6, 26),
        "NEGATIVE_BALANCE",
        limited_first=True,
        months=1,
        qualifying=("accrual", "redemption"),
    ),
    Era(date(2027, 9, 25), "WAIVE", next_day=True, day_limit=12, months=1),
    Era(
        date(2028, 1, 30),
        "REJECT",
        months=1,
        month_end=True,
        qualifying=("accrual", "sale-without-points"),
    ),
    Era(date(2028, 3, 5)),
)
CAMPAIGNS = (
    Campaign(  # paid by three, and gone with the fiscal year
        "three",
        "tokushima",
        date(2027, 3, 27),
        date(2027, 3, 29),
        3,
        (("tokushima", 1), ("operator", 1), ("tenant", 1)),
        date(2027, 3, 31),
    ),
    Campaign(  # as long as the base points of the old fiscal year
        "two",
        "tokushima",
        date(2027, 3, 30),
        date(2027, 4, 9),
        2,
        (("tokushima", 2), ("tenant", 1)),
        date(2028, 3, 31),
    ),
    Campaign(  # gone with its own last day
        "five",
        "takamatsu",
        date(2027, 3, 27),
        date(2027, 4, 2),
        5,
        (("takamatsu", 1), ("tenant", 1)),
        date(2027, 4, 2),
    ),
    Campaign(  # spent where it was earned, and nowhere else
        "fence",
        "tokushima",
        date(2027, 6, 26),
        date(2027, 6, 30),
        3,
        (("tokushima", 1), ("tenant", 1)),
        date(2027, 7, 5),
        fenced=True,
    ),
    Campaign(  # no more than so much a day; it slides with the base
        "daily",
        "takamatsu",
        date(2027, 6, 26),
        date(2027, 7, 10),
        3,
        (("takamatsu", 1), ("tenant", 2)),
        None,
        cap_day=5,
        tenths=5,
    ),
    Campaign(
        "member",
        "tokushima",
        date(2027, 9, 25),
        date(2027, 10, 5),
        3,
        (("operator", 1), ("tenant", 1)),
        date(2027, 10, 5),
        cap_member=8,
    ),
    Campaign(
        "receipt",
        "takamatsu",
        date(2027, 9, 25),
        date(2027, 10, 15),
        3,
        (("takamatsu", 2), ("tenant", 1)),
        None,
        fenced=True,
        cap_receipt=3,
    ),
    Campaign(
        "leap",
        "tokushima",
        date(2028, 1, 30),
        date(2028, 2, 10),
        2,
        (("tokushima", 1), ("tenant", 1)),
        date(2028, 2, 29),
        cap_day=7,
        cap_member=9,
    ),
    Campaign(  # regular, and yet fenced; half a point more for each
        "slides",
        "takamatsu",
        date(2028, 1, 30),
        date(2028, 2, 10),
        1,
        (("takamatsu", 1), ("tenant", 1)),
        None,
        fenced=True,
        tenths=5,
    ),
)
COUPONS = (
    Coupon("few", 333, None, (("facility", 1), ("tenant", 1)), 3, 2),  # three in all
    Coupon("tenth", None, 10, (("operator", 2), ("tenant", 1)), None, 3, "tokushima", 20),
)

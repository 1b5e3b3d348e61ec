"""景品表示法: what the law on premiums says of a coupon before it goes live (domain 3.2). Pure.

It warns and names its rule; whether a coupon goes live is for a person to say, with a reason.
"""

from typing import Literal

from msgspec import Struct

from tenants.coupons.coupon import Coupon

SMALL_YEN = 1_000  # below this price of the goods a premium may be worth 200 円
LEAST_YEN = 200
PART_OF_PRICE = 5  # one fifth: 20 %
WITHOUT_PURCHASE_YEN = 100  # 来店のみ: the price that is taken for none


class Finding(Struct, frozen=True):
    """What was found, by which rule, in both languages."""

    level: Literal["ok", "warn"]
    rule: str
    ja: str
    en: str


def found(coupon: Coupon) -> tuple[Finding, ...]:
    """All that the law has to say of a coupon."""
    if coupon.benefit == "GIFT":
        return (goods(coupon),)
    if len(coupon.shops) == 1 and not coupon.facilities:
        own = Finding(
            "ok",
            "定義告示1項ただし書（値引）",
            "その店だけの値引きは景品類に当たりません。",
            "A discount at that shop alone is no premium.",
        )
        return (own,)
    shared = Finding(
        "ok",
        "総付告示2項3号・運用基準4(2)",
        "自店と他店で同額の値引きを約束する証票は、総付景品の上限の対象外です。",
        "A promise of the same discount at own and others' shops is outside the cap on premiums.",
    )
    return (shared,)


def goods(coupon: Coupon) -> Finding:
    """総付: goods for a purchase of a least price, or for a visit alone."""
    price_yen = coupon.least_yen or WITHOUT_PURCHASE_YEN
    most_yen = LEAST_YEN if price_yen < SMALL_YEN else price_yen // PART_OF_PRICE
    worth_yen = coupon.gift_worth_yen or 0
    level: Literal["ok", "warn"] = "ok" if worth_yen <= most_yen else "warn"
    return Finding(
        level,
        "総付告示1項",
        f"取引価額{price_yen:,}円に対する景品の上限は{most_yen:,}円、この景品は{worth_yen:,}円です。",
        f"For a price of {price_yen:,} yen goods may be worth {most_yen:,}; these are worth "
        f"{worth_yen:,}.",
    )

"""景品表示法の確認: what the rules on premiums say of a campaign before it starts. Pure.

Domain 3.2. It warns and blocks; whoever starts it all the same records why. No legal advice.
"""

from collections.abc import Iterator
from typing import Annotated, Literal

from msgspec import Meta, Struct

Kind = Literal["common-points", "own-shop", "goods", "lottery", "joint-lottery", "visit"]
Level = Literal["ok", "warn", "block"]
Yen = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]

WARN_RATE_BP = 2_000  # of the receipt
WARN_FIXED_YEN = 200  # without a purchase
SMALL_PRICE_YEN = 1_000
SMALL_PREMIUM_YEN = 200
PREMIUM_BP = 2_000  # of the price
DEEMED_PRICE_YEN = 100  # of a visit without a purchase
LOTTERY_PRICE_YEN = 5_000
LOTTERY_TIMES = 20
LOTTERY_YEN = 100_000
LOTTERY_TOTAL_BP = 200
JOINT_YEN = 300_000
JOINT_TOTAL_BP = 300


class Premiums(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is planned: the price in yen incl. tax and incl. the part paid by points, the value of
    what one customer gets at most, and for a lottery the planned sales and all prizes together."""

    price_yen: Yen | None = None
    prize_yen: Yen | None = None
    fixed_points: Yen | None = None
    without_purchase: bool = False
    planned_sales_yen: Yen | None = None
    prizes_total_yen: Yen | None = None


class Finding(Struct, frozen=True):
    """What one rule says: how grave, which limit in yen or 1/100 %, and where the rule stands."""

    level: Level
    rule: str
    ja: str
    en: str
    source: str
    limit: int | None = None


def findings(kind: Kind, planned: Premiums, rate_bp: int) -> tuple[Finding, ...]:
    """What every rule says of a campaign whose whole grant is so much of the receipt (1/100 %)."""
    by_kind = {
        "own-shop": own_shop,
        "common-points": common_points,
        "goods": goods,
        "visit": visit,
        "lottery": lottery,
        "joint-lottery": joint_lottery,
    }[kind]
    return (*by_kind(planned), *generous(kind, planned, rate_bp))


def worst(found: tuple[Finding, ...]) -> Level:
    """The gravest level of all."""
    levels = {one.level for one in found}
    return "block" if "block" in levels else "warn" if "warn" in levels else "ok"


def own_shop(_: Premiums) -> Iterator[Finding]:
    """Points that only the granting shop takes are a discount."""
    yield Finding(
        "ok", "discount", "自店のみで使えるポイントは値引き",
        "points of one's own shop: a discount", "定義告示",
    )  # fmt: skip


def common_points(_: Premiums) -> Iterator[Finding]:
    """Points that all shops take as the same yen are a voucher without a cap."""
    yield Finding(
        "ok", "same-amount-voucher", "自他共通で同額の割引を約する証票は総付の限度外",
        "a voucher of the same discount at all shops has no cap",
        "総付告示2項3号・運用基準4(2)",
    )  # fmt: skip


def goods(planned: Premiums) -> Iterator[Finding]:
    """Goods, or another company's points, for every customer (総付)."""
    limit = goods_limit_yen(planned.price_yen or 0)
    yield judged(
        planned.prize_yen, limit, "general-premium", "総付景品の限度額",
        "limit of a premium for all", "総付告示",
    )  # fmt: skip


def goods_limit_yen(price_yen: int) -> int:
    """Below 1,000 円 it is 200 円, else a fifth of the price; fractions of a yen are dropped."""
    if price_yen < SMALL_PRICE_YEN:
        return SMALL_PREMIUM_YEN
    return price_yen * PREMIUM_BP // 10_000


def visit(planned: Premiums) -> Iterator[Finding]:
    """来店ポイント, which can become goods: the price is deemed to be 100 円."""
    value = planned.prize_yen if planned.prize_yen is not None else planned.fixed_points
    limit = goods_limit_yen(DEEMED_PRICE_YEN)
    yield judged(
        value, limit, "visit-premium", "来店（購入なし）の景品の限度額",
        "limit of a premium for a visit", "総付告示・運用基準",
    )  # fmt: skip


def lottery(planned: Premiums) -> Iterator[Finding]:
    """一般懸賞: twenty times the price, or 100,000 円; 2 % of the planned sales in all."""
    price = planned.price_yen or 0
    limit = price * LOTTERY_TIMES if price < LOTTERY_PRICE_YEN else LOTTERY_YEN
    yield from drawn(planned, limit, LOTTERY_TOTAL_BP, "lottery", "一般懸賞", "a lottery")


def joint_lottery(planned: Premiums) -> Iterator[Finding]:
    """共同懸賞 of a whole centre (福引): 300,000 円; 3 % of the planned sales in all."""
    yield from drawn(
        planned, JOINT_YEN, JOINT_TOTAL_BP, "joint-lottery", "共同懸賞", "a joint lottery"
    )


def drawn(
    planned: Premiums, limit: int, total_bp: int, rule: str, ja: str, en: str
) -> Iterator[Finding]:
    """One prize, and all of them."""
    source = "懸賞告示"
    ja_one, en_one = f"{ja}の最高額", f"highest prize of {en}"
    yield judged(planned.prize_yen, limit, rule, ja_one, en_one, source)
    sales, total = planned.planned_sales_yen, planned.prizes_total_yen
    whole = sales * total_bp // 10_000 if sales is not None else None
    ja_all, en_all = (
        f"{ja}の総額（予定売上と総額の記録が必要）",
        f"all prizes of {en}, of planned sales",
    )
    yield judged(total, whole, f"{rule}-total", ja_all, en_all, source)


def judged(
    value: int | None, limit: int | None, rule: str, ja: str, en: str, source: str
) -> Finding:
    """A value against its limit; what was not written down blocks."""
    fits = value is not None and limit is not None and value <= limit
    return Finding("ok" if fits else "block", rule, ja, en, source, limit)


def generous(kind: Kind, planned: Premiums, rate_bp: int) -> Iterator[Finding]:
    """Our own care: more than a fifth of the receipt, or more than 200 円 for no purchase."""
    if rate_bp > WARN_RATE_BP:
        yield Finding(
            "warn", "grant-rate", "付与率がレシートの20%を超えます",
            "the grant exceeds a fifth of the receipt", "当社基準 / our own care", WARN_RATE_BP,
        )  # fmt: skip
    free = planned.without_purchase or kind == "visit"
    if free and (planned.fixed_points or 0) > WARN_FIXED_YEN:
        yield Finding(
            "warn", "fixed-grant", "購入なしの定額付与が200円を超えます",
            "a fixed grant without a purchase exceeds 200 yen", "当社基準 / our own care",
            WARN_FIXED_YEN,
        )  # fmt: skip

"""Bugs of coupons: who has one, how often, until when, and who pays."""

from tests.mutants.bug import Bug

STORIES = "tests/coupons/test_coupons.py"
TABLES = "tests/coupons/test_arithmetic.py"
SETTLED = "tests/coupons/test_settled.py"

COUPONING = (
    Bug(
        "a code on a screen is good for every use",
        "tenants/coupons/using.py",
        "if presented.serial is not None and presented.serial != uses:",
        "if presented.serial is not None and presented.serial > uses:",
        f"{STORIES}::test_m27_a_member_shows_the_screen_and_staff_tap_used_once_however_often",
    ),
    Bug(
        "a countdown lives in its last instant",
        "tenants/coupons/using.py",
        "if presented.now >= ends_at:",
        "if presented.now > ends_at:",
        f"{STORIES}::test_m28_a_countdown_starts_when_the_member_does_and_is_dead_to_the_second",
    ),
    Bug(
        "starting again starts anew",
        "tenants/coupons/start.sql",
        "ends_at = coalesce(holders.ends_at, excluded.ends_at)",
        "ends_at = coalesce(excluded.ends_at, holders.ends_at)",
        f"{STORIES}::test_m28_a_countdown_starts_when_the_member_does_and_is_dead_to_the_second",
    ),
    Bug(
        "whoever holds the code is of the segment",
        "tenants/coupons/using.py",
        "if coupon.segment is not None and coupon.segment not in holder.traits:",
        "if coupon.segment is None and coupon.segment in holder.traits:",
        f"{STORIES}::test_m30_only_the_segment_sees_it_and_to_others_it_is_an_unknown_one",
    ),
    Bug(
        "a coupon that stands alone suffers others before it",
        "tenants/coupons/using.py",
        "if others and (coupon.alone or ",
        "if others and (",
        f"{STORIES}::test_coupons_stand_alone_unless_both_say_otherwise",
    ),
    Bug(
        "a use that is undone stays used",
        "federation/reverse.py",
        "return [(original.reason, on, 1)]",
        "return []",
        f"{STORIES}::test_a_use_that_is_undone_gives_stock_and_the_members_turn_back",
    ),
    Bug(
        "a return gives back what earlier returns gave back too",
        "tenants/returning.py",
        "// whole_yen - before_yen",
        "// whole_yen",
        f"{STORIES}::test_goods_that_come_back_give_their_part_of_the_discount_back_and_never_more",
    ),
    Bug(
        "the part of a price is never rounded up",
        "tenants/coupons/coupon.py",
        "return -(-hundredths // 100)",
        "return hundredths // 100",
        f"{TABLES}::test_a_part_of_a_price_is_rounded_as_the_coupon_says",
    ),
    Bug(
        "coupons are settled as if they were points",
        "settlement/statement.py",
        "msgspec.structs.replace(put, code=OF_COUPONS.get(put.code, put.code)) for put in found",
        "msgspec.structs.replace(put, code=put.code) for put in found",
        f"{SETTLED}::test_whoever_funds_a_coupon_pays_the_shop_that_took_it",
    ),
    Bug(
        "a coupon pays the fee on points honoured",
        "settlement/fees.py",
        'if flow.kind == "coupon":  # a discount',
        "if False:  # a discount",
        f"{SETTLED}::test_whoever_funds_a_coupon_pays_the_shop_that_took_it",
    ),
    Bug(
        "a coupon's discount counts as points issued",
        "settlement/reports/issued.sql",
        "    AND parts.kind <> 'coupon'\n",
        "",
        f"{SETTLED}::test_a_coupon_is_no_point_in_the_statistics",
    ),
)

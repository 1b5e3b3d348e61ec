"""Bugs of the rules of earning: rates, multiples, hours, levels, and what a return asks of them."""

from tests.mutants.bug import Bug

RATES = "tests/tenants/test_rates.py"
LEVELS = "tests/tenants/test_settings.py"
RULES = "tests/stories/test_earning_rules.py"
FUNDERS = "tests/stories/test_base_funders.py"

EARNING = (
    Bug(
        "the tax in a price is rounded up",
        "tenants/rates.py",
        "return yen - yen * rate // (100 + rate)",
        "return yen * 100 // (100 + rate)",
        f"{RATES}::test_the_tax_in_a_price_is_floored",
    ),
    Bug(
        "a multiple is taken of the whole receipt where lines earn by themselves",
        "tenants/rates.py",
        "return sum([points * (tenths - 10) // 10 for points in pieces])",
        "return sum(pieces) * (tenths - 10) // 10",
        f"{RATES}::test_the_check_of_rakuten_by_line_at_half_a_times_more",
    ),
    Bug(
        "what earns nothing takes its share of each tender",
        "tenants/rates.py",
        "    part_yen = min(yen, earned.eligible_yen)\n",
        "    part_yen = min(yen // 2, earned.eligible_yen)\n",
        f"{RATES}::test_what_earns_nothing_counts_as_paid_by_the_other_tenders",
    ),
    Bug(
        "a hint counts the tax of other goods",
        "tenants/rates.py",
        "return (wanted - 1) * (100 + rate) // 100 + 1 - paid_yen",
        "return (wanted - 1) * 110 // 100 + 1 - paid_yen",
        f"{RATES}::test_the_hint_is_the_fewest_yen_that_bring_one_point_more",
    ),
    Bug(
        "quiet hours last a minute too long",
        "tenants/hours.py",
        '<= f"{there:%H:%M}" < hours.to_time',
        '<= f"{there:%H:%M}" <= hours.to_time',
        f"{RATES}::test_quiet_hours_are_told_by_the_sales_own_instant_in_japan",
    ),
    Bug(
        "the weekday is the one of London",
        "tenants/hours.py",
        "there = at.astimezone(TOKYO)",
        "there = at",
        f"{RATES}::test_quiet_hours_are_told_by_the_clock_of_japan_wherever_the_till_stands",
    ),
    Bug(
        "what was withdrawn is given still",
        "tenants/hours.py",
        "if not d.withdrawn and d.to_at > first and",
        "if d.to_at > first and",
        f"{RATES}::test_rain_is_declared_for_a_slot_and_a_sale_in_it_names_the_reason",
    ),
    Bug(
        "a return forgets what was withdrawn since",
        "tenants/earning.py",
        "gave += by_name(till, basis.terms, basis.day, basis.given)",
        "gave += []",
        f"{RULES}::test_m19_rain_from_14_to_17_gives_twice_and_the_entry_names_the_reason",
    ),
    Bug(
        "every campaign multiplies",
        "tenants/earning.py",
        "pieces = (total,) if campaign.multiplies else earned.pieces",
        "pieces = (total,)",
        f"{RATES}::test_campaigns_add_up_and_only_a_flagged_one_multiplies",
    ),
    Bug(
        "a newer word of a farther level wins",
        "tenants/settings.py",
        "    for key, (nearest, *others) in words.items():\n",
        "    for key, (*others, nearest) in words.items():\n",
        f"{LEVELS}::test_the_nearest_level_wins_and_of_one_level_its_last_word",
    ),
    Bug(
        "whoever was delegated a key delegates it on",
        "tenants/settings.py",
        "return key not in NEVER_DELEGATED and any(",
        "return any(",
        f"{LEVELS}::test_only_what_is_delegated_may_be_set",
    ),
    Bug(
        "a shop may set what is its own",
        "tenants/deciding.py",
        "        if not may_set(said.key, won.value):\n",
        "        if not may_set(said.key, [said.key]):\n",
        f"{RULES}::test_c24_a_shop_changes_only_what_is_delegated_to_it",
    ),
    Bug(
        "a tenant has others pay for the rules that it makes",
        "tenants/settings.py",
        'return value is None or getattr(convert(key, value), "funders", {}).keys() <= {"tenant"}',
        "return True",
        f"{FUNDERS}::test_what_is_delegated_is_set_at_ones_own_cost_alone",
    ),
    Bug(
        "a rate that the landlord pays for from next week on is the tenant's to set",
        "tenants/settings.py",
        "on = [from_on, *(day for day in days if day > from_on)]",
        "on = [from_on]",
        f"{FUNDERS}::test_nobody_sets_a_rate_that_others_pay_for_in_part",
    ),
    Bug(
        "a setting may begin today",
        "tenants/deciding.py",
        "if from_on <= day_of(now):",
        "if from_on < day_of(now):",
        f"{RULES}::test_c14_a_setting_of_today_or_before_is_refused",
    ),
    Bug(
        "a roll-out says again what holds already",
        "tenants/deciding.py",
        "return stands is not None and bool(stands.value == value)",
        "return False",
        f"{RULES}::test_o2_one_action_reaches_all_shops_with_the_result_of_each",
    ),
    Bug(
        "goods that came back unnamed earn on",
        "tenants/returning.py",
        "gone_yen, excluded = basket.unnamed_yen, basket.excluded_categories",
        "gone_yen, excluded = 0, basket.excluded_categories",
        f"{LEVELS}::test_returns_in_part_add_up_to_one_of_the_whole",
    ),
    Bug(
        "a preview forgets what a member has had of a capped campaign",
        "tenants/thinking.py",
        "            if grant.counted:\n",
        "            if not grant.counted:\n",
        f"{RULES}::test_rules_are_tried_on_past_days_before_they_hold",
    ),
    Bug(
        "base points are the tenant's alone, whatever was agreed",
        "tenants/earning.py",
        "        known = grants(plain(base, shares), basis, till)\n",
        "        known = grants(plain(base), basis, till)\n",
        f"{FUNDERS}::test_landlord_and_promotion_fund_have_their_part_in_base_points",
    ),
    Bug(
        "what is claimed at a counter is its own landlord's to pay",
        "tenants/earning.py",
        "terms, till = terms_of(sale, till), placed(sale, till)",
        "terms = terms_of(sale, till)",
        f"{FUNDERS}::test_landlord_and_promotion_fund_have_their_part_in_base_points",
    ),
    Bug(
        "a tenant that may set what it likes has others pay",
        "tenants/settings.py",
        "NEVER_DELEGATED = (DELEGATED, BASE_FUNDERS)",
        "NEVER_DELEGATED = (DELEGATED,)",
        f"{FUNDERS}::test_who_pays_is_agreed_with_whoever_does",
    ),
    Bug(
        "a preview forgets how receipts were paid",
        "tenants/thinking.py",
        "    paid = receipt.paid_by or {}\n",
        "    paid: dict[str, int] = {}\n",
        f"{RULES}::test_a_rule_of_tenders_is_tried_on_receipts_that_kept_how_they_were_paid",
    ),
)

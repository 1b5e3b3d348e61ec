"""Bugs of points: which go first, until when, how many, and what a hold keeps."""

from tests.mutants.bug import FOUND, HOLDS, PAINS, REDEEM, RETURNS, Bug

SPENDING = (
    Bug(
        "the soonest to lapse do not go first",
        "federation/purse.py",
        "return late, self.last_day(lot), not lot.limited, lot.entry_id, lot.part",
        "return late, date.min, not lot.limited, lot.entry_id, lot.part",
        f"{PAINS}::test_pain_13_the_soonest_lapse_first_then_limited_then_the_oldest_then_the_lower",
    ),
    Bug(
        "limited points do not go before regular ones",
        "federation/purse.py",
        "return late, self.last_day(lot), not lot.limited, lot.entry_id, lot.part",
        "return late, self.last_day(lot), False, lot.entry_id, lot.part",
        f"{PAINS}::test_pain_13_the_soonest_lapse_first_then_limited_then_the_oldest_then_the_lower",
    ),
    Bug(
        "points are over on their last day already",
        "federation/purse.py",
        "if lot.usable_from <= today <= self.last_day(lot)",
        "if lot.usable_from <= today < self.last_day(lot)",
        f"{REDEEM}::test_points_can_be_spent_to_the_end_of_their_last_day",
    ),
    Bug(
        "points lapse on their last day already",
        "federation/lapse.py",
        "if purse.last_day(lot) < page.today]",
        "if purse.last_day(lot) <= page.today]",
        "tests/laws/test_random_mall.py"
        "::test_points_that_are_over_when_a_late_sale_is_booked_lapse_with_it "
        f"{PAINS}::test_pain_15_a_day_ends_at_midnight_in_japan_wherever_the_server_stands",
    ),
    Bug(
        "a balance forgets the last day",
        "federation/balance.sql",
        "WHEN coalesce(lots.expires_on, wallets.slides_on) >= %(today)s::date",
        "WHEN coalesce(lots.expires_on, wallets.slides_on) > %(today)s::date",
        f"{PAINS}::test_pain_15_a_day_ends_at_midnight_in_japan_wherever_the_server_stands",
    ),
    Bug(
        "the job passes by what lapses on its day",
        "federation/due.sql",
        "next_expires_on <= %(up_to)s::date",
        "next_expires_on < %(up_to)s::date",
        f"{PAINS}::test_pain_14_a_lapse_is_true_before_any_job_and_the_job_takes_up_where_it_was",
    ),
    Bug(
        "a day ends at midnight in Greenwich",
        "federation/days.py",
        "return now.astimezone(TOKYO).date()",
        "return now.date()",
        f"{PAINS}::test_pain_15_a_day_ends_at_midnight_in_japan_wherever_the_server_stands",
    ),
    Bug(
        "points for tomorrow are spent today",
        "federation/purse.py",
        "if lot.usable_from <= today <= self.last_day(lot)",
        "if today <= self.last_day(lot)",
        "tests/stories/test_programme.py"
        "::test_points_for_tomorrow_show_today_and_are_spent_tomorrow",
    ),
    Bug(
        "fenced points are spent anywhere",
        "federation/purse.py",
        "here = [lot for lot in usable if lot.facility_id in (None, facility_id)]",
        "here = usable",
        "tests/stories/test_programme.py"
        "::test_ring_fenced_points_are_told_and_spent_in_their_own_facility_alone",
    ),
    Bug(
        "a tie goes to the last",
        "federation/shares.py",
        "(-(points * weights[n] % whole), n)",
        "(-(points * weights[n] % whole), -n)",
        "tests/tenants/test_earning.py::test_co_funded_points_are_carved_into_whole_ones",
    ),
    Bug(
        "parts of a grant are drawn one after the other",
        "federation/purse.py",
        "shared = largest_remainder(some, weights)",
        "shared = [min(w, max(0, some - sum(weights[:n]))) for n, w in enumerate(weights)]",
        f"{REDEEM}::test_points_are_taken_in_order_and_shared_by_who_pays",
    ),
    Bug(
        "points are earned on what points paid",
        "tenants/earning.py",
        "eligible_yen = max(0, sale.paid_yen - excluded_yen)",
        "eligible_yen = max(0, sale.paid_yen + sale.points_paid - excluded_yen)",
        "tests/stories/test_pains.py"
        "::test_pain_3_points_are_earned_on_what_was_paid_in_money_alone",
    ),
    Bug(
        "a campaign's cap is not looked at",
        "tenants/earning.py",
        "wanted = capped(points, campaign, day, basis.used)",
        "wanted = points",
        "tests/tenants/test_programme.py::test_a_cap_cuts_what_a_campaign_adds_and_nothing_else",
    ),
    Bug(
        "the day's limit begins anew with each slip",
        "tenants/spending.py",
        "limit - holder.used.get((REDEMPTION, business_date), 0)",
        "limit",
        f"{FOUND}::test_what_was_held_before_midnight_counts_for_that_day_when_it_comes_back",
    ),
    Bug(
        "who owes may spend",
        "tenants/spending.py",
        "if holder.points_owed > 0:",
        "if holder.points_owed < 0:",
        f"{RETURNS}::test_what_the_refund_cannot_cover_is_owed_until_later_points_pay_it",
    ),
)
HOLDING = (
    Bug(
        "a hold ends an instant late",
        "federation/lapse.py",
        "hold.expires_at <= page.now",
        "hold.expires_at < page.now",
        f"{HOLDS}::test_a_hold_past_its_time_is_released_whoever_looks_first",
    ),
    Bug(
        "a balance keeps a hold an instant too long",
        "federation/balance.sql",
        "AND holds.expires_at > %(now)s::timestamptz",
        "AND holds.expires_at >= %(now)s::timestamptz",
        f"{HOLDS}::test_a_hold_past_its_time_is_released_whoever_looks_first",
    ),
    Bug(
        "a capture keeps what it does not take",
        "federation/page.py",
        "            purse.hold(lot, -points)\n            self._changed[lot.key] = lot\n"
        "        hold.state = state\n",
        "            purse.hold(lot, -min(points, captured or points))\n"
        "            self._changed[lot.key] = lot\n        hold.state = state\n",
        f"{HOLDS}::test_a_part_is_captured_and_the_rest_is_free_again",
    ),
    Bug(
        "a hold is captured twice",
        "federation/hold.py",
        '        case "captured":\n            raise HoldCaptured\n',
        "",
        f"{HOLDS}::test_a_hold_ends_once_and_says_how_it_ended",
    ),
    Bug(
        "another shop's hold can be captured",
        "federation/verbs.py",
        "if held is None or held.shop_id != turn.till.shop_id:",
        "if held is None:",
        f"{HOLDS}::test_another_shops_hold_does_not_exist",
    ),
    Bug(
        "what is held lapses",
        "federation/purse.py",
        "return self.left - self.held",
        "return self.left",
        f"{HOLDS}::test_what_is_held_is_the_members_and_nobody_can_spend_it",
    ),
    Bug(
        "where limited points go first, a capture takes others",
        "federation/hold.py",
        "purse.place(one[0], spent.limited_first)",
        "purse.place(one[0])",
        f"{FOUND}::test_where_limited_points_go_first_a_hold_is_captured_in_that_order",
    ),
    Bug(
        "a hold that ended still counts for the day's limit",
        "federation/page.py",
        "purse.used[day] = max(0, purse.used[day] + free)",
        "purse.used[day] = max(0, purse.used[day])",
        f"{FOUND}::test_a_hold_that_the_clock_ended_leaves_the_days_limit_to_who_ends_it",
    ),
)

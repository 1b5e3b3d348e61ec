"""Bugs to plant: where, what stands there, what shall stand there, which tests must turn red."""

from dataclasses import dataclass

HOLDS = "tests/stories/test_holds.py"
RETURNS = "tests/stories/test_returns.py"
REVERSALS = "tests/stories/test_reversals.py"
FOUND = "tests/stories/test_found_by_the_mall.py"
PAINS = "tests/stories/test_pains_of_the_books.py"
PARALLEL = "tests/races/test_parallel_tills.py"
VERBS = "tests/races/test_spending_verbs.py"
LOCKS = "tests/races/test_locks.py"
REDEEM = "tests/federation/test_redeem.py"
JOURNAL = "tests/federation/test_journal.py"
OFFLINE = "tests/offline/test_lines.py"


@dataclass(frozen=True)
class Bug:
    """A bug by its name."""

    name: str
    file: str
    old: str
    new: str
    test: str


# The locks, and what stands by keys alone.
LOCKING = (
    Bug(
        "a wallet is read without its lock",
        "federation/turn.sql",
        "\nFOR UPDATE",
        "",
        f"{PARALLEL}::test_two_processes_take_turns_at_a_card",
    ),
    Bug(
        "a hold is made without the lock",
        "federation/turn.sql",
        "\nFOR UPDATE",
        "",
        f"{VERBS}::test_two_processes_take_turns_at_a_hold",
    ),
    Bug(
        "wallets are locked in another order",
        "federation/turn.sql",
        "ORDER BY member_id",
        "ORDER BY member_id DESC",
        f"{LOCKS}::test_wallets_are_locked_in_order_of_their_members",
    ),
    Bug(
        "a booking does not hold off a close",
        "federation/looking.py",
        "        await conn.execute(SHARE_CLOSE)\n",
        "",
        f"{LOCKS}::test_a_close_waits_for_the_booking_that_has_begun",
    ),
    Bug(
        "a slip may stand in the books twice",
        "deploy/migrations/0002_federation.sql",
        "    booked_at timestamptz NOT NULL,\n    PRIMARY KEY (shop_id, slip)\n",
        "    booked_at timestamptz NOT NULL\n",
        f"{PARALLEL}::test_one_slip_for_two_members_at_once_is_one_members_only",
    ),
    Bug(
        "a receipt may stand in the books twice",
        "deploy/migrations/0002_federation.sql",
        "    booked_at timestamptz NOT NULL,\n"
        "    PRIMARY KEY (shop_id, business_date, receipt_till, receipt_no)\n",
        "    booked_at timestamptz NOT NULL\n",
        f"{PARALLEL}::test_a_receipt_under_several_slips_at_once_earns_once",
    ),
    Bug(
        "a slip that came in during the look is judged unseen",
        "federation/desk.py",
        "bool(wants & taken) or not turn.looked_up",
        "bool(wants & taken)",
        f"{VERBS}::test_goods_that_come_back_at_two_tills_come_back_once",
    ),
    Bug(
        "an undoing overtakes the slip that waits",
        "federation/desk.py",
        "            taken |= wants"
        "  # also of who waits: nobody overtakes a slip that it concerns\n"
        "            if waits:\n                later.append(turn)\n                continue\n",
        "            if waits:\n                later.append(turn)\n                continue\n"
        "            taken |= wants\n",
        f"{FOUND}::test_nobody_overtakes_the_slip_that_it_concerns",
    ),
    Bug(
        "a shut door is not looked at again",
        "federation/booking.py",
        "turn.till.vouched != moved",
        "turn.till.vouched > moved",
        "tests/auth/test_gate.py::test_who_is_shut_out_is_refused_at_once_where_money_moves",
    ),
)
# Slips: asking twice.
ASKING = (
    Bug(
        "a fingerprint is not compared",
        "federation/booking.py",
        "if not known.cancelled and known.fingerprint != turn.fingerprint:",
        "if False:",
        "tests/stories/test_pains.py::test_pain_11_a_slip_is_not_lost_to_a_failure_of_ours",
    ),
    Bug(
        "a refusal does not burn its slip",
        "federation/booking.py",
        "turn.refused.status == 409 and turn.refused.burns",
        "False",
        "tests/stories/test_refusals.py",
    ),
    Bug(
        "a path is not part of the fingerprint",
        "federation/slips.py",
        'f"{ask.call}\\n{path}\\n"',
        'f"{ask.call}\\n\\n"',
        f"{HOLDS}::test_the_same_hold_and_the_same_capture_get_the_same_bytes",
    ),
    Bug(
        "what was cancelled before it came is booked",
        "federation/booking.py",
        "    return [own, cancelled]\n",
        "    return [own]\n",
        f"{REVERSALS}::test_a_slip_that_has_not_arrived_is_cancelled_for_ever",
    ),
)
# Which points, and until when.
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
        "points = capped(base * (campaign.multiplier - 1), campaign, day, basis.used)",
        "points = base * (campaign.multiplier - 1)",
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
# Codes and PINs.
PROVING = (
    Bug(
        "a code that has paid is not marked",
        "federation/verbs.py",
        'page.add("codes", {',
        "dict({",
        f"{VERBS}::test_a_code_that_is_shown_at_several_tills_at_once_pays_once",
    ),
    Bug(
        "a code lives an instant too long",
        "federation/booking.py",
        "card.expires_at <= as_of",
        "card.expires_at < as_of",
        f"{VERBS}::test_a_code_that_is_shown_at_several_tills_at_once_pays_once",
    ),
    Bug(
        "wrong PINs are not counted",
        "federation/booking.py",
        "tries = 0 if right else wrong + 1",
        "tries = 0 if right else wrong",
        f"{VERBS}::test_a_wrong_pin_at_six_tills_at_once_counts_five_tries",
    ),
    Bug(
        "a PIN has six tries",
        "federation/booking.py",
        "PIN_TRIES = 5",
        "PIN_TRIES = 6",
        f"{VERBS}::test_a_wrong_pin_at_six_tills_at_once_counts_five_tries",
    ),
)
# Holds.
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
# What comes back.
COMING_BACK = (
    Bug(
        "the first drawn come back first",
        "federation/give_back.py",
        "for grant in reversed(grants):",
        "for grant in grants:",
        f"{FOUND}::test_the_last_drawn_come_back_first_also_where_sliding_points_moved_on",
    ),
    Bug(
        "draws are not numbered in their order",
        "federation/page.py",
        "self._drawn[entry.entry_id] += 1",
        "self._drawn[entry.entry_id] -= 1",
        f"{FOUND}::test_the_last_drawn_come_back_first_also_where_sliding_points_moved_on",
    ),
    Bug(
        "a shortage is taken from limited points",
        "federation/give_back.py",
        "regular = [(lot, lot.free) for lot in purse.free_lots() if not lot.limited]",
        "regular = [(lot, lot.free) for lot in purse.free_lots()]",
        f"{FOUND}::test_a_shortage_is_taken_from_regular_points_alone",
    ),
    Bug(
        "a rule's parts are shared anew",
        "federation/give_back.py",
        "free = [sum(lot.free for lot in lots) for lots in left]",
        "free = [min(part.points, sum(lot.free for lot in lots)) and part.points"
        " for part, lots in zip(parts, left, strict=True)]",
        f"{FOUND}::test_a_rules_parts_are_taken_back_by_what_is_left_in_them",
    ),
    Bug(
        "what was taken back before is taken again",
        "tenants/returning.py",
        "granted[rule] - min(granted[rule], rest[rule]) - before[rule]",
        "granted[rule] - min(granted[rule], rest[rule])",
        f"{PAINS}::test_pain_2_three_partial_returns_are_one_full_return",
    ),
    Bug(
        "more comes back than was bought",
        "tenants/returning.py",
        'if quantity > left["quantity"] or amount_yen > left["amount_yen"]:',
        "if quantity > 100_000:",
        f"{RETURNS}::test_lines_come_back_by_quantity_and_no_more_than_there_were",
    ),
    Bug(
        "points that paid do not come back first",
        "tenants/returning.py",
        "restore = min(out, returned_yen)",
        "restore = min(out, returned_yen * out // max(1, basket.total_yen + returned_yen))",
        f"{RETURNS}::test_points_that_paid_come_back_first",
    ),
    Bug(
        "a shortage is not kept from the refund",
        "federation/give_back.py",
        'cash = asked.cash_yen if asked.shortage == "DEDUCT_FROM_REFUND" else 0',
        "cash = 0",
        f"{RETURNS}::test_what_is_short_is_kept_from_the_refund",
    ),
    Bug(
        "a grant that was spent is reversed",
        "federation/reverse.py",
        "if points > 0 and purses[key[0]].lots[key].free < points:",
        "if points > 0 and purses[key[0]].lots[key].points < points:",
        f"{REVERSALS}::test_a_grant_that_was_spent_since_is_not_reversible",
    ),
    Bug(
        "a slip is undone on any day",
        "tenants/undoing.py",
        "if any(entry.business_date != asked.business_date for entry in past.own):",
        "if any(entry.business_date > asked.business_date for entry in past.own):",
        f"{REVERSALS}::test_only_the_own_shops_slip_on_its_own_business_date_is_undone",
    ),
    Bug(
        "an undone receipt cannot earn again",
        "federation/reverse.py",
        '    if original.kind == "accrual":\n        page.add(',
        '    if original.kind == "none":\n        page.add(',
        f"{REVERSALS}::test_voiding_an_accrual_returns_member_and_receipt_to_the_prior_state",
    ),
    Bug(
        "an undone debt stays in the wallet",
        "federation/reverse.py",
        "        purse.touched = True\n        key = debt.entry_id, debt.part\n",
        "        key = debt.entry_id, debt.part\n",
        f"{FOUND}::test_a_debt_whose_return_was_undone_is_not_paid_before_another",
    ),
    Bug(
        "an undone return posts to another funder",
        "federation/reverse.py",
        "-draw.points, kind, stead_of(draw))",
        "-draw.points, kind)",
        f"{FOUND}::test_undoing_a_return_gives_back_to_whom_it_took_from",
    ),
    Bug(
        "an undone adjustment posts to the shop",
        "federation/reverse.py",
        'KINDS = {"return": "unreturn", "adjustment": "adjustment"}',
        'KINDS = {"return": "unreturn"}',
        f"{FOUND}::test_undoing_an_adjustment_posts_to_the_account_it_came_from",
    ),
    Bug(
        "points that are over pay debts",
        "federation/verbs.py",
        "        lapse(page, purse)\n"
        "    if purse.owed and purse.read and turn.order.give_back is None:\n"
        "        repay(page, purse, turn.stamp())\n",
        "        pass\n"
        "    if purse.owed and purse.read and turn.order.give_back is None:\n"
        "        repay(page, purse, turn.stamp())\n"
        "    if purse.read:\n        lapse(page, purse)\n",
        f"{FOUND}::test_points_that_are_over_pay_no_debt",
    ),
)
# Offline files, the journal, the tenants' walls.
AROUND = (
    Bug(
        "an offline line's signature is not checked",
        "tenants/judging.py",
        "    offline_lines.check(signed, key.key)\n",
        "",
        f"{OFFLINE}::test_a_refusal_comes_in_its_order",
    ),
    Bug(
        "an offline line's chain is not followed",
        "tenants/judging.py",
        "if line.prev_ok is False or (after is not None and after.prev != own.sha256):",
        "if line.prev_ok is False and after is not None:",
        f"{OFFLINE}::test_a_refusal_comes_in_its_order",
    ),
    Bug(
        "points are taken offline beyond the tenant's risk",
        "tenants/judging.py",
        "or so_far + points > limit.per_till_day_points",
        "or points > limit.per_till_day_points",
        f"{OFFLINE}::test_points_are_taken_offline_within_the_caps_and_at_the_tenants_risk",
    ),
    Bug(
        "the journal does not wait for open bookings",
        "federation/journal_next.sql",
        "    AND entries.xid < pg_snapshot_xmin(pg_current_snapshot())\n",
        "",
        f"{JOURNAL}::test_one_that_sleeps_in_an_open_booking_is_waited_for",
    ),
    Bug(
        "a hash leaves out in whose stead points were taken",
        "federation/journal_moved.sql",
        "business_date, cycle_id, for_funder_id, for_rule\n",
        "business_date, cycle_id\n",
        f"{JOURNAL}::test_what_is_hashed_is_read",
    ),
    Bug(
        "a hash leaves out the slip",
        "federation/journal_hash.py",
        "    slip: str | None = None\n",
        "",
        f"{JOURNAL}::test_all_columns_of_what_an_entry_moves_are_hashed_or_named",
    ),
    Bug(
        "a tenant reads every tenant's entries",
        "deploy/migrations/0002_federation.sql",
        "CREATE POLICY own ON federation.entries FOR SELECT TO meguri_app"
        " USING (tenant_id = federation.reader());",
        "CREATE POLICY own ON federation.entries FOR SELECT TO meguri_app USING (true);",
        "tests/stories/test_isolation.py",
    ),
    Bug(
        "an entry goes to the cycle after its own",
        "federation/looking.py",
        "if first_on <= business_date <= last_on:",
        "if first_on <= business_date < last_on:",
        f"{PAINS}::test_pain_15_a_day_ends_at_midnight_in_japan_wherever_the_server_stands",
    ),
)
PLANTED = (*LOCKING, *ASKING, *SPENDING, *PROVING, *HOLDING, *COMING_BACK, *AROUND)

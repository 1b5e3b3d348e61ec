"""Bugs of what comes back, and around the books: offline files, the journal, tenants."""

from tests.mutants.bug import FOUND, JOURNAL, OFFLINE, PAINS, RETURNS, REVERSALS, Bug

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
        "-draw.points, drawn, stead_of(draw))",
        "-draw.points, drawn)",
        f"{FOUND}::test_undoing_a_return_gives_back_to_whom_it_took_from",
    ),
    Bug(
        "an undone adjustment posts to the shop",
        "federation/reverse.py",
        'DRAWN = {"return": "unreturn", "adjustment": "unreturn", "merge": "merge"}',
        'DRAWN = {"return": "unreturn", "merge": "merge"}',
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
        "for_funder_id, for_rule, funder_id, kind,",
        "funder_id, kind,",
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

"""Bugs of caps, of give and take, and of what does not agree."""

from tests.mutants.bug import Bug

EXPOSURE = "tests/settlement/exposure/test_exposure.py"
LEVELS = "tests/settlement/exposure/test_levels.py"
GIVE_TAKE = "tests/settlement/exposure/test_give_take.py"
CLASSING = "tests/settlement/breaks/test_classing.py"
COMPARED = "tests/settlement/breaks/test_reconciliation.py"
PAINS = "tests/stories/test_pains_of_settlement.py"
ROWS = "tests/stories/test_rows_of_settlement.py"
FEE = "tests/settlement/life/test_payee_fee.py"
FEWEST = "tests/settlement/test_fewest.py"
NINE = f"{PAINS}::test_pain_9_exposure_counts_every_cycle_that_is_not_settled"
STOPPED = f"{EXPOSURE}::test_a_tenant_over_its_cap_gives_no_points_but_sells_and_accepts"
PARTS = f"{EXPOSURE}::test_what_is_disputed_released_or_carried_on_counts"

PASSES = "tests/settlement/test_passes.py"
COUNTED = "tests/pages/test_people_counted.py"
PEOPLE = "tests/pages/test_figures.py"
FEW = f"{PEOPLE}::test_few_who_came_are_not_counted_out_across_tenants"

ASKED = "test_somebody_asks_for_a_run_on_its_page_and_any_hub_does_it_once"

BACK = "test_who_took_their_consent_back_is_not_among_those_who_can_be_reached"

PROPOSING = "tests/settlement/exposure/test_proposing.py"

LIMITING = (
    Bug(
        "whoever proposed a cap approves it",
        "settlement/exposure/decide.sql",
        "AND (proposed_by = %(who)s::text) = (%(state)s::text = 'withdrawn')",
        "",
        f"{PROPOSING}::test_a_cap_holds_once_another_approved_it",
    ),
    Bug(
        "a deposit moves as often as it is approved at once",
        "settlement/exposure/decide.sql",
        "    AND state = 'proposed'\n",
        "",
        f"{PROPOSING}::test_of_many_who_approve_at_once_one_does",
    ),
    Bug(
        "what lapses is told with what is spent already",
        "deploy/figures/lapsing.sql",
        "lots.points_left AS points,",
        "lots.points AS points,",
        "tests/pages/test_lapsing.py::"
        "test_the_number_of_today_is_the_sum_of_the_lots_that_it_opens",
    ),
    Bug(
        "the list behind an hour of the week tells the sum of the whole week",
        "deploy/figures/whole.sql",
        "        AND (%(hour)s::integer IS NULL OR sales.hour = %(hour)s)\n",
        "",
        f"{PEOPLE}::test_what_a_number_opens_comes_to_that_number",
    ),
    Bug(
        "a tenant's row at a facility opens what it sold everywhere",
        "deploy/figures/places.py",
        'return f"{self.place}{AND}{own}" if self.place and self.level != "shop" else own',
        "return own",
        f"{PEOPLE}::test_a_row_opens_no_more_of_a_tenant_than_it_counts",
    ),
    Bug(
        "what was used at home stands among what was used elsewhere",
        "settlement/circulation/behind.sql",
        "        AND (NOT %(away)s::boolean OR origin.code <> place.code)\n",
        "",
        "tests/pages/test_circulation.py::test_every_number_opens_the_uses_that_come_to_it",
    ),
    Bug(
        "who took their consent back is counted as reachable",
        "deploy/figures/reachable.sql",
        ") IS NOT FALSE",
        ") IS NOT FALSE OR true",
        f"{PEOPLE}::{BACK}",
    ),
    Bug(
        "a run is asked for as often as a button is pressed",
        "deploy/jobs/runner.py",
        'lock=name, queueing_lock=f"{name} asked")',
        "lock=name)",
        f"tests/jobs/test_jobs.py::{ASKED}",
    ),
    Bug(
        "whoever looks across tenants is told of one who came",
        "deploy/figures/asking.py",
        "return caller.shops is None or caller.tenant_id != OPERATOR_ID",
        "return True",
        FEW,
    ),
    Bug(
        "a sum stands beside the count that it gives away",
        "deploy/figures/tables.py",
        "day: None if n in few else",
        "day: None if n in () else",
        f"{PEOPLE}::test_the_sum_beside_a_hidden_count_is_not_told",
    ),
    Bug(
        "exposure forgets payments that have not moved",
        "settlement/exposure/owed.sql",
        "WHERE payments.state NOT IN ('settled', 'void', 'again', 'carried')",
        "WHERE payments.state IN ('planned')",
        NINE,
    ),
    Bug(
        "exposure counts a stated cycle as running too",
        "settlement/exposure/owed.sql",
        "        NOT EXISTS (SELECT FROM settlement.statements WHERE statements.cycle_id"
        " = calendar.cycle_id)",
        "        true",
        NINE,
    ),
    Bug(
        "a claim in dispute counts",
        "settlement/exposure/owed.sql",
        "adjustments.kind = 'held' AND adjustments.yen > 0",
        "adjustments.kind = 'held'",
        PARTS,
    ),
    Bug(
        "what is carried to the next cycle is forgotten",
        "settlement/exposure/owed.sql",
        "lines.code = 402 AND lines.carry = 'out'",
        "lines.code = 402 AND lines.carry = 'in'",
        PARTS,
    ),
    Bug(
        "a tenant at its cap is over it",
        "settlement/exposure/levels.py",
        'if exposure_yen > (back_yen if was == "refused" else refusal_yen):',
        'if exposure_yen >= (back_yen if was == "refused" else refusal_yen):',
        f"{LEVELS}::test_all_cycles_count_less_what_was_paid_in",
    ),
    Bug(
        "a stopped tenant is freed at the edge",
        "settlement/exposure/levels.py",
        '(back_yen if was == "refused" else refusal_yen)',
        "refusal_yen",
        f"{LEVELS}::test_whoever_was_stopped_is_freed_at_the_level_of_warning",
    ),
    Bug(
        "nobody tells the tills that a tenant is stopped",
        "tenants/granting.py",
        "    await layout.moved(conn)",
        "    assert conn",
        STOPPED,
    ),
    Bug(
        "a purchase gives a stopped tenant's points",
        "tenants/spending.py",
        "    earned = covered(accrual(bought, till, holder), till)",
        "    earned = covered(accrual(bought, till, holder), till) if not till.stopped else"
        " accrual(bought, till, holder)",
        STOPPED,
    ),
    Bug(
        "an older version of a cap holds",
        "settlement/exposure/caps.sql",
        "caps.from_on DESC, caps.version DESC",
        "caps.from_on DESC, caps.version",
        f"{EXPOSURE}::test_a_cap_is_dated_and_its_history_stays",
    ),
    Bug(
        "who reads after a pass over everything plans as the pass did",
        "settlement/passes.py",
        "conn.transaction(force_rollback=True)",
        "conn.transaction()",
        f"{PASSES}::test_what_is_read_after_a_pass_is_planned_as_before",
    ),
    Bug(
        "a late undoing is forgotten where people are counted",
        "deploy/figures/people.sql",
        "HAVING sum(visits.visits) > 0",
        "HAVING max(visits.visits) > 0",
        f"{COUNTED}::test_people_of_any_column_and_place_are_those_whom_a_loop_counts",
    ),
    Bug(
        "a week that is cut counts people from its Monday on",
        "deploy/figures/people.sql",
        "BETWEEN spans.first_on AND",
        "BETWEEN spans.since_on AND",
        f"{COUNTED}::test_people_of_any_column_and_place_are_those_whom_a_loop_counts",
    ),
    Bug(
        "own points used here count as others'",
        "settlement/fairness/give_take.sql",
        "honoured FROM signed WHERE tenant_id <> funder_id",
        "honoured FROM signed",
        f"{GIVE_TAKE}::test_c21_each_tenant_sees_what_it_gave_and_took_and_the_operator_all",
    ),
    Bug(
        "a break that is gone leaves no row",
        "settlement/breaks/classing.py",
        'if one.break_id not in seen and one.state != "resolved"]',
        "if one.break_id in seen]",
        f"{CLASSING}::test_a_break_lives_in_rows_and_never_vanishes",
    ),
    Bug(
        "an explained break that differs otherwise stays explained",
        "settlement/breaks/classing.py",
        "elif (was.told, was.found, was.behind) != figures[1:] or (",
        "elif (was.told, was.found, was.behind) == () or (",
        f"{CLASSING}::test_a_break_lives_in_rows_and_never_vanishes",
    ),
    Bug(
        "a day that was never closed is not missed",
        "settlement/breaks/till_hub.sql",
        "    AND told.figures IS DISTINCT FROM hub.figures",
        "    AND told.figures <> hub.figures",
        f"{COMPARED}::test_a_day_that_was_never_closed_is_missed_and_pages_turn",
    ),
    Bug(
        "a statement's points are not compared with the books",
        "settlement/breaks/hub_statement.sql",
        "    (coalesce(hub.points, 0), coalesce(hub.entries, 0))\n"
        "    <> (coalesce(stated.points, 0), coalesce(stated.entries, 0))",
        "    coalesce(hub.entries, 0) <> coalesce(stated.entries, 0)",
        f"{COMPARED}::test_a_statement_that_somebody_changed_and_a_payment_that_failed",
    ),
    Bug(
        "what was taken back is left out of the summary",
        "settlement/reports/issued.sql",
        "    parts.movement IN ('granted', 'recovered')",
        "    parts.movement IN ('granted')",
        f"{ROWS}::test_a11_what_was_issued_ties_to_the_ledger_to_the_point",
    ),
    Bug(
        "a line of an outside programme counts twice",
        "tenants/add_foreign.sql",
        "    WHERE told.reference NOT IN (SELECT known.reference FROM known)",
        "    WHERE true",
        f"{ROWS}::test_c31_an_outside_programme_stands_apart_and_is_never_settled",
    ),
    Bug(
        "the payee's fee is expected to arrive",
        "settlement/life/results.py",
        "            yen=abs(one.yen) - one.fee_yen,",
        "            yen=abs(one.yen),",
        f"{FEE}::test_a_payee_bears_the_fee_from_the_plan_to_the_banks_line",
    ),
    Bug(
        "a fee may eat the whole transfer",
        "settlement/bank/routing.py",
        "            if sent_yen > 0:",
        "            if sent_yen >= 0:",
        f"{FEE}::test_a_fee_that_the_payee_bears_stays_behind",
    ),
    Bug(
        "the fewest transfers are the greedy ones",
        "settlement/fewest.py",
        "    groups = most_groups(open_nets) if exact else paired(open_nets)",
        "    groups = paired(open_nets)",
        f"{FEWEST}::test_the_fewest_transfers_of_small_malls",
    ),
)

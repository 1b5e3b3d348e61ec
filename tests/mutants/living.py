"""Bugs of a cycle's life: who approves, what is held, what leaves, what comes back."""

from tests.mutants.bug import Bug

LIFE = "tests/settlement/life/test_life.py"
DISPUTES = "tests/settlement/life/test_disputes.py"
BACK = "tests/settlement/life/test_coming_back.py"
KILLED = "tests/settlement/life/test_killed.py"
WHOLE = f"{LIFE}::test_a_cycle_lives_from_its_seal_to_its_last_yen"
SENT_AGAIN = f"{BACK}::test_a_returned_transfer_is_sent_again_under_a_new_reference"

LIVING = (
    Bug(
        "the last statement of a tenant is of a half month, whatever was agreed",
        "settlement/life/planned.py",
        "calendar.cycle_of(on, schemes.calendar_on(await agreements(conn), on))",
        "calendar.cycle_of(on)",
        "tests/settlement/life/test_leaving.py::"
        "test_the_last_cycle_of_a_day_that_nobody_planned_yet_is_as_it_was_agreed",
    ),
    Bug(
        "a fee that a payer deducted is asked for as if it were owed",
        "settlement/life/results.py",
        "    outcome = match(expected, lines_of(files), fees, failed)",
        "    outcome = match(expected, lines_of(files), frozenset(), failed)",
        "tests/settlement/life/test_coming_back.py::"
        "test_a_fee_that_the_payer_deducted_is_a_fee_where_the_bank_s_profile_knows_it",
    ),
    Bug(
        "who prepared the payments approves them",
        "settlement/life/confirm.py",
        "    if who in (of.prepared_by, of.closed_by):",
        "    if who == of.closed_by:",
        f"{LIFE}::test_whoever_closed_or_prepared_does_not_approve",
    ),
    Bug(
        "a cycle is approved on the last day of objections",
        "settlement/life/confirm.py",
        "day_of(now) <= of.objections_until",
        "day_of(now) < of.objections_until",
        WHOLE,
    ),
    Bug(
        "a change leaves the approval as it was",
        "settlement/life/confirm.py",
        '        if of.state == "approved":\n            await step(',
        '        if of.state == "nowhere":\n            await step(',
        f"{LIFE}::test_a_change_after_the_approval_voids_it",
    ),
    Bug(
        "nobody compares what leaves with what was approved",
        "settlement/life/send.py",
        "    if await fingerprint(conn, of.cycle_id, plan.plan) != plan.sha256:",
        "    if plan.sha256 is None:",
        f"{LIFE}::test_what_somebody_changed_behind_the_approval_does_not_leave",
    ),
    Bug(
        "an approval forgets the statements",
        "settlement/life/papers.py",
        "        await stated(conn, cycle_id),\n        await payments(conn, cycle_id, plan),",
        "        [],\n        await payments(conn, cycle_id, plan),",
        f"{LIFE}::test_what_somebody_changed_behind_the_approval_does_not_leave",
    ),
    Bug(
        "a disputed line is paid twice instead of not at all",
        "settlement/life/disputes.py",
        "        held = both_sides(line, -line.yen, others)",
        "        held = both_sides(line, line.yen, others)",
        f"{DISPUTES}::test_a_disputed_line_is_paid_by_neither_side_until_it_is_decided",
    ),
    Bug(
        "the last day of objections is over before it ends",
        "settlement/life/disputes.py",
        "    if day_of(now) > of.objections_until:",
        "    if day_of(now) >= of.objections_until:",
        f"{DISPUTES}::test_what_cannot_be_disputed_is_refused_by_name",
    ),
    Bug(
        "an upheld dispute corrects the other way",
        "settlement/life/disputes.py",
        "    return -known.yen if asked.adjusted_yen is None",
        "    return known.yen if asked.adjusted_yen is None",
        f"{DISPUTES}::test_an_upheld_dispute_corrects_the_line_in_the_next_cycle",
    ),
    Bug(
        "what is given back is shared otherwise than what was taken",
        "settlement/life/dues.py",
        "    ranked = sorted(among, key=lambda one: (-(size * among[one] % whole), one))",
        "    ranked = sorted(among, key=lambda one: (-(yen * among[one] % whole), one))[::sign]",
        f"{DISPUTES}::test_what_is_held_is_shared_by_those_on_the_other_side",
    ),
    Bug(
        "a file of results is taken as often as it comes",
        "settlement/life/results.py",
        '    return found[0]["answer"].encode() if found else None',
        "    return None",
        WHOLE,
    ),
    Bug(
        "a line counts as often as files tell of it",
        "settlement/life/results.py",
        "            found |= Counter(",
        "            found += Counter(",
        f"{BACK}::test_lines_that_two_files_tell_of_count_once",
    ),
    Bug(
        "what the bank said of a debit is said of the next one too",
        "settlement/life/results.py",
        '        if (one.route, cycle_of(one), one.plan) == ("DIRECT_DEBIT", cycle_id, plan):',
        '        if one.route == "DIRECT_DEBIT":',
        f"{LIFE}::test_a_failed_debit_is_collected_when_it_is_sent_again",
    ),
    Bug(
        "any account's statement is taken for our own",
        "settlement/life/results.py",
        "            if profile is None or place != profile.originator.account.place:",
        "            if profile is None:",
        f"{BACK}::test_a_statement_of_somebody_elses_account_is_not_taken",
    ),
    Bug(
        "what is sent again needs no second pair of eyes",
        "settlement/life/send.py",
        "        if of.state not in SENDING or not approved or not (of.approved_by or waits):",
        "        if of.state not in SENDING:",
        SENT_AGAIN,
    ),
    Bug(
        "nobody bears what is carried",
        "settlement/life/carry.sql",
        "    SELECT parties.party_id, -%(open_yen)s::bigint FROM",
        "    SELECT parties.party_id, 0 * %(open_yen)s::bigint FROM",
        f"{LIFE}::test_a_failed_debit_is_carried_and_one_is_sent_again",
    ),
    Bug(
        "a payment is carried as often as it is asked",
        "settlement/life/send.py",
        '        if one["state"] != "carried":',
        '        if one["state"] != "nowhere":',
        KILLED,
    ),
    Bug(
        "what waits for its day is lost when something else comes back",
        "settlement/life/planning.py",
        "    if of.plan is not None and (not again or of.pending):",
        "    if of.plan is not None:",
        f"{BACK}::test_what_waits_for_its_day_leaves_though_something_came_back_meanwhile",
    ),
    Bug(
        "what is paid after it was carried is not told",
        "settlement/life/results.py",
        '        if state == "settled" and one.state in CLOSED:',
        '        if state == "settled" and one.state == "nowhere":',
        f"{BACK}::test_what_is_paid_after_it_was_carried_is_told",
    ),
    Bug(
        "who winds a programme down forgets what was deposited",
        "settlement/life/winding.py",
        "self.points + self.owed_yen - self.prefunded_yen",
        "self.points + self.owed_yen",
        "tests/deploy/test_settlement_commands.py"
        "::test_what_the_whole_programme_would_leave_behind_is_told_before_it_ends",
    ),
)

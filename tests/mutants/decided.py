"""Bugs of what disputes left, of papers by edition, and of estimates of use."""

from tests.mutants.bug import Bug

CORRECTIONS = "tests/settlement/life/test_corrections.py"
ADJUSTING = "tests/settlement/test_adjusting.py"
FORGED = f"{ADJUSTING}::test_a_forged_adjustment_is_named_though_every_hash_fits"
TRUE = f"{CORRECTIONS}::test_what_was_sealed_and_what_was_adjusted_is_what_is_true"

DECIDED = (
    Bug(
        "a paper that nobody approved bears the registration number",
        "settlement/paper/form.py",
        'own = paper.edition == "final" and',
        "own = True and",
        "tests/settlement/test_paper.py::"
        "test_a_provisional_paper_is_no_invoice_no_request_and_no_notice",
    ),
    Bug(
        "a paper that nobody approved asks for money",
        "settlement/paper/labels.py",
        'return known if paper.edition == "provisional" and known in',
        "return known if False and known in",
        "tests/settlement/test_paper.py::"
        "test_a_provisional_paper_says_what_is_going_to_be_paid_or_billed",
    ),
    Bug(
        "what stands in the statement is paid beside it too",
        "settlement/life/planning.py",
        '        if not row["in_statement"]',
        "        if True",
        TRUE,
    ),
    Bug(
        "what is decided is put into a statement that is sealed",
        "settlement/life/next.sql",
        "IN ('begun', 'lapsed', 'shut', 'summed')",
        "IN ('begun', 'lapsed', 'shut', 'summed', 'stated', 'sealed')",
        f"{CORRECTIONS}::"
        "test_what_is_decided_once_the_next_cycle_is_stated_stands_in_the_one_after",
    ),
    Bug(
        "the fund bears what is corrected",
        "settlement/life/dues.py",
        "        found[operator(parties) if party in funds else party, code] += yen",
        "        found[party, code] += yen",
        f"{CORRECTIONS}::test_the_fund_holds_what_is_outstanding_whatever_is_corrected",
    ),
    Bug(
        "a corrected fee keeps its tax",
        "settlement/life/disputes.py",
        "    if line.code in FEES and tax_bp is not None:",
        "    if False and tax_bp is not None:",
        f"{CORRECTIONS}::test_a_corrected_fee_takes_its_tax_along_and_names_the_invoice",
    ),
    Bug(
        "one side of a dispute is enough",
        "settlement/adjusting.py",
        "    wrong = {dispute for (dispute, _), total in yen.items() if total}",
        "    wrong = {dispute for (dispute, _), total in yen.items() if False}",
        FORGED,
    ),
    Bug(
        "what disputes left does not count towards the least that is paid",
        "settlement/statement.py",
        "    for one in beside(flows, dict(owed_yen), parties, agreed):",
        "    before = charges(flows, entries, parties) if decided else []\n"
        "    for one in beside(flows, total_yen(before) or dict(owed_yen), parties, agreed):",
        f"{ADJUSTING}::test_what_disputes_left_counts_towards_the_least_that_is_paid",
    ),
    Bug(
        "an entry that changes over counts twice in its line",
        "settlement/tally.py",
        '        return movement == "moved-out" and (part.entry, line) in self._moved',
        "        return False",
        "tests/settlement/test_close.py::"
        "test_points_that_change_from_one_scheme_at_issue_to_another_close",
    ),
    Bug(
        "a paper from before the approval is given out after it",
        "settlement/paper/issue.py",
        "    return said in ((plan is not None, plan), (True, None))",
        "    return True",
        f"{CORRECTIONS}::test_a_paper_is_provisional_until_somebody_approves_and_then_says_who",
    ),
    Bug(
        "a corrected fee is told at the rate of today",
        "settlement/paper/tax.py",
        "    if line.tax_bp is not UNSET:",
        "    if False:",
        "tests/settlement/test_paper.py::test_fees_of_two_rates_are_told_rate_by_rate",
    ),
    Bug(
        "revenue from points is measured against the first estimate",
        "settlement/paper/estimates.py",
        "    return points_yen - recognised(points_yen, cohort.used, cohort.used + left)",
        "    return points_yen - recognised(points_yen, cohort.used, max(expected, cohort.used))",
        "tests/settlement/test_estimates.py::"
        "test_the_example_of_the_standard_comes_out_of_the_journals_of_cycles",
    ),
    Bug(
        "a code that leads to its days is a text in the workbook",
        "settlement/paper/xlsx.py",
        "sheet.write_number(top, 0, line.code, looks.link",
        "sheet.write_string(top, 0, str(line.code), looks.link",
        "tests/settlement/test_paper.py::test_a_workbook_has_typed_figures_and_three_sheets",
    ),
    Bug(
        "a sheet does not say which line an adjustment corrects",
        "settlement/sheet.py",
        "            _known(line.original),\n",
        "            _known(UNSET),\n",
        "tests/settlement/test_sheet.py::test_a_line_tells_its_tax_and_what_it_corrects",
    ),
    Bug(
        "a month has no more than two cycles",
        "settlement/paper/booking.py",
        "whole.last_on), most=MOST_CYCLES)",
        "whole.last_on), most=2)",
        "tests/stories/test_cycle_journals.py::test_a_month_of_weeks_has_all_that_end_in_it",
    ),
)

"""Bugs of what finance people read: papers, days, journals, liability."""

from tests.mutants.bug import Bug

PAPER = "tests/settlement/test_paper.py"
PAPERS = "tests/stories/test_papers.py"
JOURNALS = "tests/golden/test_journals.py"
LAWS = "tests/settlement/test_journals.py"
FORECAST = "tests/settlement/test_liability.py"
CYCLES = "tests/stories/test_cycles.py"
NEEDS = "tests/settlement/test_needs.py"
NUMBERS = "tests/pages/test_finance_numbers.py"
LIABILITY = "tests/stories/test_liability.py"

READING = (
    Bug(
        "a paper is made anew each time",
        "settlement/paper/issue.py",
        "if kept is not None and not again and holds(",
        "if kept is not None and not again and False and holds(",
        f"{PAPERS}::test_a_statement_is_issued_once_and_is_the_same_ever_after",
    ),
    Bug(
        "anybody may have a paper issued again",
        "settlement/settlement_api.py",
        "if reissue and not caller.wide:",
        "if False and reissue:",
        f"{PAPERS}::test_only_the_operator_issues_a_paper_again_under_a_number",
    ),
    Bug(
        "two documents bear the registration number",
        "settlement/paper/form.py",
        'and paper.addressee.invoice_document == "STATEMENT"',
        "and True",
        f"{PAPER}::test_only_one_of_two_documents_is_the_invoice",
    ),
    Bug(
        "an entry of two parts counts twice in its day",
        "settlement/paper/daily.sql",
        "count(DISTINCT met.entry_id)",
        "count(met.entry_id)",
        f"{PAPERS}::test_the_days_of_a_statement_come_to_its_lines",
    ),
    Bug(
        "a funder is told the till",
        "settlement/paper/behind.sql",
        "CASE WHEN seen.own THEN seen.till END AS till",
        "seen.till",
        f"{PAPERS}::test_a_funder_sees_day_points_and_place_and_never_receipt_till_or_member",
    ),
    Bug(
        "a party is shown what is behind another's line",
        "settlement/paper/behind.sql",
        "WHEN 'funder' THEN parts.funder_id",
        "WHEN 'funder' THEN %(party_id)s::bigint",
        f"{PAPERS}::test_the_entries_behind_each_line_come_to_it_page_by_page",
    ),
    Bug(
        "what is honoured lessens what is owed",
        "settlement/paper/journals.py",
        "TO_RECEIVE = frozenset({201, 202, 204, 205, 501, 502})",
        "TO_RECEIVE = frozenset({202, 204, 205, 501, 502})",
        f"{JOURNALS}::test_each_tenant_books_its_statement",
    ),
    Bug(
        "the price of points is rounded down",
        "settlement/paper/own_points.py",
        "return (2 * amount * part + whole) // (2 * whole)",
        "return amount * part // whole",
        f"{JOURNALS}::test_points_of_ones_own_put_revenue_off_until_they_are_used",
    ),
    Bug(
        "a credit meets one debit alone",
        "settlement/paper/ledger.py",
        "credits_ = credits_[due == yen :]",
        "credits_ = credits_[1:]",
        f"{LAWS}::test_a_compound_entry_is_told_in_pairs",
    ),
    Bug(
        "a forecast knows the future",
        "settlement/paper/liability.py",
        "known = [one for one in fates if one.month <= as_of]",
        "known = list(fates)",
        f"{FORECAST}::test_a_forecast_knows_nothing_of_what_comes_later",
    ),
    Bug(
        "what one funder's members still have opens everybody's lots",
        "deploy/finance/lots.sql",
        "    AND (%(funder)s::text IS NULL OR funders.code = %(funder)s)\n",
        "",
        "tests/pages/test_finance_numbers.py::test_what_is_outstanding_opens_the_lots_that_come_to_it",
    ),
    Bug(
        "what the clock has lapsed moves nothing",
        "settlement/paper/standing.sql",
        "-due, 0 FROM cohorts WHERE due <> 0",
        "-due, 0 FROM cohorts WHERE false",
        f"{LIABILITY}::test_every_movement_stands_in_the_roll_forward",
    ),
    Bug(
        "on a base day its end, which is to come, is asked for",
        "settlement/paper/balances.py",
        "return now if day == day_of(now) else await past(",
        "return await past(",
        f"{LIABILITY}::test_a_day_that_is_opening_base_day_and_close_is_the_same_each_time",
    ),
    Bug(
        "a merged lot is as young as its merge",
        "settlement/paper/standing.sql",
        "coalesce(first.issued_on, entries.business_date, lots.usable_from)",
        "coalesce(entries.business_date, lots.usable_from)",
        f"{LIABILITY}::test_ages_are_told_by_year_of_issue_and_month_of_expiry_through_a_merge",
    ),
    Bug(
        "what goes by largest remainder goes by the smallest",
        "settlement/paper/needs.py",
        "key=lambda tenant: -(expected_use * weights[tenant] % whole)",
        "key=lambda tenant: expected_use * weights[tenant] % whole",
        f"{NEEDS}::test_what_is_expected_goes_where_points_went_before",
    ),
    Bug(
        "a forecast of needs is tried by what it had seen",
        "settlement/paper/needs.py",
        "        known = told[: at - cycles + 1]\n",
        "        known = told\n",
        f"{NEEDS}::test_the_next_cycles_cost_what_runs_of_as_many_did",
    ),
    Bug(
        "needs are learnt from whatever was ever sealed",
        "settlement/paper/uses.sql",
        "        planned.last_on >= %(since)s::date\n        AND planned",
        "        planned",
        f"{CYCLES}::test_a_year_of_days_is_told_and_not_the_last_two_dozen",
    ),
    Bug(
        "what was outstanding once is what is left now",
        "deploy/finance/lots.sql",
        "lots.points_left + coalesce(since.drawn, 0)",
        "lots.points_left",
        f"{LIABILITY}::test_every_movement_stands_in_the_roll_forward",
    ),
    Bug(
        "lots of a year before are listed where a month is asked for",
        "deploy/finance/lots.sql",
        "            WHERE issues.issued_on >= %(issued)s AND issues",
        "            WHERE issues",
        f"{LIABILITY}::test_ages_are_told_by_year_of_issue_and_month_of_expiry_through_a_merge",
    ),
    Bug(
        "what lapsed unbooked is not listed among what lapsed",
        "deploy/finance/moved.sql",
        "    WHERE due.points <> 0",
        "    WHERE due.points <> 0 AND due.sign = 1",
        f"{LIABILITY}::test_every_movement_stands_in_the_roll_forward",
    ),
    Bug(
        "a use that was undone is listed as taken back",
        "deploy/finance/moved.sql",
        "draws.kind IN ('reversal', 'return') AND draws.points < 0",
        "draws.kind IN ('reversal', 'return') AND draws.points > 0",
        f"{LIABILITY}::test_every_movement_stands_in_the_roll_forward",
    ),
    Bug(
        "a fee is explained by another rate",
        "settlement/paper/reckoned.py",
        "{Decimal(own.point_fee_milliyen) / 1000:f} 円",
        "{Decimal(own.point_fee_milliyen) / 100:f} 円",
        "tests/pages/test_finance_numbers.py::test_a_fee_opens_how_it_was_reckoned",
    ),
    Bug(
        "an entry of a what-if brings what it costs",
        "settlement/whatif/worlds.py",
        "(1 if sides == self._receives else -1)",
        "1",
        f"{NUMBERS}::test_a_figure_of_a_what_if_opens_the_lines_and_entries_that_come_to_it",
    ),
    Bug(
        "a change is told with all that was thought before it",
        "deploy/finance/whatif_behind_pages.py",
        "because = None if figure in WHOLE else figure",
        "because = None",
        f"{NUMBERS}::test_a_figure_of_a_what_if_opens_the_lines_and_entries_that_come_to_it",
    ),
    Bug(
        "what was learnt of a month counts what lapsed before",
        "settlement/paper/liability.py",
        '        elif one.fate == "lapsed":\n            own["later"]',
        '        if one.fate == "lapsed":\n            own["later"]',
        "tests/settlement/test_liability.py",
    ),
    Bug(
        "a coupon is one of a tenant's points until the close",
        "settlement/reading.py",
        'if one.funder == own.code and one.kind != "coupon":',
        "if one.funder == own.code:",
        "tests/coupons/test_settled.py"
        "::test_a_coupon_is_none_of_a_tenants_points_before_the_close_nor_after",
    ),
    Bug(
        "points that were used at home are used elsewhere",
        "deploy/portal/pair.sql",
        "        AND (NOT %(across)s::boolean OR parts.tenant_id <> parts.funder_id)\n",
        "",
        "tests/pages/test_portal.py"
        "::test_what_became_of_ones_points_opens_cycles_and_their_entries",
    ),
    Bug(
        "a tenant reads the slips of its neighbours",
        "deploy/portal/pair.sql",
        "    CASE WHEN entries.tenant_id = %(own_id)s::bigint THEN entries.slip END AS slip,",
        "    entries.slip,",
        "tests/pages/test_portal.py"
        "::test_a_number_of_the_running_cycle_opens_the_entries_that_come_to_it",
    ),
    Bug(
        "what a tenant gave is listed with what it took",
        "deploy/finance/give_take_pages.py",
        "            return one.own_elsewhere_points - one.others_here_points",
        "            return one.own_elsewhere_points + one.others_here_points",
        "tests/pages/test_finance_numbers.py"
        "::test_what_a_tenant_gave_and_took_opens_the_cycles_that_come_to_it",
    ),
    Bug(
        "a year that ends in February holds the leap day of the year before",
        "federation/days.py",
        "return months_later(day + timedelta(days=1), -months)",
        "return months_later(day, -months) + timedelta(days=1)",
        "tests/federation/test_days.py::test_so_many_months_that_end_with_a_day",
    ),
    Bug(
        "a party's flows are told for ever and a day",
        "settlement/own_flows.sql",
        "WHERE cycles.last_on >= %(since)s::date",
        "WHERE cycles.last_on >= %(since)s::date - 9",
        f"{CYCLES}::test_a_year_of_days_is_told_and_not_the_last_two_dozen",
    ),
    Bug(
        "a sheet that was cut short says nothing of it",
        "settlement/paper/behind_api.py",
        "    if older is not None:\n        more",
        "    if older == asking.party:\n        more",
        f"{CYCLES}::test_the_entries_behind_a_line_open_in_a_spreadsheet_and_none_is_left_out_unsaid",
    ),
    Bug(
        "the approval boxes follow the lines to the second page",
        "settlement/paper/statement.typ",
        "    block(above: 1.3em, width: 100%, align(right, approvals))",
        "    pagebreak(weak: true)",
        f"{PAPER}::test_a_reissued_invoice_has_its_number_tax_and_signatures_on_the_first_page",
    ),
)

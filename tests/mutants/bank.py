"""Bugs of bank files: what is written, released, read back, matched and routed."""

from tests.mutants.bug import Bug

GOLDEN = "tests/settlement/bank/test_golden_files.py"
ZENGIN = "tests/settlement/bank/test_zengin.py"
RELEASE = "tests/settlement/bank/test_release.py"
RESULTS = "tests/settlement/bank/test_debit_results.py"
INCOMING = "tests/settlement/bank/test_incoming.py"
MATCHING = "tests/settlement/bank/test_matching.py"
ROUTING = "tests/settlement/bank/test_routing.py"
KANA = "tests/settlement/bank/test_kana.py"
PAIN = "tests/settlement/bank/test_pain.py"
DATING = "tests/settlement/bank/test_dating.py"
DEPOSITS = "tests/settlement/bank/test_deposits.py"
ENTERING = "tests/settlement/bank/test_entering.py"
NO_ANSWER = f"{RESULTS}::test_a_file_that_is_no_answer_is_refused_with_the_reason"
BENT = f"{RELEASE}::test_a_bent_file_stays_here"

PAYING = (
    Bug(
        "two fields of a bank file change places",
        "settlement/bank/layouts.py",
        '    number("yen", 10),  # 引落金額\n    number("new_code", 1),\n',
        '    number("new_code", 1),\n    number("yen", 10),  # 引落金額\n',
        f"{GOLDEN}::test_debits_are_the_sample_to_the_byte",
    ),
    Bug(
        "a bank file's text is aligned to the right",
        "settlement/bank/records.py",
        "text.ljust(field.length)",
        "text.rjust(field.length)",
        f"{GOLDEN}::test_transfers_are_the_sample_to_the_byte",
    ),
    Bug(
        "a bank takes the long vowel for a letter",
        "settlement/bank/characters.py",
        "range(0xFF71, 0xFF9E)",
        "range(0xFF70, 0xFF9E)",
        f"{ZENGIN}::test_a_name_that_does_not_fit_is_refused_not_bent",
    ),
    Bug(
        "a cut parts a kana from its mark",
        "settlement/bank/characters.py",
        "if length and text[length] in MARKS:",
        "if length and text[length - 1] in MARKS:",
        f"{KANA}::test_a_cut_never_parts_a_kana_from_its_mark",
    ),
    Bug(
        "a company at the tail closes its bracket",
        "settlement/bank/companies.py",
        '(")" if after or not before else "")',
        '")"',
        f"{KANA}::test_companies_are_shortened_at_head_tail_and_between",
    ),
    Bug(
        "what leaves for the bank is not compared with what was approved",
        "settlement/bank/release.py",
        "    if zengin.transfer_file(approved, profile.ending) != content:",
        "    if not content:",
        BENT,
    ),
    Bug(
        "nobody sums the lines of a bank file",
        "settlement/bank/release.py",
        '    if whole(trailer["yen"]) != total:',
        '    if whole(trailer["yen"]) < 0:',
        BENT,
    ),
    Bug(
        "a bank file leaves at any hour of its day",
        "settlement/bank/profile.py",
        "    if now > due:",
        "    if now.date() > due.date():",
        f"{RELEASE}::test_a_file_has_its_time_at_the_bank",
    ),
    Bug(
        "the test bank is paid",
        "settlement/bank/release.py",
        "            if not profile.takes_test_bank:",
        "            if profile.takes_test_bank is None:",
        f"{RELEASE}::test_the_test_bank_is_for_tests",
    ),
    Bug(
        "a bank's result may leave a debit out",
        "settlement/bank/debit_results.py",
        'found += [Finding("line-missing", seen=customer)] * len(left)',
        'found += [Finding("line-missing", seen=customer)] * 0',
        NO_ANSWER,
    ),
    Bug(
        "a bank's result may be of other yen",
        "settlement/bank/debit_results.py",
        "    if came.yen != asked.yen:",
        "    if came.yen < 0:",
        NO_ANSWER,
    ),
    Bug(
        "a bank's result may be of another account",
        "settlement/bank/debit_results.py",
        "    if came.account.place != asked.account.place:",
        "    if came.account.bank != asked.account.bank:",
        NO_ANSWER,
    ),
    Bug(
        "a bank's result may count as done what failed",
        "settlement/bank/debit_results.py",
        '(trailer["done_yen"], trailer["failed_yen"]) != (sum(done), sum(failed))',
        '(trailer["done_yen"], trailer["failed_yen"]) == ()',
        NO_ANSWER,
    ),
    Bug(
        "a bank's balance is not followed",
        "settlement/bank/incoming.py",
        "(opening or 0) + sum(came) - sum(went) != closing",
        "(opening or 0) + sum(came) - sum(went) == object()",
        f"{INCOMING}::test_a_balance_that_does_not_follow_is_refused",
    ),
    Bug(
        "a bank's years are western only",
        "settlement/bank/dating.py",
        "        for before in ERAS\n",
        "        for before in ERAS[2:]\n",
        f"{DATING}::test_a_year_is_counted_by_the_era_or_by_the_century",
    ),
    Bug(
        "any missing yen is a bank's fee",
        "settlement/bank/matching.py",
        '    if one.direction == "in" and missing in ledger.fees_yen:',
        '    if one.direction == "in" and 0 < missing < 1_000:',
        f"{MATCHING}::test_a_difference_of_no_known_fee_is_a_part_payment",
    ),
    Bug(
        "the youngest debt is paid first by the bank's line",
        "settlement/bank/matching.py",
        "key=lambda one: (one.due_on, one.id))",
        "key=lambda one: (one.due_on, one.id), reverse=True)",
        f"{MATCHING}::test_the_oldest_of_two_equal_debts_is_paid_first",
    ),
    Bug(
        "of two that a bank's line fits the first is taken",
        "settlement/bank/matching.py",
        "    if not fitting:\n        return False\n    if len(parties) > 1:",
        "    if not fitting:\n        return False\n    if len(parties) > 9:",
        f"{MATCHING}::test_two_parties_of_one_name_are_left_to_people",
    ),
    Bug(
        "a debt is old at the bank a day early",
        "settlement/bank/ageing.py",
        "if days <= last)",
        "if days < last)",
        f"{MATCHING}::test_what_is_left_grows_old",
    ),
    Bug(
        "a bank offsets without a consent",
        "settlement/bank/routing.py",
        "        if consent is not None and consent.covers(day):",
        "        if consent is not None:",
        f"{ROUTING}::test_without_a_consent_nothing_is_set_off",
    ),
    Bug(
        "small nets stay out of the bank over a half year's end",
        "settlement/bank/routing.py",
        "        if carries and abs(net.yen) < minimum_yen:",
        "        if abs(net.yen) < minimum_yen:",
        f"{ROUTING}::test_small_nets_are_carried_but_not_over_a_half_year",
    ),
    Bug(
        "a bank debits before its own lead is over",
        "settlement/bank/profile.py",
        "    lead = profile.debit_lead_bank_days + SETTLED_BANK_DAYS",
        "    lead = SETTLED_BANK_DAYS",
        f"{ROUTING}::test_a_debit_day_is_the_first_that_the_lead_still_reaches",
    ),
    Bug(
        "a bank that wants its file before approval is taken",
        "settlement/bank/profile.py",
        "            if due.date() < approved:",
        "            if day < approved:",
        f"{ROUTING}::test_a_bank_that_wants_its_file_before_approval_is_refused_with_the_clash",
    ),
    Bug(
        "a deposit's tax is reckoned by the bank on the whole",
        "settlement/bank/deposits.py",
        "total * 10 // 100",
        "-(-total * 10 // 100)",
        f"{DEPOSITS}::test_one_invoice_reckons_its_tax_once",
    ),
    Bug(
        "a bank's XML puts the branch where the schema has none",
        "settlement/bank/pain.py",
        '    return [("FinInstnId", institution), ("BrnchId", branch)]',
        '    return [("FinInstnId", [*institution, ("BrnchId", branch)])]',
        f"{PAIN}::test_the_sample_as_xml_keeps_the_schema",
    ),
    Bug(
        "a bank account counts before its day",
        "settlement/bank/accounts.sql",
        "WHERE accounts.from_on <= %(day)s::date",
        "WHERE %(day)s::date IS NOT NULL",
        f"{ENTERING}::test_an_account_counts_from_its_day_on",
    ),
    Bug(
        "tenants read bank accounts whole",
        "deploy/migrations/0020_bank.sql",
        "bank, branch, deposit, number_end)",
        "bank, branch, deposit, number, number_end)",
        f"{ENTERING}::test_a_tenant_sees_its_own_account_and_only_its_end",
    ),
)

"""Bugs of fees, tax and carries: what stands in statements beside points."""

from tests.mutants.bug import Bug

FEES = "tests/settlement/test_fees.py"
TERMS = "tests/settlement/test_terms.py"

CHARGING = (
    Bug(
        "a fee that is given back is rounded up",
        "settlement/fees.py",
        "    whole = abs(amount) * times // of\n    return whole if amount >= 0 else -whole",
        "    return amount * times // of",
        f"{FEES}::test_a_fee_on_a_negative_base_rounds_the_magnitude_down_and_keeps_the_sign",
    ),
    Bug(
        "what was taken from another's lot leaves the fee as it was",
        "settlement/fees.py",
        '    "covered": ("tenant", -1),\n',
        '    "covered": ("funder", -1),\n',
        f"{FEES}::test_only_base_points_bear_the_fee_whoever_s_lots_were_taken_for_them",
    ),
    Bug(
        "the least transfer is carried too",
        "settlement/fees.py",
        "0 < abs(left_yen) < minimum_yen",
        "0 < abs(left_yen) <= minimum_yen",
        f"{FEES}::test_what_is_too_little_to_transfer_is_carried_and_paid_with_the_next",
    ),
    Bug(
        "a half year ends and carries on",
        "settlement/fees.py",
        "HALF_YEARS = ((3, 31), (9, 30))",
        "HALF_YEARS = ((3, 31), (9, 29))",
        f"{FEES}::test_nothing_is_carried_out_of_the_cycle_that_ends_a_half_year",
    ),
    Bug(
        "a party that left on the month's first day pays nothing",
        "settlement/fees.py",
        "    if days <= 0:",
        "    if days <= 1:",
        f"{FEES}::test_monthly_fees_are_due_once_in_the_cycle_that_holds_the_month_s_last_day",
    ),
    Bug(
        "the operator does not bear what is carried",
        "settlement/fees.py",
        "        yen[MIRROR[one.code], one.which] -= one.yen",
        "        yen[MIRROR[one.code], one.which] -= one.yen if one.code != CARRIED else 0",
        f"{FEES}::test_what_is_too_little_to_transfer_is_carried_and_paid_with_the_next",
    ),
    Bug(
        "terms reach into a cycle that is closed",
        "settlement/agreeing.py",
        "from_on <= closed_to",
        "from_on < closed_to",
        f"{TERMS}::test_no_change_reaches_a_cycle_that_is_closed",
    ),
    Bug(
        "a file seals the terms of today",
        "settlement/sealing.py",
        "agreed = await stated_under(conn, cycle, told)",
        "agreed = await __import__('settlement.agreeing').agreeing.agreed_on(conn, cycle, told)",
        f"{TERMS}::test_the_terms_a_close_began_with_are_those_it_seals",
    ),
    Bug(
        "an undone shortage is short once more",
        "deploy/migrations/0027_words.sql",
        "WHEN source = 'shortage' AND kind = 'reversal' THEN 'unshort'",
        "WHEN source = 'shortage' AND kind = 'reversal' THEN 'short'",
        "tests/settlement/test_shortages.py::test_a_shortage_that_is_undone_leaves_nothing",
    ),
    Bug(
        "what lapses goes to the promotion fund whatever was agreed",
        "deploy/migrations/0027_words.sql",
        "WHEN kind = 'lapse' AND breakage = 'PROMO_FUND' THEN 'lapsed'",
        "WHEN kind = 'lapse' THEN 'lapsed'",
        "tests/golden/test_example_1.py",
    ),
    Bug(
        "what is carried in is believed, whatever the file before says",
        "settlement/verify.py",
        "        if before != {line.party: line.yen for line in self._carries}:",
        "        if not before.keys() >= {line.party for line in self._carries}:",
        f"{FEES}::test_a_file_with_terms_verifies_and_names_a_fee_that_was_changed",
    ),
    Bug(
        "the parts of a net are more than the net",
        "settlement/splitting.py",
        "net.yen - sum(part.yen for part in parts)",
        "net.yen",
        "tests/settlement/test_splitting.py",
    ),
    Bug(
        "what was taken for another's grant is counted at the other's shop",
        "settlement/tally.py",
        "        if tenant in self._split:",
        "        tenant = part.tenant\n        if tenant in self._split:",
        "tests/settlement/test_splitting.py",
    ),
    Bug(
        "another calendar begins before the old one ended",
        "settlement/calendar.py",
        "cycle = Cycle(begins_on, cycle_of(begins_on, calendar_on(begins_on)).last_on)",
        "cycle = cycle_of(begins_on, calendar_on(begins_on))",
        "tests/settlement/test_calendar.py::test_another_calendar_begins_where_the_old_one_ended",
    ),
    Bug(
        "a restored redemption leaves its fee",
        "settlement/fees.py",
        '"restored": -1}',
        '"restored": 0}',
        f"{FEES}::test_a_redemption_that_is_given_back_gives_its_fee_back",
    ),
)

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
        "deploy/migrations/0018_schemes.sql",
        "CASE entries.kind WHEN 'reversal' THEN 'unshort' ELSE 'short' END,",
        "'short',",
        "tests/settlement/test_shortages.py::test_a_shortage_that_is_undone_leaves_nothing",
    ),
    Bug(
        "what lapses goes to the promotion fund whatever was agreed",
        "deploy/migrations/0018_schemes.sql",
        "WHEN parts.movement <> 'lapsed' OR schemes.breakage = 'PROMO_FUND' THEN parts.movement",
        "WHEN true THEN parts.movement",
        "tests/golden/test_example_1.py",
    ),
)

"""Fees, tax and carries, line by line: rounding, signs, months, and the half year (domain 1.4)."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from federation.days import TOKYO
from settlement.fees import Agreed, ends_half_year, monthly_yen, part
from settlement.lines import Carry, Charge, Draw, Grant, Party, Terms
from settlement.schemes import Agreement, Offer, calendar_on, completed, net_level_of, terms_of
from settlement.statement import charges, told, total_yen
from settlement.verify import examine
from tests.settlement.papers import (
    FUND,
    HEADER,
    HUB,
    PARTIES,
    PROMOTION,
    TOKUSHIMA,
    A,
    B,
    C,
    altered,
    draw,
    grant,
    papers,
    scheme,
    sealed,
    tallied,
)

MALL = (*PARTIES, FUND, PROMOTION)
FIRST_HALF = (date(2026, 6, 1), date(2026, 6, 15))
SECOND_HALF = (date(2026, 6, 16), date(2026, 6, 30))
MARCH = (date(2027, 3, 16), date(2027, 3, 31))
AT_ISSUE, AT_REDEMPTION = scheme("at-issue"), scheme("at-redemption", "2")


def terms(party: Party = A, **said: object) -> Terms:
    """Terms with nothing in them but what is said."""
    nothing = dict.fromkeys(
        ("point_fee_milliyen", "redeem_fee_bp", "monthly_fee_yen", "terminal_fee_yen",
         "terminals", "minimum_yen"), 0,
    )  # fmt: skip
    fields = {**nothing, "version": 1, "tax_bp": 1_000, "prorated": False, **said}
    return Terms(party.party, **fields)  # type: ignore[arg-type]


def lines(
    parts: Sequence[Grant | Draw],
    *agreed: Terms | Carry,
    days: tuple[date, date] = FIRST_HALF,
) -> list[Charge]:
    """The lines of all statements of a cycle of June 2026."""
    tally = tallied(parts, (AT_ISSUE, AT_REDEMPTION), MALL, days[0])
    return charges(
        tally.flows(), tally.entries, MALL,
        Agreed(
            *days,
            tuple(one for one in agreed if isinstance(one, Terms)),
            tuple(one for one in agreed if isinstance(one, Carry)),
        ),
    )  # fmt: skip


def of(party: Party, charged: Sequence[Charge]) -> dict[int | tuple[int, str], int]:
    """One party's yen by code; of 402, which."""
    return {
        (one.code, one.carry) if isinstance(one.carry, str) else one.code: one.yen
        for one in charged
        if one.party == party.party and isinstance(one.yen, int)
    }


@pytest.mark.parametrize(
    ("amount", "times", "of", "left"),
    [(99, 500, 1_000, 49), (-99, 500, 1_000, -49), (1, 500, 1_000, 0), (-1, 500, 1_000, 0),
     (0, 500, 1_000, 0), (-49, 1_000, 10_000, -4), (10_000_000, 10_000, 10_000, 10_000_000)],
)  # fmt: skip
def test_a_fee_on_a_negative_base_rounds_the_magnitude_down_and_keeps_the_sign(
    amount: int, times: int, of: int, left: int
) -> None:
    assert part(amount, times, of) == left


def test_fees_are_rounded_per_line_and_tax_once_over_all_of_them() -> None:
    """33 pt at 0.5 円 = 16, 33 円 at 2.5 % = 0; tax on 16 + 0 + 3 = 19 is 1, not 1 + 0 + 0."""
    parts = (grant("g", A, A, 33), draw("u", A, B, 33))
    own = terms(point_fee_milliyen=500, redeem_fee_bp=250, monthly_fee_yen=3)
    charged = lines(parts, own, days=SECOND_HALF)
    assert of(A, charged) == {101: -33, 201: 33, 211: 0, 301: -16, 302: -3, 601: -1, 900: -20}
    assert of(HUB, charged) == {311: 19, 611: 1, 900: 20}
    assert sum(total_yen(charged).values()) == 0


def test_more_taken_back_than_issued_gives_the_fee_back_with_its_tax() -> None:
    parts = (grant("g", A, A, 10), draw("r", A, A, 109, kind="return"))
    charged = lines(parts, terms(point_fee_milliyen=500))
    assert of(A, charged) == {101: -10, 111: 109, 301: 49, 601: 4, 900: 152}
    assert of(HUB, charged) == {311: -49, 611: -4, 900: -53}


def test_only_base_points_bear_the_fee_whoever_s_lots_were_taken_for_them() -> None:
    """C's return of base points took B's: C issued 30 less, B as much as before."""
    parts = (
        grant("g", C, C, 100),
        grant("h", B, B, 100),
        grant("c", C, C, 77, "campaign:x", 1),
        altered(draw("r", C, B, 30, kind="return"), stead="c", stead_rule="base"),
        altered(draw("s", C, B, 5, n=1, kind="return"), stead="c", stead_rule="campaign:x"),
        altered(draw("t", C, C, 7, n=2), kind="shortage"),
    )
    fee = {"point_fee_milliyen": 1_000}
    charged = lines(parts, terms(B, **fee), terms(C, **fee))
    assert (of(C, charged)[301], of(B, charged)[301]) == (-(100 - 30 - 7), -100)


def test_a_shop_that_keeps_a_shortage_owes_it_to_whoever_had_funded_the_points() -> None:
    """返品控除 at issue and at redemption; undone, it goes back."""
    kept = altered(draw("r", A, HUB, 31, "rank:premium"), kind="shortage")
    assert of(A, lines([kept])) == {114: -31, 900: -31}
    assert of(HUB, lines([kept])) == {113: 31, 900: 31}
    undone = altered(draw("v", A, HUB, -31, "rank:premium", scheme="2"), kind="shortage")
    assert total_yen(lines([altered(kept, scheme="2"), undone])) == dict.fromkeys(
        (party.party for party in MALL), 0
    )


def test_points_nobody_is_paid_for_bear_no_fee_on_redemption() -> None:
    bears = scheme("redeemer-bears", "3")
    tally = tallied([draw("u", A, B, 100, scheme="3")], (bears,), MALL)
    agreed = Agreed(*FIRST_HALF, (terms(redeem_fee_bp=1_000),))
    assert of(A, charges(tally.flows(), tally.entries, MALL, agreed)) == {900: 0}


@pytest.mark.parametrize(
    ("days", "said", "yen"),
    [
        (FIRST_HALF, {}, 0),
        (SECOND_HALF, {}, 3_001),
        ((date(2026, 6, 1), date(2026, 6, 30)), {}, 3_001),
        ((date(2026, 6, 29), date(2026, 7, 5)), {}, 3_001),
        ((date(2026, 6, 30), date(2026, 6, 30)), {}, 3_001),
        ((date(2026, 6, 29), date(2026, 6, 29)), {}, 0),
        # Whoever came or left in the month pays all of it, unless days were agreed.
        (SECOND_HALF, {"joined_on": date(2026, 6, 30)}, 3_001),
        (SECOND_HALF, {"left_on": date(2026, 6, 1)}, 3_001),
        (SECOND_HALF, {"left_on": date(2026, 5, 31)}, 0),
        (SECOND_HALF, {"joined_on": date(2026, 7, 1)}, 0),
        (SECOND_HALF, {"joined_on": date(2026, 6, 30), "prorated": True}, 100),
        (SECOND_HALF, {"left_on": date(2026, 6, 20), "prorated": True}, 2_000),
        (SECOND_HALF, {"prorated": True}, 3_001),
        (SECOND_HALF, {"joined_on": date(2025, 1, 1), "left_on": date(2027, 1, 1),
                       "prorated": True}, 3_001),
    ],
)  # fmt: skip
def test_monthly_fees_are_due_once_in_the_cycle_that_holds_the_month_s_last_day(
    days: tuple[date, date], said: dict[str, object], yen: int
) -> None:
    own = terms(monthly_fee_yen=1_001, terminal_fee_yen=500, terminals=4, **said)
    assert monthly_yen(own, *days) == yen
    assert of(A, lines((), own, days=days)).get(302, 0) == -yen


def test_what_is_too_little_to_transfer_is_carried_and_paid_with_the_next() -> None:
    parts = (draw("u", B, A, 341, scheme="2"),)
    own = (terms(A, minimum_yen=500), terms(B, minimum_yen=341))
    first = lines(parts, *own)
    assert of(A, first) == {121: -341, (402, "out"): 341, 900: 0}
    assert of(B, first) == {201: 341, 900: 341}, "what reaches the least is paid"
    assert of(HUB, first) == {(402, "out"): -341, 900: -341}
    second = lines(parts, *own, Carry("a", -341), days=SECOND_HALF)
    assert of(A, second) == {121: -341, (402, "in"): -341, 900: -682}
    assert of(HUB, second) == {(402, "in"): 341, 900: 341}
    again = lines((), *own, Carry("a", -341))
    assert of(A, again) == {(402, "in"): -341, (402, "out"): 341, 900: 0}
    for told_lines in (first, second, again):
        assert sum(total_yen(told_lines).values()) == 0


def test_what_was_carried_is_paid_though_no_terms_hold_any_more() -> None:
    assert of(A, lines((), Carry("a", 499))) == {(402, "in"): 499, 900: 499}


def test_two_carries_that_meet_leave_nothing() -> None:
    parts = (draw("u", B, A, 341, scheme="2"),)
    charged = lines(parts, terms(A, minimum_yen=500), Carry("a", 341))
    assert of(A, charged) == {121: -341, (402, "in"): 341, 900: 0}


@pytest.mark.parametrize(
    ("days", "ends"),
    [
        (MARCH, True),
        ((date(2027, 3, 1), date(2027, 3, 15)), False),
        ((date(2026, 9, 16), date(2026, 9, 30)), True),
        ((date(2026, 9, 28), date(2026, 10, 4)), True),
        ((date(2026, 9, 30), date(2026, 9, 30)), True),
        ((date(2026, 9, 29), date(2026, 9, 29)), False),
        ((date(2027, 4, 1), date(2027, 4, 15)), False),
        ((date(2026, 12, 28), date(2027, 1, 3)), False),
    ],
)
def test_nothing_is_carried_out_of_the_cycle_that_ends_a_half_year(
    days: tuple[date, date], ends: bool
) -> None:
    assert ends_half_year(*days) == ends
    own = terms(A, minimum_yen=500, tax_bp=0)
    charged = of(A, lines((), own, Carry("a", -200), days=days))
    assert charged[900] == (-200 if ends else 0)


def test_a_file_with_terms_verifies_and_names_a_fee_that_was_changed() -> None:
    agreed = Agreed(
        HEADER.first_on, HEADER.last_on,
        (terms(A, point_fee_milliyen=500, minimum_yen=500), terms(B, minimum_yen=500)),
        (Carry("b", -30),),
    )  # fmt: skip
    told_lines = papers([grant("g", A, A, 100)], (AT_ISSUE,), MALL, agreed=agreed)
    file = sealed(told_lines)
    verdict = examine(file, expected_carries={"b": -30, "hub": 30})
    assert verdict.faults == ()
    assert verdict.carried_out == {"hub": 185, "a": -155, "b": -30}
    assert examine(file, expected_carries={"b": -31}).faults
    for at, line in enumerate(told_lines):
        if isinstance(line, Terms | Carry):
            forged = [*told_lines]
            change = {"yen": -31} if isinstance(line, Carry) else {"minimum_yen": 3, "tax_bp": 0}
            forged[at] = altered(line, **change)
            assert examine(sealed(forged)).faults, line
    nobody = [one for one in told_lines if not (isinstance(one, Party) and one.kind == "operator")]
    assert any("operator" in fault.en for fault in examine(sealed(nobody)).faults)


def test_a_statement_says_at_which_rate_it_is_taxed() -> None:
    own = [one for one in lines((grant("g", A, A, 100),), terms(point_fee_milliyen=500))
           if one.party == "a"]  # fmt: skip
    at = datetime(2026, 6, 17, 12, tzinfo=TOKYO)
    statement = told(A, own, *FIRST_HALF, at, date(2026, 6, 30), tax_bp=1_000)
    assert statement.tax
    assert (statement.tax.taxable_yen, statement.tax.tax_yen) == (-50, -5)
    assert [one.name for one in statement.lines if one.code == 601] == ["消費税（10%）"]


def row(version: int, from_on: date, party: str | None = None, **said: object) -> Agreement:
    """A row of what was agreed."""
    at = datetime(2026, 1, 1, tzinfo=TOKYO)
    why = {"author": "test", "reason": "a story", "agreed_at": at}
    fields = {"version": version, "from_on": from_on, "party": party, **why, **said}
    return Agreement(**fields)  # type: ignore[arg-type]


JAN, JUN = date(2026, 1, 1), date(2026, 6, 10)


def test_the_row_of_the_last_day_holds_and_a_party_s_own_goes_before_everybody_s() -> None:
    rows = [
        row(1, JAN, point_fee_milliyen=500, minimum_yen=500, monthly_fee_yen=1_000),
        row(2, JUN, "a", point_fee_milliyen=300),
        row(3, JUN, "a", point_fee_milliyen=200),
        row(4, date(2026, 6, 16), "a", point_fee_milliyen=0),
    ]
    before, during, after = [
        {one.party: one for one in terms_of(rows, MALL, {"a": 3}, 1_000, on)}
        for on in (date(2026, 6, 9), FIRST_HALF[1], SECOND_HALF[1])
    ]
    assert before["a"].point_fee_milliyen == 500
    assert (during["a"].point_fee_milliyen, during["a"].version) == (200, 3)
    assert (during["a"].minimum_yen, during["a"].monthly_fee_yen) == (500, 1_000)
    assert after["a"].point_fee_milliyen == 0
    assert during["b"] == before["b"]
    assert (during["tokushima"].minimum_yen, during["tokushima"].monthly_fee_yen) == (500, 0)
    assert during.keys() == {"tokushima", "a", "b", "c"}, "the operator and funds pay nobody"
    assert terms_of(rows, MALL, {}, 1_000, date(2025, 12, 31)) == ()


def test_what_an_offer_leaves_out_stays_as_it_was() -> None:
    rows = [row(1, JAN, "a", point_fee_milliyen=300, joined_on=JAN)]
    left = completed(Offer(from_on=JUN, party="a", left_on=JUN), rows)
    assert (left.point_fee_milliyen, left.joined_on, left.left_on) == (300, JAN, JUN)
    assert completed(Offer(from_on=date(2025, 1, 1), party="a"), rows).point_fee_milliyen is None


def test_calendar_and_net_level_are_agreed_by_day_too() -> None:
    rows = [
        row(1, JUN, calendar="MONTHLY", net_level="ENTITY"),
        row(2, JUN, "a", net_level="SHOP"),
    ]
    assert [calendar_on(rows, day) for day in (JAN, JUN)] == ["SEMI_MONTHLY", "MONTHLY"]
    assert net_level_of(rows, "a", JAN) == "ENTITY_FACILITY"
    assert [net_level_of(rows, party, JUN) for party in "ab"] == ["SHOP", "ENTITY"]


@pytest.mark.parametrize(
    "said",
    [
        {"party": "a", "calendar": "MONTHLY"},
        {"joined_on": JAN},
        {"party": "a", "joined_on": JUN, "left_on": JAN},
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"calendar|own|joined"):
        Offer(from_on=JUN, **said)  # type: ignore[arg-type]


def test_no_fee_is_charged_to_a_facility_that_has_no_shops() -> None:
    rows = [row(1, JAN, "tokushima", point_fee_milliyen=500, monthly_fee_yen=9)]
    assert terms_of(rows, MALL, {}, 1_000, JUN) == ()
    assert TOKUSHIMA.kind == "facility"

"""Who owes whom, and what is left of it, by the worked examples of domain 1."""

from collections.abc import Iterable, Sequence
from datetime import date

import pytest

from settlement.lines import Cell, Charge, Draw, Grant, Party, Scheme
from settlement.netting import kind_of, matrix, movement_of, nets
from settlement.splitting import results
from settlement.statement import CATALOGUE, total_yen
from tests.settlement.papers import (
    AT_REDEMPTION,
    EXAMPLE_2,
    FUND,
    HUB,
    PARTIES,
    PROMOTION,
    A,
    B,
    C,
    Kind,
    charged,
    draw,
    flows,
    grant,
    party,
    scheme,
    tallied,
)

WITH_FUNDS = (*PARTIES, FUND, PROMOTION)


def net_yen(
    parts: Iterable[Grant | Draw], parties: Sequence[Party] = PARTIES, *schemes: Scheme
) -> dict[str, int]:
    tally = tallied(parts, schemes or (AT_REDEMPTION,), parties)
    told = results(tally.flows(), tally.entries, parties)
    return total_yen(line for line in told if isinstance(line, Charge))


def test_example_2_to_e3_nets_as_worked_out_by_hand() -> None:
    assert net_yen(EXAMPLE_2) == {"hub": 0, "tokushima": -48, "a": -232, "b": +180, "c": +100}


def test_example_2_leaves_215_points_outstanding() -> None:
    """120 of B's old lot, 200 of A's old lot, 175 granted, 280 drawn."""
    granted = sum(part.points for part in EXAMPLE_2 if isinstance(part, Grant))
    drawn = sum(part.points for part in EXAMPLE_2 if isinstance(part, Draw))
    assert 200 + 120 + granted - drawn == 215


def test_the_matrix_of_example_2_says_who_owes_whom() -> None:
    assert matrix(flows(EXAMPLE_2), PARTIES) == [
        Cell("tokushima", "c", points=48, yen=48),
        Cell("a", "b", points=180, yen=180),
        Cell("a", "c", points=52, yen=52),
    ]


def test_example_2_after_the_return_and_the_lapse() -> None:
    """E4 gives the 180 back to A's lot, E5 lapses 180 of A's and 120 of B's: no cash."""
    later = (
        draw("e4", B, A, -180, on=date(2027, 3, 20), kind="return"),
        draw("e4", B, B, 7, n=1, on=date(2027, 3, 20), kind="return"),
        draw("e5", HUB, A, 180, on=date(2027, 3, 31), kind="lapse"),
        draw("e6", HUB, B, 120, on=date(2027, 3, 31), kind="lapse"),
    )
    assert net_yen((*EXAMPLE_2, *later)) == {
        "hub": 0, "tokushima": -48, "a": -52, "b": 0, "c": +100,
    }  # fmt: skip


def test_points_given_back_leave_the_matrix_again() -> None:
    parts = (
        draw("e", B, A, 10),
        draw("f", B, A, -4, kind="return"),
        draw("g", C, A, -3, kind="return"),
    )
    assert matrix(flows(parts), PARTIES) == [
        Cell("a", "b", points=6, yen=6),
        Cell("a", "c", points=-3, yen=-3),
    ]


def test_points_used_in_the_funder_s_own_shop_cost_it_what_they_bring() -> None:
    parts = (draw("e", A, A, 70),)
    assert net_yen(parts)["a"] == 0
    assert [(c.code, c.yen) for c in charged(parts) if c.party == "a"] == [
        (121, -70), (201, 70), (900, 0),
    ]  # fmt: skip


TAKAMATSU = party("takamatsu", "facility")
MALL = (HUB, TAKAMATSU, A, B, C, FUND, PROMOTION)
AT_ISSUE = scheme("at-issue")

# domain 1.6, T0-T4, then the return of T5.
EXAMPLE_1 = (
    grant("t0", A, A, 200),
    grant("t1", A, A, 100),
    grant("t2", B, B, 70),
    grant("t2", B, HUB, 70, "rank:premium", 1),
    grant("t2", B, TAKAMATSU, 140, "campaign:5x", 2),
    grant("t2", B, B, 140, "campaign:5x", 3),
    draw("t3", B, A, 60),
    grant("t3g", B, B, 29),
    draw("t4", C, TAKAMATSU, 140, "campaign:5x"),
    draw("t4", C, B, 140, "campaign:5x", 1),
    draw("t4", C, B, 20, n=2),
    grant("t4g", C, C, 17),
    grant("t4g", C, HUB, 17, "rank:premium", 1),
)


def test_example_1_to_t4_nets_as_worked_out_by_hand() -> None:
    assert net_yen(EXAMPLE_1, MALL, AT_ISSUE) == {
        "hub": -87, "takamatsu": -140, "a": -300, "b": -179, "c": +283, "fund": +423,
        "promotion": 0,
    }  # fmt: skip


def test_the_fund_holds_what_is_outstanding() -> None:
    """FUND = points granted - used - lapsed, at whatever event one stops (I2)."""
    events = (
        *EXAMPLE_1,
        draw("t9", HUB, A, 200, kind="lapse"),
        draw("t9b", C, B, -20, kind="return"),
    )
    for upto in range(1, len(events) + 1):
        happened = events[:upto]
        left = sum(p.points if isinstance(p, Grant) else -p.points for p in happened)
        assert net_yen(happened, MALL, AT_ISSUE)["fund"] == left


def test_what_lapses_at_issue_goes_to_the_promotion_fund() -> None:
    lapsed = draw("t9", HUB, A, 200, kind="lapse")
    told = net_yen((*EXAMPLE_1, lapsed), MALL, AT_ISSUE)
    assert (told["fund"], told["promotion"]) == (223, 200)


def test_a_lot_settles_by_the_scheme_it_was_granted_under() -> None:
    """The mode changes with 100 points outstanding: A paid at issue, and does not pay again."""
    later = scheme("at-redemption", "2", date(2027, 3, 8))
    parts = (
        grant("g", A, A, 100),
        draw("u", B, A, 100, on=date(2027, 3, 9)),
        grant("h", A, A, 40, on=date(2027, 3, 9), scheme="2"),
        draw("v", B, A, 30, on=date(2027, 3, 10), scheme="2"),
    )
    told = net_yen(parts, WITH_FUNDS, AT_ISSUE, later)
    assert (told["a"], told["b"], told["fund"]) == (-130, +130, 0)


def test_a_shop_that_bears_what_it_honours_is_owed_nothing() -> None:
    bears = scheme("redeemer-bears")
    parts = (grant("g", A, A, 100), draw("u", B, A, 100))
    assert set(net_yen(parts, PARTIES, bears).values()) == {0}
    assert matrix(flows(parts, (bears,)), PARTIES) == [Cell("a", "b", points=100, yen=0)]


def test_a_late_draw_is_an_adjustment_that_keeps_its_code() -> None:
    before = date(2027, 2, 27)
    parts = (
        draw("e", B, A, 10, on=before),
        draw("f", B, A, 5),
        draw("g", B, A, -3, on=before, kind="reversal"),
    )
    told = [
        (c.party, c.code, c.original or 0, c.points, c.entries, c.yen)
        for c in charged(parts)
        if c.yen
    ]
    assert told == [
        ("a", 121, 0, 5, 1, -5),
        ("a", 401, 121, 10, 1, -10),
        ("a", 401, 131, 3, 1, +3),
        ("a", 900, 0, 0, 0, -12),
        ("b", 201, 0, 5, 1, +5),
        ("b", 401, 201, 10, 1, +10),
        ("b", 401, 202, 3, 1, -3),
        ("b", 900, 0, 0, 0, +12),
    ]


def test_an_entry_is_counted_once_however_many_lots_it_draws() -> None:
    parts = (
        draw("e", C, A, 10),
        draw("e", C, A, 5, "campaign:x", 1),
        draw("e", C, A, 4, "campaign:y", 2),
        draw("e", C, B, 1, n=3),
        draw("f", C, B, 2),
    )
    told = {(c.party, c.code): (c.points, c.entries) for c in charged(parts)}
    assert told["c", 201] == (22, 2)
    assert told["a", 121] == (10, 1)
    assert told["a", 122] == (9, 1)
    assert told["b", 121] == (3, 2)


def test_memo_lines_count_points_and_carry_no_yen() -> None:
    told = {(c.party, c.code): c for c in charged(EXAMPLE_2)}
    assert told["tokushima", 802].points == 60
    assert (told["a", 801].points, told["a", 802].points) == (50, 40)
    assert told["a", 831].points == 150
    assert not told["a", 831].yen


def test_an_empty_cycle_is_stated_too() -> None:
    assert net_yen(()) == dict.fromkeys(("hub", "tokushima", "a", "b", "c"), 0)
    assert len(charged(())) == len(PARTIES)
    assert nets([], PARTIES)[0].yen == 0


@pytest.mark.parametrize(
    ("rule", "kind"),
    [("base", "base"), ("campaign:takamatsu-5x", "campaign"), ("rank:premium", "rank"),
     ("birthday", "rank"), ("basement", "rank"), ("club", "rank")],
)  # fmt: skip
def test_every_rule_is_of_one_kind(rule: str, kind: str) -> None:
    assert kind_of(rule) == kind


@pytest.mark.parametrize(
    ("kind", "points", "movement"),
    [
        ("redemption", 1, "used"),
        ("lapse", 1, "lapsed"),
        ("reversal", -1, "restored"),
        ("return", -1, "restored"),
        ("reversal", 1, "recovered"),
        ("return", 1, "recovered"),
    ],
)
def test_every_draw_is_one_movement(kind: Kind, points: int, movement: str) -> None:
    assert movement_of(draw("e", A, A, points, kind=kind)) == movement


@pytest.mark.parametrize(("kind", "points"), [("redemption", -1), ("lapse", -1), ("return", 0)])
def test_a_draw_that_makes_no_sense_is_refused(kind: Kind, points: int) -> None:
    with pytest.raises(ValueError, match=r"draw|nothing back"):
        movement_of(draw("e", A, A, points, kind=kind))


def test_every_code_in_a_statement_has_a_name_in_both_languages() -> None:
    kinds: tuple[Kind, ...] = ("redemption", "lapse", "reversal", "return")
    parts = [
        draw(f"{kind}{sign}{rule}{which}", B, A, sign, rule, kind=kind, scheme=which, on=day)
        for which in "12"
        for rule in ("base", "campaign:x", "rank:y")
        for kind in kinds
        for sign in (1, -1)
        for day in (date(2027, 2, 1), date(2027, 3, 2))
        if sign > 0 or kind in ("reversal", "return")
    ]
    parts_too = [
        grant(f"g{rule}{w}", B, A, 1, rule, scheme=w)
        for rule in ("base", "campaign:x", "birthday")
        for w in "12"
    ]
    schemes = (scheme("at-issue"), scheme("at-redemption", "2", date(2027, 1, 1)))
    for charge in charged([*parts, *parts_too], WITH_FUNDS, schemes):
        assert all(CATALOGUE[charge.code])
        assert all(CATALOGUE[charge.original or charge.code])


def test_the_party_list_decides_the_order_not_the_flows() -> None:
    tally = tallied(EXAMPLE_2, parties=PARTIES)
    found = tally.flows()
    told = results(found, tally.entries, PARTIES)
    assert results(list(reversed(found)), tally.entries, PARTIES) == told


def test_an_undone_redemption_counts_once_however_many_kinds_it_gives_back() -> None:
    parts = [
        draw("e", B, A, -3, rule, n, kind="reversal")
        for n, rule in enumerate(("base", "campaign:x", "rank:y"))
    ]
    told = {(c.party, c.code): (c.points, c.entries) for c in charged(parts)}
    assert told["a", 131] == told["b", 202] == (9, 1)

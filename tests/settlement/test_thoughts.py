"""What can be thought otherwise: shares, caps, attribution and calendars, on paper."""

from datetime import date, datetime

import msgspec
import pytest
from msgspec import structs

from federation.days import TOKYO
from federation.purse import Lot
from settlement.fees import Agreed
from settlement.lines import Draw, Party, Scheme
from settlement.whatif.asking import Rules
from settlement.whatif.carving import Carver, capped
from settlement.whatif.happened import Happened, Place
from settlement.whatif.replay import Group
from settlement.whatif.thought import Thought, proportional, steps
from settlement.whatif.worlds import Parts, Period, World

SCENE = date(2026, 6, 3)


def test_a_thought_is_laid_out_one_change_upon_the_other() -> None:
    thought = Thought(funding="at-issue", cap_points=5, tax_bp=0)
    assert [name for name, _ in steps(thought)] == ["", "cap_points", "funding", "tax_bp"]
    assert steps(thought)[-1][1] == thought


def lot(points: int, rule: str = "base", part: int = 0) -> Lot:
    return Lot(
        1, 7, part, points, points, 0, 10, 101, 1, None, False, rule, SCENE, date(2028, 3, 31)
    )


def granted(*lots: Lot) -> Happened:
    at = datetime(2026, 6, 3, tzinfo=TOKYO)
    return Happened(
        1, 7, "accrual", 101, 10, 0, SCENE, 20260601, at, None, None, None, None, None, list(lots)
    )


SHARES: list[tuple[dict[str, int], int, list[tuple[int, int]]]] = [
    ({"tenant": 1, "facility": 1}, 45, [(201, 23), (101, 22)]),  # a tie is the landlord's
    ({"operator": 1, "tenant": 1}, 1, [(1, 1)]),
    ({"b": 2, "tenant": 1}, 100, [(102, 67), (101, 33)]),
    ({"facility": 60, "tenant": 40}, 100, [(201, 60), (101, 40)]),
]


@pytest.mark.parametrize(("shares", "points", "carved"), SHARES)
def test_a_grant_is_carved_anew_to_the_point(
    shares: dict[str, int], points: int, carved: list[tuple[int, int]]
) -> None:
    places = {10: Place(10, "a-1", 101, 201)}
    carver = Carver(Thought(shares={"base": shares}), places, {"b": 102}, 1)
    again = carver.lots(granted(lot(points), lot(9, "rank:premium", 1)))
    assert [(one.funder_id, one.points) for one in again] == [*carved, (101, 9)]
    assert [one.part for one in again] == list(range(len(again)))


def test_a_cap_leaves_base_points_before_all_others() -> None:
    kept = capped([lot(70), lot(140, "campaign:x5", 1), lot(140, "campaign:x5", 2)], 171)
    assert [(one.rule, one.points) for one in kept] == [
        ("base", 70), ("campaign:x5", 51), ("campaign:x5", 50),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("schemes", "together", "drawn"),
    [
        ([], True, [(7, 81)]),
        ([1], True, [(7, 20), (8, 61)]),
        ([1], False, [(7, 81)]),
        ([2], True, [(7, 81)]),
    ],
)
def test_proportional_attribution_shares_a_spending_among_the_funders_of_points_that_are_alike(
    schemes: list[int], together: bool, drawn: list[tuple[int, int]]
) -> None:
    """100 of A's and 300 of B's: of 81 they bear 20 and 61; what lapses sooner still goes first."""
    soon, later = lot(100), structs.replace(lot(300), entry_id=8, funder_id=102)
    if not together:
        soon = structs.replace(soon, expires_on=date(2026, 6, 30))
    spent = structs.replace(
        granted(), entry_id=9, kind="redemption", points=-81, of_entry_id=None, lots=[]
    )
    sold = [granted(soon), structs.replace(granted(later), entry_id=8), spent]
    places, made_up = {10: Place(10, "a-1", 101, 201)}, bool(schemes)
    rules = Rules(lambda one: one.lots, places, lambda _: False, frozenset(schemes), made_up, SCENE)
    *_, last = Group((1,), rules).replay(sold)
    assert [(row["lot_entry_id"], row["points"]) for row in last.draws] == drawn


def test_only_what_is_paid_for_at_redemption_is_thought_in_proportion() -> None:
    day = date(2020, 4, 1)
    schemes = [
        Scheme(n, funding, day) for n, funding in (("1", "at-redemption"), ("2", "at-issue"))
    ]
    in_proportion = Thought(attribution="PROPORTIONAL")
    assert proportional(schemes, Thought()) == frozenset()
    assert proportional(schemes, in_proportion) == {1}
    both = structs.replace(in_proportion, funding="at-redemption")
    assert proportional(schemes, both) == {1, 2}
    live = [structs.replace(one, attribution="PROPORTIONAL") for one in schemes]
    assert proportional(live, Thought()) == {1}
    assert proportional(live, Thought(attribution="FIFO")) == frozenset()


def test_what_is_late_stays_late_and_other_cycles_take_it_when_they_are_open() -> None:
    parties = [Party(code, "tenant", code, code) for code in ("a", "b")]
    schemes = {"1": Scheme("1", "at-redemption", date(2020, 4, 1))}
    shut = [datetime(2026, 6, day, 12, tzinfo=TOKYO) for day in (17, 30)]
    live = [
        Period(20260601, date(2026, 6, 1), date(2026, 6, 15), shut[0]),
        Period(20260616, date(2026, 6, 16), date(2026, 6, 30), shut[1]),
    ]
    day = date(2026, 6, 14)
    drawn = Draw("e", 0, "redemption", "base", day, "b", "b-1", "a", 5, "1")
    for calendar, booked_at, cycle_id, late in (
        (None, datetime(2026, 6, 18, tzinfo=TOKYO), 20260616, True),
        ("DAILY", datetime(2026, 6, 14, 9, tzinfo=TOKYO), 20260614, False),
        ("DAILY", datetime(2026, 6, 18, 9, tzinfo=TOKYO), 20260616, True),
        ("MONTHLY", datetime(2026, 6, 18, 9, tzinfo=TOKYO), 20260601, False),
    ):
        thought = msgspec.convert({"calendar": calendar} if calendar else {}, Thought)
        world = World(thought, live, schemes, parties, lambda _: Agreed())
        world.add(Parts(20260616, False, day, booked_at, [], [drawn]))
        (found,) = [
            (name, flow.late) for name, tally in world.tallies.items() for flow in tally.flows()
        ]
        assert found == (cycle_id, late), calendar

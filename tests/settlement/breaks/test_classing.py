"""Which class a break has, how old it is, and what becomes of those that were known."""

from datetime import date, timedelta

import pytest
from msgspec import structs

from settlement.breaks.classing import (
    BACK,
    OTHERWISE,
    RESOLVED,
    Age,
    Class,
    Difference,
    Known,
    TillDay,
    age,
    days_of,
    followed,
    of_line,
    of_payment,
    of_plan,
    of_till_day,
)
from tenants.day_end import Accruals, Close, Redemptions, Totals

DAY = date(2026, 6, 3)
OLD = DAY + timedelta(days=5)
NOTHING = (0, 0, 0, 0, 0, 0, 0)


def close(*figures: int, slips: tuple[str, str] | None = None) -> Close:
    accruals, redemptions = Accruals(*figures[:3]), Redemptions(*figures[3:5])
    first, last = slips or (None, None)
    return Close(Totals(accruals, redemptions, *figures[5:7]), first, last)


def till_day(
    told: tuple[int, ...] | None,
    hub: tuple[int, ...],
    *slips: str,
    of: tuple[str, str] | None = None,
    twins: int = 0,
    around: frozenset[str] = frozenset(),
    closes: int = 1,
) -> TillDay:
    made = tuple(close(*told, slips=of) for _ in range(closes)) if told else ()
    known = tuple(("accrual", slip, n < twins) for n, slip in enumerate(slips))
    return TillDay(101, "T01", DAY, told, hub, made, known, around)


TWO, THREE = (2, 20, 2_200, 0, 0, 0, 0), (3, 30, 3_300, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("day", "kind", "figures"),
    [
        (till_day(THREE, TWO, "S-1", "S-2", of=("S-1", "S-3")), "missing", (3, 2)),
        (till_day(TWO, THREE, "S-1", "S-2", "S-3", of=("S-1", "S-2")), "missing", (2, 3)),
        (till_day(TWO, THREE, "S-1", "S-2", "S-3", twins=1), "duplicate", (2, 3)),
        (till_day(THREE, TWO, "S-1", "S-2", closes=2), "duplicate", (3, 2)),
        (
            till_day(THREE, TWO, "S-1", "S-2", of=("S-1", "S-3"), around=frozenset({"S-3", "S-9"})),
            "timing",
            (3, 2),
        ),
        (till_day(TWO, (2, 21, 2_200, 0, 0, 0, 0), "S-1", "S-2"), "amount", (20, 21)),
        (till_day(TWO, (2, 20, 2_199, 0, 0, 0, 0), "S-1", "S-2"), "amount", (2_200, 2_199)),
    ],
)
def test_a_till_day_is_classed_by_what_stands_behind_it(
    day: TillDay, kind: Class, figures: tuple[int, int]
) -> None:
    [found] = of_till_day(day, OLD)
    assert (found.kind, found.told, found.found) == (kind, *figures)
    assert (found.figure, found.subject) == ("accruals", "T01 2026-06-03")


def test_the_slips_behind_are_named() -> None:
    [lacking] = of_till_day(till_day(THREE, TWO, "S-1", "S-2", of=("S-1", "S-3")), OLD)
    assert "ハブになし: S-3" in lacking.behind
    [strange] = of_till_day(till_day(TWO, THREE, "S-1", "S-2", "S-7", of=("S-1", "S-2")), OLD)
    assert "レジになし: S-7" in strange.behind


def test_a_day_that_is_hardly_over_is_timing_and_one_never_closed_is_missing() -> None:
    day = till_day(None, TWO, "S-1", "S-2")
    [young], [old] = (of_till_day(day, DAY + timedelta(days=n)) for n in (1, 2))
    assert (young.kind, old.kind, old.figure) == ("timing", "missing", "z-total")
    assert (old.told, old.found) == (0, 2)
    assert of_till_day(till_day(THREE, TWO), DAY + timedelta(days=1))[0].kind == "timing"


def test_each_group_is_a_break_of_its_own() -> None:
    told, hub = (2, 20, 2_200, 1, 5, 1, 0), (2, 20, 2_200, 1, 6, 0, 1)
    found = of_till_day(till_day(told, hub), OLD)
    assert [(one.figure, one.kind) for one in found] == [
        ("redemptions", "amount"), ("reversals", "missing"), ("returns", "missing"),
    ]  # fmt: skip
    assert len({one.break_id for one in found}) == 3


@pytest.mark.parametrize(
    ("entries", "after", "kind"),
    [((3, 2), (), "missing"), ((2, 3), (), "duplicate"), ((2, 2), (), "amount"),
     ((3, 2), (77,), "timing")],
)  # fmt: skip
def test_a_statement_line_against_the_books(
    entries: tuple[int, int], after: tuple[int, ...], kind: Class
) -> None:
    found = of_line(101, DAY, OLD, (401, 201), (30, 20), entries, after)
    assert (found.kind, found.figure) == (kind, "401-201")


@pytest.mark.parametrize(
    ("state", "days", "kind"),
    [("sent", 3, "timing"), ("planned", 0, "timing"), ("sent", 4, "missing"),
     ("short", 0, "amount"), ("returned", 0, "missing"), ("failed", 0, "missing"),
     ("held", 9, "missing"), ("settled", 0, "duplicate")],
)  # fmt: skip
def test_a_payment_by_its_day_and_state(state: str, days: int, kind: Class) -> None:
    today = DAY + timedelta(days=days)
    assert of_payment(101, "20260601-1-1", DAY, (100, 0), state, "", today).kind == kind


def test_what_is_due_stands_in_the_plan() -> None:
    assert of_plan(101, DAY, OLD, 100, 90, ["20260601-1-1"]).kind == "amount"
    assert of_plan(101, DAY, OLD, 100, 0, []).kind == "missing"


def one(told: int = 3, found: int = 2) -> Difference:
    return Difference(
        "till-hub", 101, "T01 2026-06-03", "accruals", DAY, "missing", told, found, "S-3"
    )


def known(break_: Difference, **other: object) -> dict[str, Known]:
    row = Known(break_.break_id, 101, 1, "open", "missing", break_.told, break_.found, "S-3")
    return {row.break_id: structs.replace(row, **other)}


def test_a_break_lives_in_rows_and_never_vanishes() -> None:
    [first] = followed([one()], {})
    assert (first.number, first.state, first.first) == (1, "open", one())
    assert followed([one()], known(one())) == []
    assert followed([one()], known(one(), state="explained")) == []
    [other] = followed([one(4)], known(one(), state="explained"))
    assert (other.number, other.state, other.reason) == (2, "open", OTHERWISE)
    [over] = followed([], known(one(), state="explained", number=4))
    assert (over.number, over.state, over.reason) == (5, "resolved", RESOLVED)
    assert followed([], known(one(), state="resolved")) == []
    [back] = followed([one()], known(one(), state="resolved", number=2))
    assert (back.number, back.state, back.reason) == (3, "open", BACK)


def test_an_explained_break_that_only_grew_older_stays_explained() -> None:
    older = structs.replace(one(), kind="missing")
    assert followed([older], known(one(), state="explained", kind="timing")) == []
    [grown] = followed([older], known(one(), kind="timing"))
    assert (grown.kind, grown.state) == ("missing", "open")


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "0-1"), (1, "0-1"), (2, "2-7"), (7, "2-7"), (8, "8-30"), (30, "8-30"), (31, "31+")],
)
def test_ages(days: int, name: str) -> None:
    assert age(DAY, DAY + timedelta(days=days)) == name


@pytest.mark.parametrize("name", ["0-1", "2-7", "8-30", "31+"])
def test_the_days_of_an_age_are_those_of_that_age_and_no_others(name: Age) -> None:
    first, last = days_of(name, date(2026, 7, 3))
    for back in range(-3, 40):
        day = date(2026, 7, 3) - timedelta(days=back)
        assert (age(day, date(2026, 7, 3)) == name) == ((first or date.min) <= day <= last)

"""Whatever points do in a cycle, its papers sum to zero, verify, and any other hand agrees."""

from datetime import date
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.lines import Cell, Charge, Draw, Funding, Grant, Net
from settlement.netting import Flow, matrix
from settlement.verify import verify
from tests.settlement.papers import (
    FIRST,
    FUND,
    PARTIES,
    PROMOTION,
    A,
    B,
    C,
    Kind,
    draw,
    flows,
    grant,
    papers,
    scheme,
    sealed,
)
from tests.settlement.recompute import recompute
from tests.settlement.test_verify import stated

MALL = (*PARTIES, FUND, PROMOTION)
FUNDINGS: tuple[Funding, ...] = ("at-issue", "at-redemption", "redeemer-bears")
SCHEMES = [scheme(way, str(n), date(2020, n, 1)) for n, way in enumerate(FUNDINGS, 1)]
# Small numbers, and days on either side of the cycle's first.
points = st.integers(1, 3)
days = st.sampled_from([date(2027, 2, 28), FIRST, date(2027, 3, 15)])
tenants = st.sampled_from([A, B, C])
funders = st.sampled_from([*PARTIES[:2], A, B])
rules = st.sampled_from(["base", "campaign:x", "campaign:y", "rank:premium"])
names = st.sampled_from("123")
kinds: st.SearchStrategy[Kind] = st.sampled_from(["redemption", "lapse", "reversal", "return"])


@st.composite
def entries(choose: st.DrawFn) -> list[Grant | Draw]:
    """One entry: at one tenant, on one day, of one kind, with one to four parts."""
    name = f"e{choose(st.integers(0, 10**9))}"
    accrual, kind, tenant, on = choose(st.booleans()), choose(kinds), choose(tenants), choose(days)
    found: list[Grant | Draw] = []
    for n in range(choose(st.integers(1, 4))):
        funder, worth, rule, way = choose(funders), choose(points), choose(rules), choose(names)
        if accrual:
            found.append(grant(name, tenant, funder, worth, rule, n, on, way))
            continue
        sign: Literal[1, -1] = -1 if kind in ("reversal", "return") and choose(st.booleans()) else 1
        found.append(draw(name, tenant, funder, sign * worth, rule, n, on, kind, way))
    return found


cycles = st.lists(entries(), max_size=12, unique_by=lambda entry: entry[0].entry)
thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@thorough
@given(cycles)
def test_every_cycle_sums_to_zero_and_verifies_and_another_hand_agrees(
    tmp_path: Path, cycle: list[list[Grant | Draw]]
) -> None:
    lines = papers([part for entry in cycle for part in entry], SCHEMES, MALL)
    assert sum(line.yen for line in lines if isinstance(line, Net)) == 0
    file = sealed(lines)
    assert verify(file) == []
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(file))
    assert recompute(path) == stated(path)


@thorough
@given(cycles)
def test_rows_and_columns_of_the_matrix_are_the_statements(
    cycle: list[list[Grant | Draw]],
) -> None:
    """I4: what a party is owed by the matrix is what the lines of its statement come to."""
    lines = papers([part for entry in cycle for part in entry], SCHEMES, MALL)
    cells = [line for line in lines if isinstance(line, Cell)]
    for party in MALL:
        owed = sum(c.yen for c in cells if c.tenant == party.party)
        owes = sum(c.yen for c in cells if c.funder == party.party)
        told = [c for c in lines if isinstance(c, Charge) and c.party == party.party]
        total = sum(c.yen for c in told if isinstance(c.yen, int) and c.code != 900)
        assert owed - owes == total


@thorough
@given(cycles, st.randoms(use_true_random=False))
def test_flows_do_not_depend_on_the_order_of_entries(
    cycle: list[list[Grant | Draw]], random: object
) -> None:
    shuffled = list(cycle)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def told(entries: list[list[Grant | Draw]]) -> set[Flow]:
        return set(flows([part for entry in entries for part in entry], SCHEMES))

    assert told(cycle) == told(shuffled)
    assert matrix(told(cycle), MALL) == matrix(told(shuffled), MALL)

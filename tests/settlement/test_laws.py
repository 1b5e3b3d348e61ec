"""Whatever points do in a cycle, its papers sum to zero, verify, and any other hand agrees."""

from datetime import date
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from settlement.fees import Agreed
from settlement.lines import (
    Carry,
    Cell,
    Charge,
    Draw,
    Funding,
    Grant,
    Net,
    Split,
    Terms,
    Unit,
    order,
)
from settlement.netting import Flow, matrix, ranked
from settlement.verify import verify
from tests.settlement.papers import (
    FIRST,
    FUND,
    HEADER,
    PARTIES,
    PROMOTION,
    A,
    B,
    C,
    Kind,
    altered,
    draw,
    flows,
    grant,
    papers,
    scheme,
    sealed,
)
from tests.settlement.recompute import recompute, recompute_splits, stated_splits
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


@st.composite
def agreements(choose: st.DrawFn) -> Agreed:
    """What was agreed with some of them: small figures, so that what is rounded is at the edge."""
    some = st.integers(0, 3) | st.sampled_from([499, 500, 501, 1_000])
    terms = [
        Terms(
            party.party, 1, choose(some), choose(some), choose(some), choose(some),
            choose(st.integers(0, 2)), choose(st.sampled_from([0, 800, 1_000])), choose(some),
            choose(st.booleans()), choose(joined), choose(joined),
        )
        for party in choose(st.lists(tenants, unique=True))
    ]  # fmt: skip
    carries = [Carry(party.party, choose(st.integers(-501, 501).filter(bool)))
               for party in choose(st.lists(tenants, unique=True))]  # fmt: skip
    units = [Unit("a", "a-1", "x"), Unit("b", "b-0", "x"), Unit("b", "b-1", "y")]
    split = choose(st.booleans())
    ranks = ranked(MALL)
    return Agreed(
        HEADER.first_on, choose(st.sampled_from([HEADER.last_on, date(2027, 3, 31)])),
        tuple(sorted(terms, key=lambda one: order(one, ranks))),
        tuple(sorted(carries, key=lambda one: order(one, ranks))),
        tuple(units) if split else (),
    )  # fmt: skip


joined = st.sampled_from([UNSET, date(2027, 3, 3), date(2027, 3, 31), date(2026, 1, 1)])
cycles = st.lists(entries(), max_size=12, unique_by=lambda entry: entry[0].entry)
thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@thorough
@given(cycles, agreements())
def test_every_cycle_sums_to_zero_and_verifies_and_another_hand_agrees(
    tmp_path: Path, cycle: list[list[Grant | Draw]], agreed: Agreed
) -> None:
    header = altered(HEADER, last_on=agreed.last_on)
    parts = [part for entry in cycle for part in entry]
    lines = papers(parts, SCHEMES, MALL, header, agreed)  # type: ignore[arg-type]
    assert sum(line.yen for line in lines if isinstance(line, Net)) == 0
    netted = {line.party: line.yen for line in lines if isinstance(line, Net)}
    for party in {line.party for line in lines if isinstance(line, Split)}:
        own = [one.yen for one in lines if isinstance(one, Split) and one.party == party]
        assert sum(own) == netted[party]
    file = sealed(lines)
    assert verify(file) == []
    path = tmp_path / "sealed"
    path.write_bytes(b"".join(file))
    assert recompute(path) == stated(path)
    assert recompute_splits(path) == stated_splits(path)


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

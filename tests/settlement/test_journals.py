"""Laws of journals, whatever points did: they balance, come to the statement, and eliminate."""

from datetime import UTC, date, datetime
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settlement.lines import Charge, Funding, Party
from settlement.netting import Flow, Kind, Movement
from settlement.paper.journals import Cycle, Policy, of_hub, of_party
from settlement.paper.ledger import Move, balances, journal, rebooked, rows
from settlement.statement import CATALOGUE, Statement, charges, told
from tests.settlement.papers import FUND, HUB, PROMOTION, TOKUSHIMA, A, B, C

PARTIES = (HUB, TOKUSHIMA, A, B, C, FUND, PROMOTION)
ON = date(2026, 6, 15)
AT_LEISURE = settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SIDES = st.sampled_from([one.party for one in (HUB, TOKUSHIMA, A, B, C)])

flows = st.lists(
    st.builds(
        Flow,
        movement=st.sampled_from(get_args(Movement)),
        kind=st.sampled_from(get_args(Kind)),
        funding=st.sampled_from(get_args(Funding)),
        funder=SIDES,
        tenant=SIDES,
        late=st.booleans(),
        points=st.integers(1, 10_000),
    ),
    max_size=12,
)
fees = st.dictionaries(
    st.sampled_from(["a", "b", "c"]), st.tuples(st.integers(-999, 999), st.integers(-99, 99))
)


def cycle_of(done: list[Flow], charged: dict[str, tuple[int, int]]) -> Cycle:
    """Statements of these flows, with fees and their tax beside them."""
    lines = [one for one in charges(done, {}, PARTIES) if one.code != 900]
    for party, (fee, tax) in charged.items():
        lines += [Charge(party, 301, 0, 0, yen=-fee), Charge(party, 601, 0, 0, yen=-tax)]
    lines.append(Charge("hub", 311, 0, 0, yen=sum(fee for fee, _ in charged.values())))
    lines.append(Charge("hub", 611, 0, 0, yen=sum(tax for _, tax in charged.values())))
    return Cycle(tuple(done), PARTIES, tuple(stated(party, lines) for party in PARTIES))


def stated(party: Party, lines: list[Charge]) -> Statement:
    """One party's statement of all lines."""
    own = [one for one in lines if one.party == party.party]
    total = sum(one.yen for one in own if isinstance(one.yen, int))
    closed_at = datetime(2026, 6, 17, tzinfo=UTC)
    every = [*own, Charge(party.party, 900, 0, 0, yen=total)]
    return told(party, every, date(2026, 6, 1), ON, closed_at, date(2026, 6, 30))


def compare(done: list[Flow], charged: dict[str, tuple[int, int]]) -> None:
    """The laws, for one cycle."""
    cycle = cycle_of(done, charged)
    ours = balances(of_hub(cycle, HUB))
    for party in (TOKUSHIMA, A, B, C):
        booked = balances(of_party(cycle, party, Policy()))
        [own] = [one for one in cycle.statements if one.party.party == party.party]
        owed = sum(yen for (_, sub), yen in booked.items() if sub)
        mirrored = sum(yen for (_, sub), yen in ours.items() if sub == party.party)
        assert owed == own.total_yen
        assert owed + mirrored == 0, "what one is owed the other owes"
    [fund] = [one for one in cycle.statements if one.party.party == "fund"]
    assert ours.get(("ポイント預り金", ""), 0) == -fund.total_yen
    assert sum(ours.values()) == 0
    provisional = of_party(cycle, A, Policy())
    again = rebooked(provisional, provisional)
    assert balances([*provisional, *again]) == balances(provisional)
    for one in provisional:
        pairs = [row[7] for row in rows([one])]
        assert sum(pairs) == sum(move.yen for move in one.moves if move.yen > 0)
        assert all(yen > 0 for yen in pairs)


def test_journals_balance_come_to_the_statement_and_eliminate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for code in (301, 311, 601, 611):
        if code not in CATALOGUE:
            monkeypatch.setitem(CATALOGUE, code, (str(code), str(code)))
    given(flows, fees)(AT_LEISURE(compare))()


def test_a_compound_entry_is_told_in_pairs() -> None:
    told_in = journal(ON, "売上", "1", [Move("現金", 5), Move("未収金", 3), Move("売上高", -8)])
    assert told_in is not None
    assert [(row[1], row[4], row[7]) for row in rows([told_in])] == [
        ("現金", "売上高", 5), ("未収金", "売上高", 3),
    ]  # fmt: skip
    assert journal(ON, "", "", [Move("現金", 5), Move("現金", -5)]) is None

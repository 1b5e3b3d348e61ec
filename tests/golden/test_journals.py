"""Worked example 1 of the domain page as journals, to the yen: what each shop books at its till,
what each party books of the cycle, and the hub; and points of one's own (設例22)."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from settlement.lines import Charge, Party
from settlement.netting import Flow
from settlement.paper.booking import csv_of
from settlement.paper.journals import Cycle, Policy, of_hub, of_party
from settlement.paper.ledger import Journal, balances, rebooked, staged
from settlement.paper.own_points import allocate, release, released, sale
from settlement.paper.till_entries import Return, Sale, returned, sold
from settlement.statement import CATALOGUE, charges, told
from tests.golden.golden import same

ON = date(2026, 6, 15)
A, B, C = (Party(code, "tenant", f"{code}店", code) for code in "ABC")
FACILITY = Party("takamatsu", "facility", "高松施設", "Takamatsu")
HUB = Party("operator", "operator", "運営", "Operator")
FUND = Party("fund", "fund", "ポイント預り金", "Fund")
PROMOTION = Party("promotion", "promotion", "販促基金", "Promotion")
PARTIES = (HUB, FACILITY, A, B, C, FUND, PROMOTION)


def flow(movement: str, funder: Party, tenant: Party, points: int, kind: str = "base") -> Flow:
    return Flow(movement, kind, "at-issue", funder.party, tenant.party, False, points)  # type: ignore[arg-type]


# T0–T5: T5 takes 40 from A's own lot, and 29 from B's in A's stead.
FLOWS = (
    flow("granted", A, A, 300),
    flow("granted", B, B, 99),
    flow("granted", C, C, 17),
    flow("granted", B, B, 140, "campaign"),
    flow("granted", FACILITY, B, 140, "campaign"),
    flow("granted", HUB, B, 70, "rank"),
    flow("granted", HUB, C, 17, "rank"),
    flow("used", A, B, 60),
    flow("used", FACILITY, C, 140, "campaign"),
    flow("used", B, C, 140, "campaign"),
    flow("used", B, C, 20),
    flow("recovered", A, A, 40),
    flow("covered", B, A, 29),
)
FEES = {  # fee, tax; the hub's mirror of both
    "A": ((301, -100), (601, -10)),
    "B": ((301, -49), (601, -4)),
    "C": ((301, -8),),
    "operator": ((311, 157), (611, 14)),
}
TOTALS = {
    "A": -341, "B": -232, "C": 275, "takamatsu": -140, "operator": 84, "fund": 354, "promotion": 0,
}  # fmt: skip


@pytest.fixture
def cycle(monkeypatch: pytest.MonkeyPatch) -> Cycle:
    """The cycle with its fees, whether this version charges them yet or not."""
    for code, name in ((301, "システム利用料（従量）"), (601, "消費税（10%）"), (311, "受取手数料"),
                       (611, "仮受消費税")):  # fmt: skip
        monkeypatch.setitem(CATALOGUE, code, (name, ""))
    stated = []
    for party in PARTIES:
        own = [
            one
            for one in charges(FLOWS, {}, PARTIES)
            if one.party == party.party and one.code != 900
        ]
        own += [Charge(party.party, code, 0, 0, yen=yen) for code, yen in FEES.get(party.party, ())]
        total = sum(0 if isinstance(one.yen, type(one.original)) else one.yen for one in own)
        own.append(Charge(party.party, 900, 0, 0, yen=total))
        closed_at = datetime(2026, 6, 17, tzinfo=UTC)
        first_on, pays_on = date(2026, 6, 1), date(2026, 6, 30)
        stated.append(told(party, own, first_on, ON, closed_at, pays_on, tax_bp=1_000))
    assert {one.party.party: one.total_yen for one in stated} == TOTALS
    return Cycle(FLOWS, PARTIES, tuple(stated))


def figures(*journals: Journal | None) -> dict[str, int]:
    """What the journals come to by account, debits above nothing."""
    found = balances(one for one in journals if one is not None)
    return {f"{account}{sub}": yen for (account, sub), yen in found.items()}


def test_a_shop_s_till_books_a_sale_as_the_example_does() -> None:
    """T0, T2, T3, T4 in PAYMENT; T3 as a discount; T5."""
    assert figures(*sold(ON, Sale(22_000, 0, 200))) == {
        "現金": 22_000, "売上高": -19_800, "未払金": -200, "仮受消費税": -2_000,
    }  # fmt: skip
    assert figures(*sold(ON, Sale(7_700, 0, 210))) == {
        "現金": 7_700, "売上高": -6_790, "未払金": -210, "仮受消費税": -700,
    }  # fmt: skip
    assert figures(*sold(ON, Sale(3_240, 60, 29))) == {
        "現金": 3_240, "未収金": 60, "売上高": -2_971, "未払金": -29, "仮受消費税": -300,
    }  # fmt: skip
    assert figures(*sold(ON, Sale(1_900, 300, 17))) == {
        "現金": 1_900, "未収金": 300, "売上高": -1_983, "未払金": -17, "仮受消費税": -200,
    }  # fmt: skip
    discount = sold(ON, Sale(3_240, 60, 29), "DISCOUNT")
    assert figures(*discount) == {
        "現金": 3_240, "売上高": -2_917, "未払金": -29, "仮受消費税": -294, "未収金": 60,
        "雑収入": -60,
    }  # fmt: skip
    assert len(discount) == 2
    assert figures(returned(ON, Return(11_000, 100, 69))) == {
        "売上高": 9_900, "仮受消費税": 1_000, "未払金": 69, "現金": -10_969,
    }  # fmt: skip


def test_other_examples_of_sales_with_points_of_another_company() -> None:
    """Collected for a third party (2.2); the tax office's own figures for use (1.4)."""
    assert figures(*sold(ON, Sale(110_000, 0, 1_100))) == {
        "現金": 110_000, "売上高": -98_900, "未払金": -1_100, "仮受消費税": -10_000,
    }  # fmt: skip
    assert figures(*sold(ON, Sale(110, 110))) == {
        "現金": 110, "未収金": 110, "売上高": -200, "仮受消費税": -20,
    }  # fmt: skip


def test_a_till_and_a_cycle_together_are_the_example(cycle: Cycle) -> None:
    """B's register books two sales at their full price, points as a tender; the cycle's journals
    bring the rest, and both are what the example says of T2 and T3."""
    register = [*sold(ON, Sale(7_700)), *sold(ON, Sale(3_240, 60))]
    tender = {"未収金": "ポイント決済"}
    both = Counter({tender.get(name, name): yen for name, yen in figures(*register).items()})
    for name, yen in figures(*of_party(cycle, B, Policy())).items():
        both[name.removesuffix("ポイント運営")] += yen
    for fee in ("支払手数料", "仮払消費税"):
        both["未払金"] += both.pop(fee)
    assert {name: yen for name, yen in both.items() if yen} == figures(
        *sold(ON, Sale(7_700, 0, 210)), *sold(ON, Sale(3_240, 60, 29))
    )


def test_what_lapses_goes_from_members_to_the_promotion_fund() -> None:
    """1.9: M3's 200 points."""
    lapsed = (flow("lapsed", A, HUB, 200),)
    stated = [
        told(party, [one for one in charges(lapsed, {}, PARTIES) if one.party == party.party],
             date(2026, 6, 1), ON, datetime(2026, 6, 17, tzinfo=UTC), date(2026, 6, 30))
        for party in PARTIES
    ]  # fmt: skip
    assert figures(*of_hub(Cycle(lapsed, PARTIES, tuple(stated)), HUB)) == {
        "ポイント預り金": 200, "販促基金預り金": -200,
    }  # fmt: skip


def test_each_tenant_books_its_statement(cycle: Cycle) -> None:
    hub = "ポイント運営"
    assert figures(*of_party(cycle, A, Policy())) == {
        f"未払金{hub}": -341, "売上高": 231, "支払手数料": 100, "仮払消費税": 10,
    }  # fmt: skip
    assert figures(*of_party(cycle, B, Policy())) == {
        f"未払金{hub}": -292, "売上高": 239, f"未収金{hub}": 60, "ポイント決済": -60,
        "支払手数料": 49, "仮払消費税": 4,
    }  # fmt: skip
    assert figures(*of_party(cycle, B, Policy("DISCOUNT", "EXPENSE"))) == {
        f"未払金{hub}": -292, "販売促進費": 239, f"未収金{hub}": 60, "雑収入": -60,
        "支払手数料": 49, "仮払消費税": 4,
    }  # fmt: skip
    assert figures(*of_party(cycle, FACILITY, Policy())) == {
        f"未払金{hub}": -140, "販売促進費": 140,
    }  # fmt: skip


def test_the_hub_books_what_it_keeps_and_what_it_earns(cycle: Cycle) -> None:
    booked = {one.text: figures(one) for one in of_hub(cycle, HUB)}
    assert booked["ポイント発行"] == {
        "未収入金A": 300, "未収入金B": 239, "未収入金C": 17, "未収入金takamatsu": 140,
        "販売促進費": 87, "ポイント預り金": -783,
    }  # fmt: skip
    assert booked["ポイント利用"] == {"ポイント預り金": 360, "未払金B": -60, "未払金C": -300}
    assert booked["ポイント発行取消"] == {"ポイント預り金": 40, "未収入金A": -40}
    assert booked["返品充当"] == {"ポイント預り金": 29, "未収入金A": -29}
    assert booked["システム利用料（従量） B"] == {"未収入金B": 49, "受取手数料": -49}
    assert booked["消費税（10%） B"] == {"未収入金B": 4, "仮受消費税": -4}
    whole = figures(*of_hub(cycle, HUB))
    assert (whole["受取手数料"], whole["仮受消費税"]) == (-157, -14)
    assert whole["未収入金A"] == 300 - 69 + 110
    assert figures(*of_hub(cycle, HUB))["ポイント預り金"] == -354


def test_what_parties_book_about_each_other_comes_to_nothing(cycle: Cycle) -> None:
    ours = figures(*of_hub(cycle, HUB))
    for party in (A, B, C, FACILITY):
        theirs = balances(of_party(cycle, party, Policy()))
        owed = sum(yen for (_, sub), yen in theirs.items() if sub)
        mirrored = ours.get(f"未収入金{party.party}", 0) + ours.get(f"未払金{party.party}", 0)
        assert owed + mirrored == 0
        assert owed == TOTALS[party.party]


def test_the_file_for_a_bookkeeping_program(cycle: Cycle) -> None:
    provisional = staged(of_party(cycle, B, Policy()), "provisional")
    same("journals.csv", csv_of([*rebooked(provisional, provisional), *of_hub(cycle, HUB)]))


def test_points_of_ones_own_put_revenue_off_until_they_are_used() -> None:
    """設例22: 9,500 of 10,000 points are expected to be used, later 9,700."""
    parts = allocate(100_000, 9_500)
    assert (parts.goods_yen, parts.points_yen) == (91_324, 8_676)
    first = released(parts.points_yen, 0, 4_500, 9_500)
    second = released(parts.points_yen, first, 8_500, 9_700)
    third = released(parts.points_yen, first + second, 9_700, 9_700)
    assert (first, second, third) == (4_110, 3_493, 1_073)
    later = [release(ON, "", yen) for yen in (first, second, third)]
    assert figures(sale(ON, "", 100_000, 9_500), *later) == {
        "現金": 100_000, "売上高": -100_000,
    }  # fmt: skip
    thousands = allocate(1_000_000, 45_000)
    assert (round(thousands.goods_yen, -3), round(thousands.points_yen, -3)) == (957_000, 43_000)


def test_what_lapses_is_no_revenue_of_its_own_and_a_higher_estimate_takes_some_back() -> None:
    assert released(8_676, 0, 0, 0) == 8_676, "once nothing more is expected, all of it is revenue"
    assert released(8_676, 4_110, 4_500, 10_000) == 3_904 - 4_110

"""Every route of a payment through a whole life: set off, kept, not to be paid, nothing at all."""

import asyncio
from datetime import date, time

import pytest

from settlement.life.dues import Line, Side, borne, other_side
from settlement.lines import Party
from settlement.netting import Flow
from tests.mall import Mall
from tests.settlement.life.offices import CYCLE, JUNE, PAYEES, Finance


async def test_what_is_set_off_is_settled_when_the_holder_has_its_file(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    for party in ("bakery", "bookshop"):
        await finance.consents(party, "tokushima")
    await finance.until_sent()
    assert await finance.state() == "settled"
    assert (await finance.files())["offset-csv"].body.decode().splitlines() == [
        "tenant,half_month,deposits_yen,charges_yen,points_yen,returned_yen,returned_on,statement",
        "bakery,2026-06-01,0,0,-1000,-1000,2026-06-30,20260601-1-1",
        "bookshop,2026-06-01,0,0,1000,1000,2026-06-30,20260601-1-2",
    ]
    assert list(await finance.files()) == ["offset-csv"]


async def test_at_issue_the_operator_keeps_what_fund_is_owed(mall: Mall) -> None:
    await mall.scheme("at-issue", date(2026, 6, 2))
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await finance.until_sent()
    paid = {party: (one["yen"], one["route"]) for party, one in (await finance.paid()).items()}
    assert paid == {
        "bakery": (-3_000, "DIRECT_DEBIT"),
        "bookshop": (1_000, "TRANSFER"),
        "fund": (2_000, "KEPT"),
    }


async def test_what_has_no_account_is_held_until_there_is_one(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery")
    await finance.until_sent()
    held = (await finance.paid())["bookshop"]
    assert (held["route"], held["state"], held["why"]) == ("HELD", "held", "no-payee-account")
    assert await finance.state() == "returned"
    async with mall.hub.pools.use("worker") as conn:
        await finance.account(conn, "bookshop", PAYEES["bookshop"], "payee")
    await finance.sends_again()
    await finance.approves()
    await finance.sends()
    paid = (await finance.paid())["bookshop"]
    assert (paid["route"], paid["state"], await finance.state()) == ("TRANSFER", "sent", "sent")


async def test_a_cycle_whose_nets_are_all_zero_passes_through(mall: Mall) -> None:
    bakery, _ = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=11_000)
    await bakery.accepts(hanako, points=100)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await finance.until_sent()
    assert (await finance.state(), await finance.paid()) == ("settled", {})


async def test_without_a_bank_a_cycle_is_not_confirmed(mall: Mall) -> None:
    finance = Finance(mall)
    await mall.close(JUNE)
    refused = await finance.confirms()
    assert (refused.status, refused.slug) == (409, "no-bank-profile")
    assert await finance.state() == "closed"
    await finance.opens()
    assert (await finance.confirms()).status == 200


async def test_a_cycle_that_is_confirmed_late_is_paid_when_the_bank_still_can(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await mall.turn_to(date(2026, 7, 10), time(16, 0))
    await mall.close(JUNE)
    await finance.confirms()
    paid = await finance.paid(CYCLE)
    assert paid["bookshop"]["pays_on"] == "2026-07-14"  # its file is due on the 13th
    await finance.approves()
    assert (await finance.sends()).files[0].released_at == mall.now


async def test_a_net_that_is_split_by_shop_is_paid_by_shop(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    annex = await mall.shop("annex", of=bakery, tills=["T02"])
    bookshop = await mall.shop("bookshop")
    hanako = await mall.member()
    await bookshop.sells(hanako, yen=330_000)
    await bakery.accepts(hanako, points=600)
    await annex.accepts(hanako, points=400)
    await mall.terms(net_level="SHOP")
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await finance.until_sent()
    due = await finance.due(bakery)
    assert [(one["unit"], one["yen"], one["state"]) for one in due["payments"]] == [
        ("annex", 400, "sent"), ("bakery", 600, "sent"),
    ]  # fmt: skip
    file = (await finance.files())["zengin-21"]
    assert (file.lines, file.yen) == (2, 1_000)


async def test_eight_who_take_a_step_at_once_take_it_once(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await mall.close(JUNE)
    told = await asyncio.gather(*(finance.confirms() for _ in range(8)))
    assert {(one.status, one.content) for one in told} == {(200, told[0].content)}
    await mall.turn_to(date(2026, 6, 23), time(10, 0))
    approved = await asyncio.gather(*(finance.approves(f"chief {n}") for n in range(4)))
    assert len(set(approved)) == 1
    sent = await asyncio.gather(*(finance.sends() for _ in range(4)))
    assert all(one == sent[0] for one in sent)
    operator = await mall.operator()
    steps = (await operator.get(f"/v1/admin/cycles/{CYCLE}/payments")).json["steps"]
    assert [one["step"] for one in steps] == ["confirmed", "approved", "sent"]


PARTIES = [
    Party("operator", "operator", "運営", "Operator"),
    Party("fund", "fund", "預り金", "Fund"),
    Party("a", "tenant", "A", "A"),
    Party("b", "tenant", "B", "B"),
]
FLOWS = [
    Flow("used", "base", "at-redemption", "a", "b", False, 70),
    Flow("used", "base", "at-redemption", "b", "b", False, 20),
    Flow("used", "base", "at-issue", "a", "b", False, 10),
    Flow("used", "base", "at-redemption", "a", "b", True, 5),
]


@pytest.mark.parametrize(
    ("line", "others"),
    [
        (Line("b", 201, None, 100), {("a", 121): -70, ("b", 121): -20, ("fund", 702): -10}),
        (Line("a", 121, None, -70), {("b", 201): 70}),
        (Line("b", 401, 201, 5), {("a", 121): -5}),
        (Line("a", 301, None, -33), {("operator", 311): 33}),
    ],
)
def test_every_line_has_another_side(line: Line, others: dict[Side, int]) -> None:
    assert other_side(line, FLOWS, PARTIES) == others
    assert sum(others.values()) == -line.yen


def test_the_operator_bears_what_a_correction_would_take_from_the_fund() -> None:
    others = {("a", 121): -70, ("fund", 702): -10}
    assert borne(others, PARTIES) == {("a", 121): -70, ("operator", 702): -10}

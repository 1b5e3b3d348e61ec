"""A cycle from its seal to its last yen, and every step of it refused where it has no place."""

from datetime import date, time

import msgspec
import psycopg
import pytest

from settlement.bank.refusals import BankResultRefused
from settlement.life.refusals import ApprovalVoid, FourEyes, WindowStillOpen, WrongState
from settlement.life.results import open_amounts
from tests.mall import Mall, Shop
from tests.settlement.life.offices import CHIEF, JUNE, KEEPER, Finance, answered

Trade = tuple[Finance, Shop, Shop]


@pytest.fixture
async def trade(mall: Mall) -> Trade:
    """A bakery that owes a bookshop 1,000 円 for points."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    return finance, bakery, bookshop


async def test_a_cycle_lives_from_its_seal_to_its_last_yen(trade: Trade) -> None:
    finance, _, bookshop = trade
    mall = finance.mall
    await mall.close(JUNE)
    confirmed = await finance.confirms()
    assert confirmed.status == 200, confirmed
    assert confirmed.json["shown_on"] == "2026-06-17"
    assert confirmed.json["objections_until"] == "2026-06-22"
    assert (await finance.confirms()).content == confirmed.content
    assert await finance.state() == "confirmed"

    await mall.turn_to(date(2026, 6, 22), time(23, 59))
    with pytest.raises(WindowStillOpen):
        await finance.approves()
    await mall.turn_to(date(2026, 6, 23), time(10, 0))
    approved = await finance.approves()
    assert await finance.approves("somebody else") == approved
    assert (approved.approved_by, await finance.state()) == (CHIEF, "approved")
    assert (await finance.confirms()).content == confirmed.content

    sent = await finance.sends()
    assert await finance.state() == "sent"
    by_kind = {one.kind: one for one in sent.files}
    assert (by_kind["zengin-21"].lines, by_kind["zengin-21"].yen) == (1, 1_000)
    assert by_kind["zengin-21"].released_at == mall.now
    assert by_kind["zengin-91"].released_at is None  # the bank takes it 15 bank days ahead
    assert await finance.sends() == sent

    due = await finance.due(bookshop)
    assert (due["statement_yen"], due["due_yen"]) == (1_000, 1_000)
    assert [one["yen"] for one in due["payments"]] == [1_000]
    paid = await finance.paid()
    assert {party: (one["yen"], one["route"], one["state"]) for party, one in paid.items()} == {
        "bakery": (-1_000, "DIRECT_DEBIT", "planned"),
        "bookshop": (1_000, "TRANSFER", "sent"),
    }
    await mall.turn_to(date(2026, 7, 8), time(10, 0))
    later = await finance.sends()
    assert all(one.released_at is not None for one in later.files)
    result = answered((await finance.files())["zengin-91"].body, {})
    await mall.turn_to(date(2026, 7, 30), time(10, 0))
    first = await finance.takes_results(result)
    assert await finance.takes_results(result) == first
    paid = await finance.paid()
    assert (paid["bakery"]["state"], paid["bakery"]["settled_yen"]) == ("settled", 1_000)


async def test_an_empty_cycle_passes_through(mall: Mall) -> None:
    finance = Finance(mall)
    await finance.opens()
    await finance.until_sent()
    assert await finance.state() == "settled"
    assert await finance.paid() == {}


async def test_each_step_is_refused_from_a_wrong_state(trade: Trade) -> None:
    finance, *_ = trade
    early = await finance.confirms()
    assert (early.status, early.slug, early.json["state"]) == (409, "wrong-state", "open")
    with pytest.raises(WrongState):
        await finance.approves()
    with pytest.raises(WrongState):
        await finance.sends()
    await finance.mall.close(JUNE)
    with pytest.raises(WrongState):
        await finance.approves()
    await finance.confirms()
    for step in (finance.sends, finance.sends_again):
        with pytest.raises(WrongState):
            await step()  # type: ignore[operator]
    with pytest.raises(WrongState):
        await finance.takes_results(b"")
    await finance.mall.turn_to(date(2026, 6, 23))
    await finance.approves()
    await finance.sends()
    with pytest.raises(WrongState):
        await finance.prepares()
    again = await finance.mall.close(JUNE)
    assert (again.status, again.slug) == (409, "cycle-closed")
    assert (await finance.confirms("2026-06-02")).status == 404


async def test_whoever_closed_or_prepared_does_not_approve(trade: Trade) -> None:
    finance, *_ = trade
    await finance.mall.close(JUNE)
    await finance.confirms()
    await finance.mall.turn_to(date(2026, 6, 23))
    with pytest.raises(FourEyes):
        await finance.approves((await finance.mall.operator()).client_id)
    await finance.moves_account("bookshop", "9999999")
    await finance.prepares(KEEPER)
    with pytest.raises(FourEyes):
        await finance.approves(KEEPER)
    await finance.approves(CHIEF)
    with pytest.raises(psycopg.errors.CheckViolation):  # in the database as well
        async with finance.desk() as conn:
            await conn.execute(
                "INSERT INTO settlement.approvals SELECT cycle_id, plan, prepared_by, prepared_by,"
                " now(), sha256('x') FROM settlement.plans WHERE plan = 1"
            )


async def test_a_change_after_the_approval_voids_it(trade: Trade) -> None:
    finance, *_ = trade
    await finance.mall.close(JUNE)
    await finance.confirms()
    await finance.mall.turn_to(date(2026, 6, 23))
    first = await finance.approves()
    same = await finance.prepares()
    assert (same.plan, same.sha256, await finance.state()) == (1, first.sha256, "approved")
    await finance.moves_account("bookshop", "9999999")
    other = await finance.prepares()
    assert (other.plan, await finance.state()) == (2, "confirmed")
    with pytest.raises(WrongState):
        await finance.sends()
    second = await finance.approves()
    assert second.sha256 != first.sha256
    await finance.sends()
    assert b"9999999" in (await finance.files())["zengin-21"].body
    assert b"2222222" in (await finance.files(1))["zengin-21"].body  # kept, and never sent


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE settlement.statements SET body = body || ' '",
        "UPDATE settlement.payments SET pays_on = pays_on + 1",
        "UPDATE settlement.files SET body = body || '1', sha256 = sha256(body || '1')",
    ],
)
async def test_what_somebody_changed_behind_the_approval_does_not_leave(
    trade: Trade, database: str, change: str
) -> None:
    finance, *_ = trade
    await finance.mall.close(JUNE)
    await finance.confirms()
    await finance.mall.turn_to(date(2026, 6, 23))
    await finance.approves()
    async with await psycopg.AsyncConnection.connect(database) as owner:
        await owner.execute(change)
    with pytest.raises(ApprovalVoid):
        await finance.sends()
    assert await finance.state() == "approved"


async def test_a_failed_debit_is_collected_when_it_is_sent_again(trade: Trade) -> None:
    """The same sum of the same customer: what the bank said of the first file is not said of the
    second."""
    finance, _, _ = trade
    mall = finance.mall
    await finance.until_sent()
    await mall.turn_to(date(2026, 7, 8), time(10, 0))
    await finance.sends()
    first = (await finance.files())["zengin-91"].body
    await mall.turn_to(date(2026, 7, 30), time(10, 0))
    await finance.takes_results(answered(first, {"20260601001": "1"}))
    await finance.sends_again()
    await finance.approves()
    await mall.turn_to(date(2026, 8, 12), time(10, 0))
    await finance.sends()
    second = (await finance.files())["zengin-91"].body
    await mall.turn_to(date(2026, 8, 28), time(10, 0))
    told = msgspec.json.decode(await finance.takes_results(answered(second, {})))
    assert [(one["party"], one["state"]) for one in told["changes"]] == [("bakery", "settled")]
    async with finance.desk() as conn:
        assert await open_amounts(conn, mall.today) == []


async def test_a_failed_debit_is_carried_and_one_is_sent_again(trade: Trade) -> None:
    finance, bakery, _ = trade
    mall = finance.mall
    await finance.until_sent()
    await mall.turn_to(date(2026, 7, 8), time(10, 0))
    await finance.sends()
    file = (await finance.files())["zengin-91"].body
    wrong = file.replace(b"0000001000", b"0000001001")
    with pytest.raises(BankResultRefused):
        await finance.takes_results(wrong)
    await mall.turn_to(date(2026, 7, 30), time(10, 0))
    await finance.takes_results(answered(file, {"20260601001": "1"}))
    paid = (await finance.paid())["bakery"]
    assert (paid["state"], await finance.state()) == ("failed", "returned")
    assert "direct debit failed" in paid["difference"]
    carried = await finance.carries(paid["reference"])
    assert (carried.yen, carried.cycle) == (-1_000, date(2026, 6, 16))
    assert await finance.carries(paid["reference"]) == carried
    await mall.close(date(2026, 6, 16))
    await finance.confirms("2026-06-16")
    due = await finance.due(bakery, "2026-06-16")
    assert (due["statement_yen"], due["due_yen"]) == (0, -1_000)
    assert due["beside"][0]["reference"] == paid["reference"]

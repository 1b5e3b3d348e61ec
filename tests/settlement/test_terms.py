"""Terms over HTTP and at the command line: who reads them, what an offer would come to, and that no
change reaches a cycle that is closed."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from federation.days import TOKYO
from federation.refusals import NotFound
from settlement import agreeing
from settlement.refusals import CycleClosed, RateAgreed
from settlement.schemes import Offer
from tests.conftest import Given
from tests.mall import LONG_AGO, WHY, Mall, Shop
from tests.settlement.conftest import CYCLE, DUE, Books
from tests.settlement.test_close import closed

JUNE, NEXT, JULY = date(2026, 6, 1), date(2026, 6, 16), date(2026, 7, 1)


@pytest.fixture
async def trade(mall: Mall) -> tuple[Shop, Shop]:
    """The bakery issues 300 points, of which 141 are honoured by the bookshop."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=33_000)
    await bookshop.accepts(hanako, points=141)
    return bakery, bookshop


async def test_fees_and_carries_run_from_cycle_to_cycle(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    """306 円 that the bakery owes and 138 that the bookshop is owed are too little; with the
    monthly fee the bakery is billed for all it owes; the bookshop is paid at the half year."""
    bakery, bookshop = trade
    await mall.terms(point_fee_milliyen=500, minimum_yen=500)
    await mall.terms(bakery, from_on=date(2026, 6, 20), monthly_fee_yen=2_000, terminal_fee_yen=100)
    await mall.terms(bookshop, redeem_fee_bp=250)
    await mall.close(JUNE)
    assert await mall.nets(JUNE) == {}
    assert await mall.yen(JUNE, "bakery") == {121: -141, 301: -150, 601: -15, 402: 306, 900: 0}
    assert await mall.yen(JUNE, "bookshop") == {201: 141, 211: -3, 601: 0, 402: -138, 900: 0}
    assert await mall.yen(JUNE, "operator") == {311: 153, 611: 15, 402: -168, 900: 0}
    await mall.close(NEXT)
    fee, tax = 2_000 + 100, 210
    assert await mall.nets(NEXT) == {"bakery": -306 - fee - tax, "operator": 306 + fee + tax}
    told = await mall.statement(NEXT, "bookshop")
    assert [(one["name"], one["yen"]) for one in told["lines"] if one["code"] == 402] == [
        ("前期繰越", 138), ("次期繰越", -138),
    ]  # fmt: skip
    for day in (JULY, date(2026, 7, 16), date(2026, 8, 1), date(2026, 8, 16), date(2026, 9, 1)):
        await mall.close(day)
        assert "bookshop" not in await mall.nets(day)
    await mall.close(date(2026, 9, 30))
    nets = await mall.nets(date(2026, 9, 30))
    assert nets["bookshop"] == 138, "nothing is carried out of the half year"


async def test_a_tenant_reads_its_own_terms_and_nobody_else_s(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    await mall.terms(point_fee_milliyen=500)
    for shop, fee in zip(trade, (400, 300), strict=True):
        await mall.terms(shop, point_fee_milliyen=fee)
    office = await mall.office(trade[0])
    own = (await office.get("/v1/settlement/terms")).json
    assert [one["party"] for one in own["in_force"]] == ["bakery"]
    assert own["in_force"][0]["point_fee_milliyen"] == 400
    assert [one.get("party") for one in own["agreements"]] == [None, "bakery"]
    assert own["tax_rates"][0]["rate_bp"] == 1_000
    before = (await office.get("/v1/settlement/terms", on="2020-03-31")).json
    assert before["in_force"] == []
    assert (await office.get("/v1/admin/terms")).slug == "insufficient-scope"
    every = (await (await mall.operator()).get("/v1/admin/terms", on=JUNE)).json
    fees = {one["party"]: one["point_fee_milliyen"] for one in every["in_force"]}
    assert fees == {"bakery": 400, "bookshop": 300}
    assert (every["calendar"], every["in_force"][0]["net_level"]) == (
        "SEMI_MONTHLY", "ENTITY_FACILITY",
    )  # fmt: skip


async def test_an_offer_is_worked_out_on_the_last_cycle_and_changes_nothing(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    operator = await mall.operator()
    offer = {"from_on": "2026-07-01", "point_fee_milliyen": 500, "minimum_yen": 200}
    assert (await operator.post("/v1/admin/terms/preview", **offer)).slug == "not-found"
    await mall.close(JUNE)
    nets = await mall.nets(JUNE)
    told = (await operator.post("/v1/admin/terms/preview", **offer)).json
    assert told["cycle"] == "2026-06-01"
    parties = {one["party"]: one for one in told["parties"]}
    assert parties.keys() == {"operator", "bakery", "bookshop"}
    assert parties["bakery"]["stated"] == {
        "fees_yen": 0, "tax_yen": 0, "carried_yen": 0, "total_yen": nets["bakery"],
    }  # fmt: skip
    assert parties["bakery"]["offered"] == {
        "fees_yen": -150, "tax_yen": -15, "carried_yen": 0, "total_yen": -306,
    }  # fmt: skip
    assert parties["bookshop"]["offered"]["carried_yen"] == -141
    assert await mall.nets(JUNE) == nets
    assert (await operator.get("/v1/admin/terms")).json["agreements"] == []
    strange = await operator.post("/v1/admin/terms/preview", **offer, party="nobody")
    assert (strange.status, strange.json["pointer"]) == (404, "/party")
    for wrong in ({"redeem_fee_bp": 10_001}, {"minimum_yen": -1}, {"fee": 1}):
        answer = await operator.post("/v1/admin/terms/preview", from_on="2026-07-01", **wrong)
        assert (answer.status, answer.slug) == (400, "validation")


async def test_no_change_reaches_a_cycle_that_is_closed(busy: Books) -> None:
    await closed(busy)
    file = await busy.file()
    async with busy.role("worker") as conn:
        for day in (CYCLE.first_on, CYCLE.last_on, LONG_AGO):
            with pytest.raises(CycleClosed):
                await agreeing.agree(conn, Offer(from_on=day, monthly_fee_yen=1), WHY, DUE)
            with pytest.raises(CycleClosed):
                await agreeing.set_tax(conn, day, 800, WHY)
        with pytest.raises(NotFound):
            await agreeing.agree(conn, Offer(from_on=NEXT, party="nobody"), WHY, DUE)
        with pytest.raises(NotFound):
            await agreeing.agree(conn, Offer(from_on=NEXT, party="fund"), WHY, DUE)
        offer = Offer(from_on=NEXT, point_fee_milliyen=1_000_000, minimum_yen=0)
        assert await agreeing.agree(conn, offer, WHY, DUE) == 1
        assert await agreeing.agree(conn, offer, WHY, DUE) == 2, "what was agreed is never changed"
        await agreeing.set_tax(conn, NEXT, 800, WHY)
        with pytest.raises(RateAgreed):
            await agreeing.set_tax(conn, NEXT, 900, WHY)
        for change in ("point_fee_milliyen = 1", "reason = 'x'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await conn.execute(f"UPDATE settlement.terms SET {change}")
    assert (await closed(busy)).root
    assert await busy.file() == file


async def test_a_rate_of_tax_holds_from_the_cycle_whose_last_day_it_reaches(busy: Books) -> None:
    async with busy.role("worker") as conn:
        offer = Offer(from_on=LONG_AGO, party="a", monthly_fee_yen=1_009)
        await agreeing.agree(conn, offer, WHY, DUE)
        await agreeing.set_tax(conn, date(2026, 7, 20), 1_205, WHY)
    totals = []
    for first, now in ((1, DUE), (16, datetime(2026, 7, 3, tzinfo=TOKYO))):
        await closed(busy, 20260600 + first, now)
    for cycle_id in (20260701, 20260716):
        await closed(busy, cycle_id, datetime(2026, 8, 3, tzinfo=TOKYO))
    query = "SELECT cycle_id, yen FROM settlement.lines WHERE code = 601 ORDER BY 1"
    totals = await busy.ask(query)
    assert totals == [(20260616, -100), (20260716, -121)]


async def test_the_terms_a_close_began_with_are_those_it_seals(busy: Books) -> None:
    """What was agreed is kept word for word: the file says it whatever is agreed later."""
    async with busy.role("worker") as conn:
        offer = Offer(from_on=LONG_AGO, point_fee_milliyen=500, minimum_yen=300)
        await agreeing.agree(conn, offer, WHY, DUE)
    await closed(busy)
    file = await busy.file()
    for table in ("seals", "pieces"):
        await busy.put(f"DELETE FROM settlement.{table}")
    await busy.put("UPDATE settlement.cycles SET stage = 'stated', sealed_at = NULL")
    await busy.put("UPDATE settlement.terms SET point_fee_milliyen = 9")
    await closed(busy)
    assert await busy.file() == file


@pytest.fixture
def meguri(given: Given, database: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command line of an instance."""
    env = {
        "DATABASE_URL": database,
        "MEGURI_SECRET": "the secret of a test",
        "MEGURI_ISSUER": "http://localhost:8000",
    }
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    def run(*words: Any) -> Result:
        return CliRunner().invoke(main, ["terms", *map(str, words)])

    return run


async def test_terms_are_agreed_at_the_command_line(
    meguri: Callable[..., Result], books: Books
) -> None:
    async def told(*words: Any) -> str:
        result = await asyncio.to_thread(meguri, *words)
        assert result.exit_code == 0, result.output
        return result.output

    since = ("--from", "2026-06-01", "--reason", "年次改定")
    assert "version 1" in await told(
        "agree", *since, "--point-fee", 500, "--minimum", 500, "--net-level", "SHOP"
    )
    assert "version 2" in await told(
        "agree", *since, "--party", "a", "--redeem-fee", 30, "--joined", "2026-06-03", "--prorated"
    )
    assert "12.5%" in await told("tax", "--from", "2026-10-01", "--rate", 1250, "--reason", "改正")
    shown = await told("show", "--on", "2026-06-15")
    assert "12.5%" in shown
    assert "年次改定" in shown
    assert any(line.startswith("a ") and "0.3%" in line for line in shown.splitlines())
    scheme = (
        "scheme",
        "--funding",
        "at-issue",
        "--breakage",
        "HUB_REVENUE",
        "--from",
        "2026-09-01",
    )
    assert "方式 / scheme 2" in await told(*scheme, "--reason", "発行時負担へ")
    nothing = await asyncio.to_thread(meguri, "preview", "--from", "2026-06-01", "--minimum", "9")
    assert nothing.exit_code == 1
    wrong = await asyncio.to_thread(meguri, "agree", *since, "--party", "a", "--calendar", "DAILY")
    assert wrong.exit_code == 1
    assert "calendar" in wrong.output
    await closed(books)
    late = await asyncio.to_thread(meguri, "agree", *since, "--point-fee", 1)
    assert (late.exit_code, "確定済み" in late.output) == (1, False)
    assert "確定" in late.output
    assert "2026-06-01" in await told("preview", "--from", "2026-06-01", "--monthly-fee", 9)

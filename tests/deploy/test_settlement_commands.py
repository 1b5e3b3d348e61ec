"""`meguri settlement`: two people bring a cycle from its seal to the bank."""

import asyncio
from datetime import date, time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auth.people import log
from deploy.cli import main
from deploy.columns import width
from settlement.exposure.caps import move_deposit
from tenants.layout import Why
from tests.mall import Mall
from tests.settlement.bank.notices import booked
from tests.settlement.life.offices import CYCLE, JUNE, Finance
from tests.settlement.life.test_coming_back import told


class Desk:
    """The command line of somebody who is signed in to this machine."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch = monkeypatch

    async def __call__(self, who: str, *words: str) -> Result:
        self.monkeypatch.setenv("LOGNAME", who)
        return await asyncio.to_thread(CliRunner().invoke, main, ["settlement", *words])

    async def done(self, who: str, *words: str) -> str:
        result = await self(who, *words)
        assert result.exit_code == 0, result.output
        return result.output


@pytest.fixture
async def finance(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> Finance:
    """A bakery that owes a bookshop 1,000 円; the cycle is sealed."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await mall.close(JUNE)
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    return finance


async def test_two_people_bring_a_cycle_to_the_bank(
    finance: Finance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(monkeypatch)
    assert "2026-06-22" in await desk.done("keiko", "confirm", CYCLE)
    early = await desk("masao", "approve", CYCLE)
    assert (early.exit_code, "異議期間が終わるまで" in early.output) == (1, True)
    await finance.mall.turn_to(date(2026, 6, 23), time(10, 0))
    alone = await desk("keiko", "approve", CYCLE)
    assert "somebody else must" in alone.output
    assert "cli:masao" in await desk.done("masao", "approve", CYCLE)
    await desk.done("keiko", "send", CYCLE, "--to", str(tmp_path / "out"))
    [file] = list((tmp_path / "out").iterdir())
    assert file.name == f"{CYCLE}-1-zengin-21.txt"
    assert file.read_bytes() == (await finance.files())["zengin-21"].body
    shown = await desk.done("keiko", "show", CYCLE)
    assert ["bookshop", "1,000", "TRANSFER", "2026-06-30", "sent"] in [
        line.split()[1:] for line in shown.splitlines()
    ]
    board = await desk.done("keiko", "board")
    assert "2026-06-01 – 06-15  送信済み sent" in board
    assert all(width(line) <= 80 for line in board.splitlines())
    xml = await desk.done("keiko", "xml", CYCLE)
    assert "<EndToEndId>20260601-1-2</EndToEndId>" in xml
    assert (await desk("keiko", "carry", "20260601-1-2")).exit_code == 1


@pytest.mark.parametrize("way", ["again", pytest.param("carry", marks=pytest.mark.long)])
async def test_what_is_done_without_the_console_is_told_at_everybody_s_next_sign_in(
    finance: Finance, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """A payment comes back: it is sent again or carried on, but not unseen."""
    desk = Desk(monkeypatch)
    await desk.done("keiko", "confirm", CYCLE)
    await desk.done("keiko", "prepare", CYCLE, "--reason", "口座変更")
    await finance.until_approved()
    await finance.sends()
    await finance.mall.turn_to(date(2026, 7, 1), time(10, 0))
    reference = (await finance.paid())["bookshop"]["reference"]
    back = told(
        booked("2", 1_000, "ﾎﾝﾔ(ｶ", reference=1, edi=reference),
        booked("1", 1_000, "ﾎﾝﾔ(ｶ", reference=2, summary="ｸﾐﾓﾄﾞｼ"),
        came=[1_000], went=[1_000],
    )  # fmt: skip
    await finance.takes_statement(back)
    words = [CYCLE, "--reason", "組戻し"] if way == "again" else [reference]
    await desk.done("keiko", way, *words)
    if way == "again":
        assert "somebody else must" in (await desk("keiko", "approve", CYCLE)).output
    async with finance.mall.hub.pools.use("worker") as conn:
        loud = await log.loud(conn, 0)
    seen = [(one.who, one.told) for one in loud if one.who.startswith("cli:")]
    assert seen == [("cli:keiko", f"{way} {words[0]}"), ("cli:keiko", f"prepare {CYCLE}")]


async def test_what_a_tenant_leaves_behind_is_told_before_it_goes(
    finance: Finance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """2,000 points of the bakery are out at redemption, and it owes 1,000 円."""
    told = await Desk(monkeypatch).done("keiko", "exit", "bakery", "--on", "2026-06-30")
    assert "bakery       自店 own    2,000  2028-03-31" in told
    assert "its funder pays, also after it left" in told
    assert "last statement: 2026-06-16" in told
    assert "unsettled -1,000" in told
    assert "deposit needed: 3,000 円" in told
    gone = await Desk(monkeypatch)("keiko", "exit", "nobody", "--on", "2026-06-30")
    assert gone.exit_code == 1


async def test_what_the_whole_programme_would_leave_behind_is_told_before_it_ends(
    finance: Finance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same 2,000 points and 1,000 円, of which the bakery has deposited 2,500."""
    async with finance.mall.hub.pools.use("worker") as conn:
        why = Why("test", "預託")
        await move_deposit(conn, "bakery", 2_500, finance.mall.today, why, finance.mall.now)
    desk = Desk(monkeypatch)
    told = await desk.done("keiko", "wind-down", "--on", "2026-06-30")
    assert ["bakery", "2,000", "1,000", "2,500", "500"] in [x.split() for x in told.splitlines()]
    assert "FUND pays 0 · 原資負担者が払う / funders pay 2,000" in told
    assert "until 2028-03-31" in told
    assert "cycles not settled 2 · 異議 / disputes 0" in told
    assert "deposits still needed: 500 円" in told
    later = await desk.done("keiko", "wind-down", "--on", "2028-04-01")
    assert "funders pay 0" in later, "what has lapsed by then is nobody's any more"
    assert (await desk("keiko", "wind-down", "--on", "2026-05-01")).exit_code == 1

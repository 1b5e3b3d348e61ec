"""A reader of the demo walks a cycle from its seal to its last yen, by the commands of the docs,
and a bank answers with files."""

import asyncio
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from deploy.demo import bank, banking
from deploy.demo.bank import Trouble
from settlement.bank.incoming import incoming
from tests.mall import WHY, Mall
from tests.settlement.life.offices import CYCLE, JUNE, Finance

FIRST_DEBIT = f"{CYCLE}-1-zengin-91"


class Walk(NamedTuple):
    """Two people at the command line of a demo, the files that they send, and the bank's."""

    monkeypatch: pytest.MonkeyPatch
    folder: Path

    async def tries(self, who: str, *words: str) -> Result:
        self.monkeypatch.setenv("LOGNAME", who)
        return await asyncio.to_thread(CliRunner().invoke, main, list(words))

    async def does(self, *words: str, who: str = "keiri") -> str:
        result = await self.tries(who, *words)
        assert result.exit_code == 0, result.output
        return result.output

    async def turns(self, day: str) -> str:
        return await self.does("demo", "clock", "--to", day)

    async def sends(self) -> None:
        await self.does("settlement", "send", CYCLE, "--to", f"{self.folder}/out")

    async def approves(self) -> None:
        await self.does("settlement", "approve", CYCLE, who="shonin")

    async def hears(self, *trouble: str) -> list[str]:
        """Ask the bank, and take in what it answers by the very commands that it names."""
        words = ("demo", "bank", f"{self.folder}/out", "--to", f"{self.folder}/in", *trouble)
        told = (await self.does(*words)).splitlines()
        commands = [line.split()[1:] for line in told if line.startswith("  meguri ")]
        for command in commands:
            await self.does(*command)
        return [Path(command[-1]).name for command in commands]

    async def state(self) -> list[str]:
        """How far the cycle is, by the board, with what waits."""
        board = await self.does("settlement", "board")
        [row] = [line.split() for line in board.splitlines() if line.startswith(CYCLE)]
        return [row[4], *row[-2:]]


def names_in(folder: Path) -> set[str]:
    """The files of a folder."""
    return {one.name for one in folder.iterdir()}


@pytest.fixture
async def walk(mall: Mall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """The demo's bank in a small mall: the bakery owes, two others are owed; the cycle is sealed
    and its parties have seen it."""
    shops = await mall.shops("bakery", "bookshop", "florist")
    hanako = await mall.member()
    await shops[0].sells(hanako, yen=550_000)
    await shops[1].accepts(hanako, points=3_000)
    await shops[2].accepts(hanako, points=1_000)
    async with mall.hub.pools.use("worker") as conn:
        await banking.enter(conn, ["bakery", "bookshop", "florist"], WHY)
    await mall.close(JUNE)
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    walk = Walk(monkeypatch, tmp_path)
    await walk.does("settlement", "confirm", CYCLE)
    await walk.turns("2026-06-23")
    return walk


async def test_a_reader_of_the_demo_brings_a_cycle_to_its_last_yen(walk: Walk) -> None:
    """Closed, approved by another, sent, answered; then a transfer comes back, and a debit too."""
    await walk.approves()
    await walk.sends()
    assert await walk.hears() == [], "nothing is due yet"
    await walk.turns("2026-06-30")
    assert await walk.hears() == ["statement-001.txt"]
    await walk.turns("2026-07-08")
    await walk.sends()
    await walk.turns("2026-07-28")
    assert await walk.hears() == [f"{FIRST_DEBIT}-results.txt"]
    assert await walk.state() == ["settled", "0", "0"]
    await walk.turns("2026-07-30")
    assert await walk.hears() == ["statement-002.txt"], "two bank days later its money is there"
    assert await walk.hears() == []

    assert await walk.hears("--returned", "20260601-1-2") == ["statement-003.txt"]
    assert await walk.state() == ["returned", "1", "0"]
    assert await walk.hears("--returned", "20260601-1-2") == [], "it comes back once"
    await walk.does("settlement", "again", CYCLE, "--reason", "口座相違")
    await walk.approves()
    await walk.sends()
    assert await walk.state() == ["sent", "0", "1"]
    await walk.turns("2026-07-31")
    assert await walk.hears() == ["statement-004.txt"]
    assert await walk.state() == ["settled", "0", "0"]
    assert "florist" not in await walk.does("settlement", "overdue")


async def test_a_debit_without_funds_is_collected_the_second_time(walk: Walk) -> None:
    await walk.approves()
    await walk.sends()
    await walk.turns("2026-07-08")
    await walk.sends()
    await walk.hears()
    await walk.turns("2026-07-28")
    await walk.hears("--unfunded", "20260601-1-1")
    assert await walk.state() == ["returned", "1", "0"]
    await walk.does("settlement", "again", CYCLE, "--reason", "資金不足")
    await walk.approves()
    await walk.turns("2026-08-12")
    await walk.sends()
    await walk.turns("2026-08-31")
    assert f"{CYCLE}-2-zengin-91-results.txt" in await walk.hears()
    assert await walk.state() == ["settled", "0", "0"]


async def test_a_party_pays_in_part_then_the_rest(walk: Walk) -> None:
    """The bakery pays by transfer, 880 円 too little, and then those."""
    day, reason = "2026-06-01", "請求払"
    await walk.does("bank", "route", "bakery", "INVOICE", "--from", day, "--reason", reason)
    await walk.does("settlement", "prepare", CYCLE, "--reason", reason)
    await walk.approves()
    await walk.sends()
    await walk.turns("2026-06-30")
    await walk.hears("--paid-in", "20260601-2-1", "3120")
    assert await walk.state() == ["sent", "0", "1"]
    shown = await walk.does("settlement", "show", CYCLE)
    assert "880" in next(x for x in shown.splitlines()[::-1] if x.startswith("20260601-2-1 "))
    await walk.hears("--paid-in", "20260601-2-1", "880")
    assert await walk.state() == ["settled", "0", "0"]


async def test_transfers_as_xml_are_paid_once_and_an_offset_is_the_holders(walk: Walk) -> None:
    """The florist's net is set off; the bookshop's is in a 全銀 file and in pain.001."""
    why = ("--from", "2026-06-01", "--reason", "相殺合意")
    await walk.does("bank", "route", "florist", "OFFSET_SALES_DEPOSIT", *why)
    await walk.does("bank", "consent", "florist", "--holder", "bakery", *why)
    await walk.does("settlement", "prepare", CYCLE, "--reason", "相殺合意")
    await walk.approves()
    await walk.sends()
    xml = (await walk.does("settlement", "xml", CYCLE)).encode()
    (walk.folder / "out" / f"{CYCLE}.xml").write_bytes(xml)
    assert names_in(walk.folder / "out") == {
        f"{CYCLE}-2-zengin-21.txt",
        f"{CYCLE}-2-offset-csv.csv",
        f"{CYCLE}.xml",
    }
    await walk.turns("2026-06-30")
    await walk.hears()
    [told] = incoming((walk.folder / "in/statement-001.txt").read_bytes(), date(2026, 6, 30))
    assert [(one.direction, one.yen, one.edi) for one in told.lines] == [
        ("out", 3_000, "20260601-2-2")
    ]
    assert await walk.state() == ["sent", "0", "1"], "but for the bakery's debit"
    alone = bank.answers({"x.xml": xml}, {}, date(2026, 6, 30), Trouble())
    assert alone == {"statement-001.txt": (walk.folder / "in/statement-001.txt").read_bytes()}


async def test_neither_bank_nor_clock_of_the_demo_plays_with_another_hub(
    mall: Mall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mall.shops("bakery", "bookshop", "florist")
    await Finance(mall).opens("bakery")  # with a bank of its own
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    walk, before, own = Walk(monkeypatch, tmp_path), mall.hub.clock(), f"{tmp_path}/in"
    for words in (["clock", "--to", "2026-07-30"], ["bank", str(tmp_path), "--to", own]):
        refused = await walk.tries("keiri", "demo", *words)
        assert (refused.exit_code, "not the demo" in refused.output) == (1, True)
    monkeypatch.setenv("MEGURI_CLOCK", "system")
    assert "not the demo" in (await walk.tries("keiri", "demo", "clock")).output
    assert mall.hub.clock() == before
    assert "in" not in names_in(tmp_path)


async def test_what_the_bank_cannot_do_is_refused(walk: Walk) -> None:
    await walk.approves()
    await walk.sends()
    await walk.turns("2026-06-30")
    here = ("demo", "bank", f"{walk.folder}/out", "--to", f"{walk.folder}/in")
    for trouble, told in (
        (("--unfunded", "20260601-1-1"), "no debit that was sent"),  # its file waits for its day
        (("--returned", "20260601-1-1"), "no transfer that was sent"),
        (("--returned", "20260601-1-2"), "from 2026-07-01 on"),
        (("--paid-in", "nothing", "5"), "no payment that was sent"),
    ):
        refused = await walk.tries("keiri", *here, *trouble)
        assert (refused.exit_code, told in refused.output) == (1, True), refused.output
    assert (
        "does not go back"
        in (await walk.tries("keiri", "demo", "clock", "--to", "2026-06-01")).output
    )
    strange = walk.folder / "out" / f"{CYCLE}-1-zengin-21.txt"
    strange.write_bytes(strange.read_bytes().replace(b"9999999999", b"1234567890"))
    assert "not the demo's: 1234567890" in (await walk.tries("keiri", *here)).output

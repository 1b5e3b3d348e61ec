"""`meguri exposure`, `give-take`, `reconcile`, `foreign`: what the office types and reads."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from tests.mall import Mall
from tests.settlement.life.offices import CYCLE, JUNE
from tests.stories.test_day_end import counted
from tests.stories.test_rows_of_settlement import REPORT

Meguri = Callable[..., Awaitable[Result]]
REASON = ("--reason", "契約書 4")
SINCE = ("--from", "2026-06-01", *REASON)


@pytest.fixture
def meguri(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> Meguri:
    """The command line of somebody who is signed in to this machine."""
    monkeypatch.setenv("LOGNAME", "keiko")
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)

    async def run(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, main, words)

    return run


@pytest.mark.long
async def test_the_office_sees_and_decides_at_the_command_line(
    mall: Mall, meguri: Meguri, tmp_path: Path
) -> None:
    async def told(*words: str) -> str:
        result = await meguri(*words)
        assert result.exit_code == 0, result.output
        return result.output

    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000, slip="D-01")
    await bookshop.accepts(hanako, 100)
    limits = ("--warning", "60", "--refusal", "90")
    assert "version  bakery" in await told("exposure", "set", "bakery", *limits, *SINCE)
    shown = await told("exposure", "show")
    assert "!! bakery" in shown
    assert "100 円 (未精算 100 − 預託 0; 警告 60 停止 90)" in shown
    assert "deposit bakery: 50 円" in await told("exposure", "prefund", "bakery", "50", *REASON)
    shown = await told("exposure", "show", "bakery")
    assert "2026-06-01 -100 締め前 / of a cycle that runs" in shown
    assert "cli:keiko: 契約書 4" in shown
    assert "refused" in shown
    over = await meguri("exposure", "prefund", "bakery", *REASON, "--", "-51")
    assert (over.exit_code, "預託金の残高より多くは" in over.output) == (1, True)
    assert (await meguri("exposure", "set", "nobody", *limits, *SINCE)).exit_code == 1

    assert "第 1 版" in await told("give-take", "floor", "--floor-bp", "5000", *SINCE)
    assert "0 / 0 / 0 / 100 / 0.00% (下限 50.00% below)" in await told("give-take", "show")
    assert "bookshop,0,0,0,100" in await told("give-take", "show", "--csv")

    await bakery.post("/v1/daily-totals", **counted(bakery, "D-01", "D-01"))
    assert "found 2" in await told("reconcile", "--on", "2026-06-03")
    listed = await told("reconcile", "list")
    assert "accruals: 2 ≠ 1 時期ずれ/timing open" in listed
    name = listed.split()[0]
    await told("reconcile", "explain", name, "--reason", "レジ故障")
    assert "explained: レジ故障" in await told("reconcile", "list")
    assert "レジ故障" in await told("reconcile", "list", "--csv")
    assert (await meguri("reconcile", "--on", "2026-06-03", "--cycle", CYCLE)).exit_code == 2

    report = tmp_path / "report.csv"
    report.write_text(REPORT)
    record = ("foreign", "record", "bakery", "--programme", "outside", str(report))
    assert [await told(*record), await told(*record)] == ["新規 / new  2\n", "新規 / new  0\n"]
    days = ("--from", "2026-06-01", "--to", "2026-06-30")
    assert "in all 42 pt" in await told("foreign", "show", *days)

    await mall.close(JUNE)
    assert "found 0" in await told("reconcile", "--cycle", CYCLE)
    plan = msgspec.json.decode(await told("settlement", "plan", CYCLE, "--fewest"))
    assert plan["payments"] == [{"payer": "bakery", "payee": "bookshop", "yen": 100}]
    nets = msgspec.json.decode(await told("settlement", "plan", CYCLE))
    assert nets == {"bakery": -100, "bookshop": 100}

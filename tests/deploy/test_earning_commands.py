"""`meguri earning`: what the office types to set, roll out, declare and try rules, and reads."""

import asyncio
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from deploy.cli import main
from tests.mall import Mall

REASON = ("--reason", "契約書 4")


@pytest.mark.long
async def test_rules_are_set_and_tried_at_the_command_line(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOGNAME", "keiko")
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)

    async def typed(code: int, *words: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, main, words)
        assert result.exit_code == code, result.output
        return result.output

    bakery = await mall.shop("bakery")
    await mall.shop("bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=1_100)
    since = ("--from", str(mall.today + timedelta(days=1)), *REASON)
    shop = ("--level", "shop", "--code", "bakery/bakery")
    await typed(0, "earning", "set", "rounding", "CEIL", *shop, *since)
    await typed(0, "earning", "set", "tender:credit", '{"tenths": 20}', *since)
    assert "翌営業日以降" in await typed(
        1, "earning", "set", "rounding", "CEIL", "--from", str(mall.today), *REASON
    )
    await typed(1, "earning", "set", "rounding", "CEIL", "--level", "shop", *since)
    shown = await typed(0, "earning", "show", "bakery/bakery", "--on", since[1])
    assert "cli:keiko: 契約書 4" in shown
    assert '{"tenths":20}' in shown
    rolled = await typed(0, "earning", "roll-out", "scope", "LINE", *since)
    assert "bakery/bakery  done" in rolled
    assert "done 2  unchanged 0  refused 0" in rolled
    again = await typed(0, "earning", "roll-out", "scope", "LINE", *since)
    assert "done 0  unchanged 2  refused 0" in again
    slot = ("--from", f"{mall.today}T14:00:00+09:00", "--to", f"{mall.today}T17:00:00+09:00")
    rule = (await typed(0, "earning", "declare", "rain", *slot, *REASON)).strip()
    assert rule.startswith("weather:rain:")
    assert "rain *" in await typed(0, "earning", "declarations")
    await typed(0, "earning", "withdraw", rule.rpartition(":")[2], *REASON)
    assert "取下げ" in await typed(0, "earning", "declarations")
    thought = {"code": "x3", "tenths": 30, "funders": {"operator": 1}}
    asked = {"from_on": str(mall.today), "to_on": str(mall.today), "campaigns": [thought]}
    file = tmp_path / "preview.json"
    file.write_bytes(msgspec.json.encode(asked))
    tried = await typed(0, "earning", "preview", str(file))
    assert "receipts 1 / 1" in tried
    assert "campaign:x3" in tried
    assert "20pt campaign:x3 bakery" in tried

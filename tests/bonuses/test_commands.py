"""`meguri bonus`: an occasion is looked at, laid out, listed and switched off by command."""

import asyncio

import pytest
from click.testing import CliRunner, Result

from deploy.bonus_commands import bonus
from tests.mall import Mall

HELLO = (
    "hello", "--kind", "visit", "--name", "来店", "--name-en", "a visit", "--from", "2026-06-03",
    "--operator-weight", "1", "--points",
)  # fmt: skip


async def test_an_occasion_is_laid_out_at_the_command_line(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)

    async def meguri(*words: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, bonus, words)

    seen = await meguri("preview", *HELLO, "300")
    assert (seen.exit_code, "no-purchase-over-200" in seen.output) == (0, True), seen.output
    assert "ありません" in (await meguri("list")).output
    assert (await meguri("set", *HELLO, "5", "--reason", "開業記念")).exit_code == 0
    wrong = await meguri("set", *HELLO, "-5", "--reason", "開業記念")
    assert wrong.exit_code == 1
    off = await meguri("off", "hello", "--reason", "予算終了")
    assert off.exit_code == 0, off.output
    listed = (await meguri("list")).output
    assert [line.split()[5] for line in listed.splitlines() if "hello" in line] == ["入", "切"]
    assert (await meguri("off", "nobody", "--reason", "予算終了")).exit_code == 1

"""A lost database comes back: the copy at a noted moment is the instance as it was then."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import psycopg
import pytest

from deploy import drill
from deploy.backup import NotBackedUp
from deploy.drill import Moment, restored
from deploy.settings import Settings
from tests.conftest import Given
from tests.deploy.test_deep import sealed_up
from tests.mall import Mall, Shop, serving, settings_for

RECEIVERS = "SELECT count(*) FROM pg_stat_replication WHERE application_name = 'meguri drill'"


@pytest.fixture
def roomy() -> Iterator[Path]:
    """Not tmp_path: root's is closed to nobody, as whom PostgreSQL may have to run."""
    with TemporaryDirectory(prefix="meguri-") as made:
        yield Path(made)


def emptied(folder: Path) -> bool:
    """Whether the drill took all of its own away again."""
    return not any(folder.iterdir())


async def traded(mall: Mall) -> Shop:
    """A closed cycle, and a day after it."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=22_000)
    await bookshop.accepts(hanako, points=50)
    await sealed_up(mall)
    closed = await mall.close(date(2026, 6, 1))
    assert closed.status in (200, 201), closed
    await bakery.sells(hanako, yen=1_100)
    await mall.turn_to(mall.today + timedelta(days=1))
    await sealed_up(mall)
    return bakery


async def drilled(settings: Settings, folder: Path) -> tuple[int, list[str], bytes]:
    """`meguri drill restore` as an engineer types it."""
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "drill", "restore", "--into", str(folder)),
        env={**os.environ, **settings.env()},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, said = await run.communicate()
    return run.returncode or 0, out.decode().splitlines(), said


async def test_while_tills_go_on_the_copy_comes_to_the_same_seals_head_and_sums(
    given: Given, database: str, tmp_path: Path, roomy: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings) as mall:
        bakery = await traded(mall)
        members = await mall.members(8)
        ended = asyncio.Event()

        async def sell_on() -> int:
            sold = 0
            while not ended.is_set():
                await bakery.sells(members[sold % len(members)], yen=550)
                sold += 1
            return sold

        selling = asyncio.create_task(sell_on())
        code, out, said = await drilled(settings, roomy)
        ended.set()
        assert await selling > 0
        assert code == 0, said.decode()
        told = msgspec.json.decode(out[-1])
        assert told["seals"] == 1
        equal = ("seals_equal", "journal_equal", "sums_equal")
        assert [told[name] for name in equal] == [True, True, True]
        assert told["promises_broken"] == told["differences"] == 0
        assert told["booked_after"] > 0
        assert told["journal_head"]["number"] >= 3
        assert set(told["seconds"]) == {
            *("ask", "backup", "target", "archive", "restore", "compare")
        }
        assert told["rto_seconds"] > 0
        assert "ベースバックアップ" in said.decode()
    assert emptied(roomy)


async def test_a_copy_that_lacks_a_yen_is_not_called_equal(
    given: Given, database: str, tmp_path: Path, roomy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings) as mall:
        await traded(mall)
        note = drill.noted

        async def noted_one_yen_more(instance: Settings) -> Moment:
            moment = await note(instance)
            points = moment.totals["wallets_points"]
            assert isinstance(points, int)
            return msgspec.structs.replace(
                moment, totals={**moment.totals, "wallets_points": points + 1}
            )

        monkeypatch.setattr(drill, "noted", noted_one_yen_more)
        outcome = await asyncio.to_thread(restored, settings, roomy)
    assert outcome.seals_equal
    assert outcome.journal_equal
    assert not outcome.sums_equal
    assert not outcome.equal
    assert emptied(roomy)


async def test_a_role_that_may_not_replicate_is_told_so(
    given: Given, database: str, tmp_path: Path, roomy: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    poor = msgspec.structs.replace(settings, database_url=settings.url("auditor"))
    with pytest.raises(NotBackedUp, match="may not replicate"):
        await asyncio.to_thread(restored, poor, roomy)
    assert emptied(roomy)


async def test_a_drill_that_is_broken_off_leaves_no_server_behind(
    given: Given, database: str, tmp_path: Path, roomy: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with serving(settings) as mall:
        await traded(mall)
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "deploy.cli", "drill", "restore", "--into", str(roomy)),
            env={**os.environ, **settings.env()},
            stderr=asyncio.subprocess.PIPE,
        )
        assert run.stderr is not None
        await run.stderr.readuntil(b"base backup")
        run.send_signal(signal.SIGKILL)
        await run.wait()
        with psycopg.connect(database, autocommit=True) as conn:
            for _ in range(6_000):
                left = conn.execute(RECEIVERS).fetchone()
                if left == (0,):
                    break
                await asyncio.sleep(0.01)
            assert left == (0,)
            slots = conn.execute("SELECT count(*) FROM pg_replication_slots").fetchone()
    assert slots == (0,)

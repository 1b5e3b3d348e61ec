"""A close that was cut short goes on; one that is done stays as it is, to the byte."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from settlement import close as closing
from settlement import sealing
from settlement.refusals import PromiseBroken
from settlement.verify import verify
from tests.settlement.conftest import DUE, Books
from tests.settlement.test_close import BUSY, closed


async def test_closing_twice_gives_the_same_bytes(busy: Books) -> None:
    first = await closed(busy)
    file = await busy.file()
    written = await busy.ask("SELECT xmin::text, ctid::text FROM settlement.pieces")
    again = await closed(busy, now=DUE + timedelta(days=3))
    assert again == first
    assert await busy.file() == file
    assert await busy.ask("SELECT xmin::text, ctid::text FROM settlement.pieces") == written


class Killed(Exception):
    """The process died here."""


def killed(*_: object) -> Awaitable[None]:
    raise Killed


async def test_a_close_killed_after_any_stage_goes_on_to_the_same_bytes(
    busy: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    for stage in closing.STEPS:
        with monkeypatch.context() as patch:
            patch.setitem(closing.STEPS, stage, killed)
            with pytest.raises(Killed):
                await closed(busy)
        assert await busy.ask("SELECT stage FROM settlement.cycles") == [(stage,)]
        await goes_on(busy)
        await reopened(busy)


async def test_a_close_killed_within_a_stage_goes_on_to_the_same_bytes(
    busy: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at the n-th time that something is done, before the commit that would keep it."""
    left = 0
    works = [(closing, "mark", 3), (closing, "mark", 4), (sealing, "finish", 1)]
    works += [(sealing, "read_so_far", 1), (sealing, "keep", 1), (sealing, "keep", 3)]

    def dying(whole: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def work(*sent: Any, **more: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return await whole(*sent, **more)

        return work

    for module, work, times in works:
        with monkeypatch.context() as patch:
            left = times
            patch.setattr(module, work, dying(getattr(module, work)))
            with pytest.raises(Killed):
                await closed(busy)
        await goes_on(busy)
        await reopened(busy)


async def goes_on(busy: Books) -> None:
    """A day later it is closed again: whole, sound, and as if nothing had happened."""
    done = await closed(busy, now=DUE + timedelta(days=1))
    file = await busy.file()
    assert verify(file, done.seal) == []
    assert await busy.nets() == BUSY
    assert await resealed(busy) == file


async def reopened(busy: Books) -> None:
    """The same cycle before it was closed."""
    tables = ["seals", "pieces", "lines", "statements", "flows", "salts", "conditions", "cycles"]
    names = ", ".join(f"settlement.{table}" for table in tables)
    await busy.put(f"TRUNCATE {names} CASCADE")
    await busy.put("UPDATE federation.cycles SET closed_at = NULL")


async def resealed(busy: Books) -> list[bytes]:
    """The file of the same cycle, sealed once more from its flows and its key."""
    for table in ("seals", "pieces"):
        await busy.put(f"DELETE FROM settlement.{table}")
    await busy.put("UPDATE settlement.cycles SET stage = 'stated', sealed_at = NULL")
    await closed(busy)
    return await busy.file()


async def test_small_pieces_give_the_same_file(
    busy: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    await closed(busy)
    file = await busy.file()
    monkeypatch.setattr(sealing, "PIECE_BYTES", 400)
    assert await resealed(busy) == file
    ((pieces,),) = await busy.ask("SELECT count(*) FROM settlement.pieces")
    assert int(str(pieces)) > 15


async def test_a_name_that_changes_later_does_not_change_the_file(busy: Books) -> None:
    await closed(busy)
    file = await busy.file()
    await busy.put("UPDATE tenants.parties SET name = '改名'")
    assert await resealed(busy) == file


async def test_a_file_that_does_not_verify_is_not_sealed(busy: Books) -> None:
    """Flows that were changed behind the back of the close: the file is read back, and refused."""
    spoil = (
        "UPDATE settlement.flows SET points = points + 1 WHERE movement = 'used' AND points = 60"
    )
    await spoiled_between(busy, "summed", spoil)
    with pytest.raises(PromiseBroken) as refused:
        await closed(busy)
    assert "line " in refused.value.extra["broken"][0]
    assert await busy.ask("SELECT * FROM settlement.seals") == []


async def spoiled_between(busy: Books, stage: str, spoil: str) -> None:
    whole = closing.STEPS[stage]
    closing.STEPS[stage] = killed
    try:
        with pytest.raises(Killed):
            await closed(busy)
    finally:
        closing.STEPS[stage] = whole
    await busy.put(spoil)

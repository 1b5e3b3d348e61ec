"""Whoever asks while somebody looks hears what that look found; nobody joins one that is over."""

import asyncio

import pytest

from federation.together import Together


async def test_all_who_ask_at_once_hear_one_look_and_one_failure() -> None:
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        if looks == 2:
            raise ConnectionError

    together = Together(look)
    began = await asyncio.gather(*(together.look() for _ in range(5)))
    assert (began, looks) == ([True, False, False, False, False], 1)
    failed = await asyncio.gather(*(together.look() for _ in range(5)), return_exceptions=True)
    assert ([type(one) for one in failed], looks) == ([ConnectionError] * 5, 2)
    assert await together.look(), "the next looks anew"


async def test_a_look_that_is_over_is_joined_by_nobody() -> None:
    """Between its end and whoever hears of it: who joined then, and asked again, span for ever."""
    seen: list[bool] = []

    async def look() -> None:
        asyncio.get_running_loop().call_soon(lambda: seen.append(together.looking))

    together = Together(look)
    assert await together.look()
    assert seen == [False]


async def test_who_leaves_takes_the_look_from_nobody() -> None:
    gone, may = asyncio.Event(), asyncio.Event()

    async def look() -> None:
        gone.set()
        await may.wait()

    together = Together(look)
    first, second = (asyncio.create_task(together.look()) for _ in range(2))
    await gone.wait()
    first.cancel()
    may.set()
    assert await second is False
    with pytest.raises(asyncio.CancelledError):
        await first

"""Waiting for the sealer, and following it."""

import asyncio

from federation.days import day_of
from tenants.ranks import following
from tests.mall import Mall

BEHIND = """
SELECT EXISTS (
    SELECT FROM federation.entries
    WHERE NOT EXISTS (
        SELECT FROM federation.journal
        WHERE journal.member_id = entries.member_id AND journal.entry_id = entries.entry_id
    )
)
"""


async def sealed(mall: Mall) -> None:
    """Wait for the sealer."""
    async with asyncio.timeout(20):
        while await mall.value(BEHIND):  # noqa: ASYNC110  it numbers elsewhere
            await asyncio.sleep(0.01)


async def followed(mall: Mall) -> None:
    """All that was booked is counted, and counted anew it is the same."""
    await sealed(mall)
    async with mall.hub.pools.bare("worker") as conn:
        await following.follow(conn, mall.now, day_of(mall.now))
    assert await mall.value(following.CHECKS) is None

"""The roller's place in a hub: every few seconds it folds what the journal has gained."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import click
import psycopg
from psycopg import AsyncConnection

from deploy.settings import Settings, settings
from settlement.roll import MOST, again, catch_up, roll

EVERY_SECONDS = 3.0

log = logging.getLogger("meguri.roller")


async def keep_rolling(connect: Callable[[], AbstractAsyncContextManager[AsyncConnection]]) -> None:
    """Roll as long as the process lives; another hub may be at it, and then there is nothing."""
    while True:
        try:
            folded = MOST
            while folded == MOST:
                async with connect() as conn:
                    folded = await roll(conn)
        except (psycopg.Error, OSError) as lost:
            log.warning("the roller begins again", extra={"reason": type(lost).__name__})
        except Exception:
            log.exception("the roller stumbled")
        await asyncio.sleep(EVERY_SECONDS)


@click.command("roll")
@click.option("--again", "anew", is_flag=True, help="初めから作り直す · forget all, and begin anew")
def roll_command(anew: bool) -> None:
    """累計を進める · fold what the journal has into the positions, beside a hub that serves."""
    click.echo(f"累計 / folded  {asyncio.run(rolled(settings(), anew)):,}")


async def rolled(instance: Settings, anew: bool) -> int:
    """How many entries were folded."""
    async with await AsyncConnection.connect(instance.url("worker"), autocommit=True) as conn:
        if anew:
            await again(conn)
        return await catch_up(conn)

"""送信の操作: delivering beside the hubs, and the destinations that a demo or test allows."""

import asyncio
import ipaddress
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from psycopg import AsyncConnection

from deploy import eyes, logs
from deploy.clock import FileClock, clock, wall
from deploy.messenger import Messenger
from deploy.pools import Pools
from deploy.settings import Settings, settings
from federation.opaque import Names
from federation.reading import rows
from federation.sql import statement
from tenants.webhooks import endpoints, guard
from tenants.webhooks.delivering import Backoff
from tenants.webhooks.guard import NotAllowed
from tenants.webhooks.signing import Vault

ALLOW = statement(endpoints.__file__, "allow")
WITHDRAW = statement(endpoints.__file__, "withdraw")
HISTORY = statement(endpoints.__file__, "allowance_history")
Answer = TypeVar("Answer")
log = logging.getLogger("meguri.webhooks")


def messenger(instance: Settings, pools: Pools, backoff: Backoff | None = None) -> Messenger:
    """The messenger of an instance."""
    own_clock = clock(instance.clock)
    return Messenger(
        pools.messenger,
        Names(instance.secret),
        Vault(instance.secret),
        own_clock,
        wall,
        in_test=isinstance(own_clock, FileClock),
        backoff=backoff,
    )


@click.group()
def webhooks() -> None:
    """外への通知 · telling tenants what happened."""


@webhooks.command()
@click.option("--first-retry-seconds", default=5.0, show_default=True, type=click.FloatRange(0.01))
def deliver(first_retry_seconds: float) -> None:
    """送り続ける · deliver from this process; the hubs have MEGURI_WEBHOOKS=off."""
    logs.set_up()
    eyes.set_up()
    instance = settings()
    backoff = Backoff(first_seconds=first_retry_seconds)
    asyncio.run(messenger(instance, Pools(instance), backoff).keep_delivering())


@webhooks.command()
@click.argument("host")
@click.argument("port", type=click.IntRange(1, 65535))
@click.argument("address")
@click.option("--author", required=True, help="誰が · who allows it")
@click.option("--reason", required=True, help="なぜ · why")
def allow(host: str, port: int, address: str, author: str, reason: str) -> None:
    """試験用の宛先を許す · in a demo or test, deliver to HOST:PORT at ADDRESS."""
    instance = settings()
    if not isinstance(clock(instance.clock), FileClock):
        raise click.ClickException("試験用のインスタンスだけで使えます / only in a demo or test")
    try:
        asked = {"host": guard.ascii_name(host), "address": str(ipaddress.ip_address(address))}
    except (NotAllowed, ValueError):
        raise click.BadParameter("HOST ADDRESS") from None
    logs.set_up()
    row = {**asked, "port": port, "author": author, "reason": reason, "now": wall()}
    run(instance, lambda conn: conn.execute(ALLOW, row))
    log.warning("a destination was allowed", extra={"reason": reason, "port": port})


@webhooks.command()
@click.argument("host")
@click.argument("port", type=click.IntRange(1, 65535))
def withdraw(host: str, port: int) -> None:
    """許可を取り下げる · allow it no more; the record stays."""
    row = {"host": host, "port": port, "now": wall()}
    run(settings(), lambda conn: conn.execute(WITHDRAW, row))


@webhooks.command()
def allowances() -> None:
    """許可の記録 · what was ever allowed, by whom, why."""
    for row in run(settings(), lambda conn: rows(conn, HISTORY, {})):
        click.echo(" ".join(str(value) for value in row.values()))


def run(instance: Settings, verb: Callable[[AsyncConnection], Awaitable[Answer]]) -> Answer:
    """Do it as the worker."""

    async def done() -> Answer:
        url = instance.url("worker")
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            return await verb(conn)

    return asyncio.run(done())

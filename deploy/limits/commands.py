"""`meguri limits`: how often a client and its tills may ask, shown and agreed."""

import getpass

import click
import psycopg

from deploy.limits.limits import EVERYBODY, LIMITS
from deploy.settings import settings
from federation.sql import statement

AGREE = statement(__file__, "agree")
Rate = click.IntRange(1, 100_000)
Burst = click.IntRange(1, 1_000_000)


@click.group()
def limits() -> None:
    """要求の上限 · how often a client and its tills may ask."""


@limits.command("list")
def list_limits() -> None:
    """一覧 · what is agreed; `*` is everybody else."""
    with psycopg.connect(settings().url("worker")) as conn:
        for who, rate, burst, till_rate, till_burst in conn.execute(LIMITS.encode()):
            click.echo(
                f"{who or '*'} {rate}/s ≤ {burst} · レジ / till {till_rate}/s ≤ {till_burst}"
            )


@limits.command("set")
@click.option("--client", "client_id", help="なければ全員 · none: everybody else")
@click.option("--per-second", type=Rate, required=True, help="1秒あたり · requests a second")
@click.option("--burst", type=Burst, required=True, help="一度に · at once")
@click.option("--till-per-second", type=Rate, required=True, help="レジ1台 1秒 · of one till")
@click.option("--till-burst", type=Burst, required=True, help="レジ1台 一度に · of one till")
@click.option("--reason", required=True, help="理由 · why")
def set_limits(client_id: str | None, **agreed: int | str) -> None:
    """定める · agree on limits; every process knows them within half a minute."""
    asked = {"client_id": client_id or EVERYBODY, "author": f"cli:{getpass.getuser()}", **agreed}
    with psycopg.connect(settings().url("worker")) as conn:
        conn.execute(AGREE.encode(), asked)
    click.echo(f"{client_id or '*'} {agreed['per_second']}/s ≤ {agreed['burst']}")

"""`meguri demo`."""

import os
from typing import Literal

import click

from deploy.commands import FOLDER
from deploy.demo.run import Options, run
from deploy.serve import free_port

PORT = 8000


@click.command()
@click.option("--once", is_flag=True, help="結果を出して終了 · end after the result")
@click.option("--days", type=click.IntRange(1, 365), default=15, show_default=True)
@click.option("--seed", type=int, default=20250601, show_default=True)
@click.option("--scheme", type=click.Choice(["redemption", "issue"]), default="redemption")
def demo(once: bool, days: int, seed: int, scheme: Literal["redemption", "issue"]) -> None:
    """デモ · a hub from nothing, real purchases, a cycle closed and verified."""
    port = free_port(int(os.environ.get("PORT") or PORT))
    run(Options(once, days, seed, scheme, port), FOLDER)

"""What an engineer does at the command line: serve, migrate, check, and the demo."""

import os
from pathlib import Path

import click
import psycopg

from deploy.settings import settings

FOLDER = Path(".meguri")


@click.command()
@click.option("--port", type=int, default=lambda: int(os.environ.get("PORT", "8000")))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--embedded", is_flag=True, help="手元の PostgreSQL と Valkey · our own servers")
def serve(port: int, host: str, embedded: bool) -> None:
    """起動する · serve until SIGTERM, which drains."""
    from deploy import embedded as servers
    from deploy.clock import wall
    from deploy.migrate import migrate as bring_up
    from deploy.serve import serve as run

    if not embedded:
        run(settings(), port, host)
        return
    with servers.embedded(FOLDER) as ours:
        env = {
            "MEGURI_ISSUER": f"http://localhost:{port}",
            "MEGURI_SECRET": servers.secret(FOLDER),
            **os.environ,
            "DATABASE_URL": ours.database_url,
            "REDIS_URL": ours.redis_url,
        }
        instance = settings(env)
        bring_up(instance, wall())
        run(instance, port, host)


@click.command()
def migrate() -> None:
    """スキーマを最新にする · bring the database to today's schema."""
    from deploy.clock import clock
    from deploy.migrate import migrate as bring_up

    instance = settings()
    applied = bring_up(instance, clock(instance.clock)())
    for name in applied:
        click.echo(f"適用 / applied  {name}")
    if not applied:
        click.echo("最新です / up to date")


@click.command()
def check() -> None:
    """帳簿の約束を検査する · ask the books whether they keep their promises; 1 if not."""
    from federation.checks import CHECKS

    with psycopg.connect(settings().url("auditor")) as conn:
        broken = conn.execute(CHECKS.encode()).fetchall()
    for promise, at, off in broken:
        click.echo(f"✗ {promise}: {at} ({off:+})")
    if broken:
        raise SystemExit(1)
    click.echo("帳簿の約束はすべて守られています / every promise of the books holds")


@click.command()
@click.option("--once", is_flag=True, help="結果を出して終了 · end after the result")
@click.option("--days", type=click.IntRange(1, 365), default=15, show_default=True)
@click.option("--seed", type=int, default=20250601, show_default=True)
@click.option("--scheme", type=click.Choice(["redemption"]), default="redemption")
def demo(once: bool, days: int, seed: int, scheme: str) -> None:
    """デモ · a hub from nothing, real purchases, a cycle closed and verified."""
    from deploy.demo.run import Options, run
    from deploy.serve import free_port

    port = free_port(int(os.environ.get("PORT") or 8000))
    run(Options(once, days, seed, scheme, port), FOLDER)

"""What an engineer does at the command line: serve, migrate, check."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import click
import psycopg

from deploy import embedded as servers
from deploy import migrate as migrations
from deploy import serve as serving
from deploy.clock import clock, wall
from deploy.hub import Hub
from deploy.settings import Settings, settings
from federation.checks import CHECKS as BOOKS
from settlement.checks import CHECKS as SETTLEMENT
from tenants.ranks.following import CHECKS as RANKS

FOLDER = Path(".meguri")
CHECKS = (BOOKS, SETTLEMENT, RANKS)


@click.command()
@click.option("--port", type=int, default=lambda: int(os.environ.get("PORT", "8000")))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--embedded", is_flag=True, help="手元の PostgreSQL と Valkey · our own servers")
def serve(port: int, host: str, embedded: bool) -> None:
    """起動する · serve until SIGTERM, which drains."""
    if not embedded:
        serving.serve(settings(), port, host)
        return
    with servers.embedded(FOLDER) as ours:
        env = {
            "MEGURI_ISSUER": f"http://localhost:{port}",
            "MEGURI_SECRET": servers.secret(FOLDER),
            "MEGURI_HEADS": str((FOLDER / "heads.ndjson").absolute()),
            **os.environ,
            "DATABASE_URL": ours.database_url,
            "REDIS_URL": ours.redis_url,
        }
        instance = settings(env)
        migrations.migrate(instance, wall())
        serving.serve(instance, port, host)


@click.command()
@click.option("--print-roles", is_flag=True, help="役割の SQL を表示 · the roles' SQL, for a DBA")
def migrate(print_roles: bool) -> None:
    """スキーマを最新にする · bring the database to today's schema."""
    if print_roles:
        click.echo(migrations.roles_script())
        return
    instance = settings()
    applied = migrations.migrate(instance, clock(instance.clock)())
    for name in applied:
        click.echo(f"適用 / applied  {name}")
    if not applied:
        click.echo("最新です / up to date")


@click.command()
@click.option("--deep", is_flag=True, help="全記帳を台帳・署名・封印と照合 · recompute the journal")
@click.option(
    "--heads",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="保管した日次ヘッド · a copy of the signed heads that was kept elsewhere",
)
@click.option(
    "--sealed",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="保管した封印ファイル · a sealed file that was kept elsewhere",
)
def check(deep: bool, heads: Path | None, sealed: tuple[Path, ...]) -> None:
    """帳簿の約束を検査する · ask the books whether they keep their promises; 1 if not."""
    with psycopg.connect(settings().url("auditor")) as conn:
        broken = [row for checks in CHECKS for row in conn.execute(checks.encode()).fetchall()]
    for promise, at, off in broken:
        click.echo(f"✗ {promise}: {at} ({off:+})")
    differs = deep and differing(settings(), heads, sealed)
    if broken or differs:
        raise SystemExit(1)
    click.echo("帳簿の約束はすべて守られています / every promise of the books holds")


def differing(instance: Settings, heads: Path | None, sealed: Sequence[Path]) -> bool:
    """Print what the deep check finds; whether it found anything that differs."""
    from deploy.deep import examine

    found = asyncio.run(examine(instance, clock(instance.clock)(), heads, sealed))
    for difference in found.differences:
        click.echo(f"✗ {difference}")
    for note in found.notes:
        click.echo(note)
    return bool(found.differences)


@click.command("change-over")
@click.option(
    "--scheme", type=int, required=True, help="移行先の方式番号 · the scheme to go on under"
)
def change_over(scheme: int) -> None:
    """移行精算 · bring what is outstanding under other schemes under this one, as booked entries.

    Funders settle what they moved with the open cycle; run again, nothing is moved twice.
    """
    points = asyncio.run(_changed_over(Hub(settings()), scheme))
    click.echo(f"移行 / moved  {points:,} pt")


async def _changed_over(hub: Hub, scheme: int) -> int:
    async with hub.running():
        async with hub.pools.use("worker") as conn:
            known = await conn.execute(
                "SELECT FROM tenants.schemes WHERE scheme_id = %s", (scheme,)
            )
            if known.rowcount != 1:
                raise click.ClickException(
                    f"方式 {scheme} はありません / there is no scheme {scheme}"
                )
        return await hub.desk.change_over(scheme)

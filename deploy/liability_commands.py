"""`meguri liability`: what is outstanding on a day, what moved it, how old it is, and how much of
it will be used, as tables to read."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime

import click
import msgspec
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.settings import settings
from federation.refusals import Validation
from settlement.paper.balances import Liability
from settlement.paper.balances import liability as read
from settlement.paper.liability import MOVEMENTS

DAY = click.DateTime(["%Y-%m-%d"])
COLUMNS = {
    "base": "発行（通常）",
    "bonus": "発行（ボーナス）",
    "adjusted": "調整加算",
    "used": "利用",
    "restored": "利用取消",
    "recovered": "発行取消",
    "lapsed": "失効",
    "removed": "調整減算",
    "moved": "移行・統合",
}


@click.command()
@click.option("--on", type=DAY, help="基準の日（24:00） · as of the end of a day; today, if none")
@click.option("--since", type=DAY, help="期首の日 · the first day; the fiscal year's, if none")
@click.option("--json", "as_json", is_flag=True, help="JSON で · as JSON")
def liability(on: datetime | None, since: datetime | None, as_json: bool) -> None:
    """未使用残高と引当 · outstanding points, their age, and how many will be used."""
    instance = settings()
    now = clock(instance.clock)().astimezone(UTC)

    async def found() -> Liability:
        url = instance.url("auditor")
        async with await AsyncConnection.connect(url, autocommit=True) as conn:
            return await read(conn, day(on), day(since), now)

    try:
        report = asyncio.run(found())
    except Validation as wrong:
        told = "切り離していない、過去の日を指定してください / name a past day of months still here"
        raise click.ClickException(told) from wrong
    if as_json:
        click.echo(msgspec.json.encode(report))
        return
    click.echo("\n".join(tables(report)))


def day(given: datetime | None) -> date | None:
    """A day of the command line."""
    return None if given is None else given.date()


def tables(report: Liability) -> Iterator[str]:
    """The report, table by table."""
    yield f"未使用残高 / outstanding  {report.on}  {report.outstanding:,} pt"
    yield f"\n増減 / roll-forward  {report.since} – {report.on}"
    for roll in report.roll:
        yield f"  {roll.funder}"
        yield f"    {'期首残高':　<8} {roll.opening:>14,}"
        for name in MOVEMENTS:
            if getattr(roll, name):
                yield f"    {COLUMNS[name]:　<8} {getattr(roll, name):>+14,}"
        yield f"    {'期末残高':　<8} {roll.closing:>14,}" + (
            f"  ✗ {roll.off:+,}" if roll.off else ""
        )
    yield "\n年度別・失効月別 / by year of issue and month of expiry"
    for age in report.ages:
        yield f"  {age.funder:<20} {age.issued_year}  {age.expires_month:%Y-%m}  {age.points:>14,}"
    yield "\n基準日未使用残高 / base days"
    for base in report.base_days:
        yield f"  {base.on}  {base.points:>14,}  (無償 / free {base.free_points:,} · 有償 / paid 0)"
    yield f"\n利用見込 / expected use  {report.expected_use:,} / {report.outstanding:,} pt"
    for one in report.cohorts:
        yield (
            f"  {one.issued_month:%Y-%m}  {one.age_months:>3} か月  {one.outstanding:>14,}  "
            f"失効見込 / breakage {one.expected_breakage:>12,}"
        )
    yield from tested(report)
    yield from to_come(report)


def to_come(report: Liability) -> Iterator[str]:
    """Where points will be used, and what the next cycles will cost."""
    yield "\n利用場所の見込 / where they will be used"
    for place in report.places:
        yield f"  {place.tenant:<24} {place.expected_use:>14,}  実績 / so far {place.used_points:,}"
    yield "\n資金需要の見込（円） / what the next cycles will cost"
    for one in report.needs:
        yield (
            f"  {one.cycles} 期 / cycles  {one.low_yen:,} – {one.middle_yen:,} – {one.high_yen:,}"
            f"  検証 / back-test {one.within}/{one.tried}"
        )


def tested(report: Liability) -> Iterator[str]:
    """How far the forecast of a year before was off."""
    found = report.back_test
    if found is None:
        yield "検証 / back-test  一年前の残高がありません / nothing was outstanding a year before"
        return
    error = "–" if found.error_bp is None else f"{found.error_bp / 100:+.2f} %"
    yield (
        f"検証 / back-test  {found.as_of}  予測 / forecast {found.forecast_use:,} · "
        f"実績 / actual {found.actual_use:,} · 誤差 / error {found.error_points:+,} ({error}) · "
        f"未確定 / still open {found.open_points:,}"
    )

"""`meguri papers`: the documents of a sealed cycle, issued, kept, and written to files."""

import asyncio
import re
from pathlib import Path

import click
from psycopg import AsyncConnection

from deploy.clock import clock
from deploy.settings import Settings, settings
from federation.refusals import NotFound
from settlement.paper.issue import Kind, Sheet, holds, keep, made, newest, sheets
from settlement.reading import cycle_id_of

WHO = "meguri papers"


@click.command()
@click.argument("cycle")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(["pdf", "xlsx"]),
    multiple=True,
    default=("pdf", "xlsx"),
    help="書類の種類 · which documents",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="書き出すフォルダ · where to write them too",
)
def papers(cycle: str, kinds: tuple[Kind, ...], out: Path | None) -> None:
    """精算書を発行する · issue the papers of a sealed cycle, named by its first day.

    What was issued before stays as it is, and is only written out again; once a cycle is approved
    its papers are issued as 確定, with who approved.
    """
    try:
        made_now, kept = asyncio.run(issue_all(settings(), cycle_id_of(cycle), kinds, out))
    except NotFound:
        told = f"{cycle} の締めはまだありません / there is no sealed cycle {cycle}"
        raise click.ClickException(told) from None
    click.echo(f"発行 / issued  {made_now:,} · 発行済み / kept  {kept:,}")


async def issue_all(
    instance: Settings, cycle_id: int, kinds: tuple[Kind, ...], out: Path | None
) -> tuple[int, int]:
    """Issue what is not issued yet; how many were made, how many were there."""
    now = clock(instance.clock)()
    counted = [0, 0]
    async with await AsyncConnection.connect(instance.url("worker"), autocommit=True) as conn:
        every = await sheets(conn, cycle_id, now)
        with click.progressbar(
            [(sheet, kind) for sheet in every for kind in kinds], label="発行 / issuing"
        ) as bar:
            for sheet, kind in bar:
                kept = await newest(conn, cycle_id, sheet.party_id, kind)
                found = kept if kept is not None and holds(kept, sheet.plan) else None
                counted[found is not None] += 1
                if found is None:
                    body, issue = await asyncio.to_thread(made, sheet, kind, kept)
                    found = await keep(conn, sheet, kind, issue, body, WHO, now)
                if out is not None:
                    await asyncio.to_thread(written, out, name_of(sheet, kind), found.body)
    return counted[0], counted[1]


def name_of(sheet: Sheet, kind: Kind) -> str:
    """A document's file name: a code may bear what a file name may not."""
    return f"meguri-{re.sub(r'[^A-Za-z0-9._-]', '_', sheet.paper.statement.number)}.{kind}"


def written(folder: Path, name: str, body: bytes) -> None:
    """Write a document to its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(body)

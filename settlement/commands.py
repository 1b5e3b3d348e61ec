"""`meguri verify`: anyone may check a sealed file, with this program and nothing else."""

from collections.abc import Iterator
from typing import IO

import click

from settlement.verify import LONGEST, MOST_FAULTS, Verdict, examine

Sealed = click.File("rb")


class SealHex(click.ParamType[str]):
    """A seal as it was published: 64 hexadecimal digits."""

    name = "hex"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """In lower case, as files have it."""
        seal = value.strip().lower()
        if len(seal) != 64 or set(seal) - set("0123456789abcdef"):
            self.fail("16進数64桁で指定してください / give 64 hexadecimal digits", param, ctx)
        return seal


@click.command("verify")
@click.argument("file", type=Sealed)
@click.option(
    "--seal", type=SealHex(), help="公表された封印と照合 / compare with the published seal"
)
@click.option(
    "--previous", type=Sealed, help="前回の封印ファイル / the sealed file of the cycle before"
)
def verify(file: IO[bytes], seal: str | None, previous: IO[bytes] | None) -> None:
    """封印された精算ファイルを検証します / Verify a sealed settlement file."""
    before = examine(physical_lines(previous)) if previous else None
    if before and previous:
        judge(before, f"{previous.name}: ")
    carried = before.carried_out if before else None
    verdict = examine(physical_lines(file), seal, before.seal if before else None, carried)
    judge(verdict, "")
    click.echo("\n".join(told(verdict, seal is not None)))


def physical_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, none longer than a sealed line can be."""
    while line := file.readline(LONGEST + 1):
        yield line


def judge(verdict: Verdict, where: str) -> None:
    """Name what is wrong, and leave with 1; say nothing where all is right."""
    if not verdict.faults:
        return
    for fault in verdict.faults[:MOST_FAULTS]:
        click.echo(f"{where}{fault}")
    raise SystemExit(1)


def told(verdict: Verdict, compared: bool) -> Iterator[str]:
    """A sound file in a few words."""
    assert verdict.header is not None
    cycle = f"{verdict.header.first_on} – {verdict.header.last_on}"
    yield f"正しい封印です。全{verdict.leaves:,}行を再計算し、差引の合計は 0 円です。（{cycle}）"
    yield (
        f"The seal holds: all {verdict.leaves:,} lines were recomputed, the nets sum to 0 yen. "
        f"({cycle})"
    )
    counts = {
        "付与 grants": verdict.grants,
        "充当 draws": verdict.draws,
        "当事者 parties": verdict.parties,
    }
    yield " · ".join(f"{what} {count:,}" for what, count in counts.items())
    yield f"seal {verdict.seal}"
    if not compared:
        yield "公表された封印と見比べてください。 / Compare this seal with the published one."

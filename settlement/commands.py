"""`meguri verify`: anyone may check a sealed file, with this program and nothing else."""

from collections.abc import Iterable, Iterator
from typing import IO

import click
import msgspec

from settlement.statement import Statement
from settlement.verify import LONGEST, MOST_FAULTS, Fault, Verdict, examine
from settlement.verify_proof import Proved, prove

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
@click.option("--proof", "proof", is_flag=True, help="当事者の証明を検証 / a party's proof")
@click.option("--statement", type=Sealed, help="精算書（JSON）と照合 / its statement, as JSON")
def verify(
    file: IO[bytes],
    seal: str | None,
    previous: IO[bytes] | None,
    proof: bool,
    statement: IO[bytes] | None,
) -> None:
    """封印された精算ファイル、または自分の証明を検証します / Verify a sealed settlement file, or
    a party's proof."""
    if (proof and previous) or (statement and not proof):
        raise click.UsageError(
            "--statement は --proof と / it goes with --proof, --previous without"
        )
    if proof:
        check_proof(file, seal, statement)
        return
    before = examine(physical_lines(previous)) if previous else None
    if before and previous:
        judge(before.faults, f"{previous.name}: ")
    carried = before.carried_out if before else None
    verdict = examine(physical_lines(file), seal, before.seal if before else None, carried)
    judge(verdict.faults, "")
    click.echo("\n".join(told(verdict, seal is not None)))


def check_proof(file: IO[bytes], seal: str | None, statement: IO[bytes] | None) -> None:
    """A party's proof, and its statement beside it."""
    stated = None
    if statement is not None:
        try:
            stated = msgspec.json.decode(statement.read(), type=Statement)
        except ValueError:
            raise click.UsageError("精算書の JSON ではありません / not a statement") from None
    found = prove(physical_lines(file), seal, stated)
    judge(found.faults, "")
    click.echo("\n".join(told_proof(found, seal is not None)))


def physical_lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file, none longer than a sealed line can be."""
    while line := file.readline(LONGEST + 1):
        yield line


def judge(faults: Iterable[Fault], where: str) -> None:
    """Name what is wrong, and leave with 1; say nothing where all is right."""
    named = list(faults)[:MOST_FAULTS]
    for fault in named:
        click.echo(f"{where}{fault}")
    if named:
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


def told_proof(found: Proved, compared: bool) -> Iterator[str]:
    """A sound proof in a few words."""
    assert found.sealed is not None
    yield (
        f"正しい証明です。{found.party} の {found.shown:,} 行が全 {found.sealed.leaves:,} 行の"
        f"封印に含まれ、差引は {found.total_yen:+,} 円です。（{found.sealed.cycle}）"
    )
    yield (
        f"The proof holds: {found.shown:,} lines of {found.party} stand among the "
        f"{found.sealed.leaves:,} that were sealed, and come to {found.total_yen:+,} yen."
    )
    yield f"付与 grants {found.grants:,} · 充当 draws {found.draws:,}"
    yield f"seal {found.sealed.seal.hex()}"
    if not compared:
        yield "公表された封印と見比べてください。 / Compare this seal with the published one."

"""受領証の検証: whether the hub gave its word on a line; with the key, and without a hub."""

import hashlib
from pathlib import Path

import click
import msgspec

from tenants.offline_lines import PublicJwk
from tenants.receipts import NotTheHubs, verified

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def receipts() -> None:
    """受領証 · the hub's word on offline lines."""


@receipts.command()
@click.argument("receipt")
@click.option("--key", required=True, type=FILE, help="公開鍵 (JWK) · one key of /v1/receipt-keys")
@click.option("--line", type=FILE, help="送った行 · the line that was sent, without its line feed")
@click.option("--answer", type=FILE, help="応答 · the answer, as GET /v1/slips gives it")
def verify(receipt: str, key: Path, line: Path | None, answer: Path | None) -> None:
    """確かめる · say what a receipt says, if it is the hub's and fits the line and the answer."""
    try:
        jwk = msgspec.json.decode(key.read_bytes(), type=PublicJwk)
        said = verified(receipt, jwk)
    except (NotTheHubs, msgspec.MsgspecError):
        raise click.ClickException(str(NotTheHubs.__doc__)) from None
    for name, file, expected in (
        ("行 line", line, said.line_sha256),
        ("応答 answer", answer, said.answer_sha256),
    ):
        if file is not None and hashlib.sha256(file.read_bytes()).hexdigest() != expected:
            raise click.ClickException(f"{name}: 一致しません / is not the one of this receipt")
    click.echo(msgspec.json.encode(said).decode())

"""What an operator does at the command line: clients, tills, and the hub's own keys."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
from psycopg import AsyncConnection

from auth import bell, certificates, clients, enrolments
from auth import keys as signing
from auth.scopes import AUDIENCES, SCOPES, TILL
from federation.refusals import Refusal, titles
from tenants import till_keys

Answer = TypeVar("Answer")

CERTIFICATE = click.Path(exists=True, dir_okay=False, path_type=Path)
OLD_FOR = click.option(
    "--old-for",
    type=click.IntRange(0, 7 * 24 * 60),
    default=24 * 60,
    show_default=True,
    help="前のものを認める分数 · for how many minutes the old one is believed",
)


class Office(Protocol):
    """What these commands need to know of the instance: `ctx.obj`."""

    @property
    def worker_url(self) -> str: ...
    @property
    def redis_url(self) -> str | None: ...
    @property
    def secret(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


@click.group()
def client() -> None:
    """クライアントの登録と停止 · who may come in."""


@client.command()
@click.option("--tenant", required=True, help="テナントの符号 · the tenant's code")
@click.option("--name", required=True, help="台帳に残す名 · what it is called")
@click.option("--audience", type=click.Choice(sorted(AUDIENCES)), default=TILL, show_default=True)
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(list(SCOPES)))
@click.option("--till", "tills", multiple=True, help="なければ全レジ · none: all of the tenant's")
@click.option(
    "--jwk",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="公開鍵。なければ秘密を一度だけ表示 · its public key; without one, a secret",
)
@click.option(
    "--public", is_flag=True, help="秘密を持たない会員アプリ · an app that keeps no secret"
)
@click.option(
    "--redirect",
    "redirect_uris",
    multiple=True,
    help="会員アプリの戻り先 · where a member's app takes its answer",
)
@click.option("--dpop", is_flag=True, help="鍵の所持証明を求める · no token without proof of a key")
@click.option(
    "--certificate",
    type=CERTIFICATE,
    help="この証明書 (PEM) なしにはトークンを出さない · no token without this certificate",
)
@click.option("--par", "pushed_only", is_flag=True, help="PAR だけ · asks through PAR alone")
@click.pass_obj
def add(
    office: Office,
    /,
    tills: tuple[str, ...],
    jwk: Path | None,
    certificate: Path | None,
    **asked: Any,
) -> None:
    """登録する · register a client; its secret, if it has one, is shown this once."""

    async def done(conn: AsyncConnection[Any]) -> clients.Registered:
        key = None if jwk is None else _jwk(jwk)
        asked["certificate"] = certificate and _digest(certificate)
        return await clients.add(conn, now=office.now(), tills=tills or None, jwk=key, **asked)

    _say(_run(office, done))


@client.command()
@click.option("--tenant", required=True, help="テナントの符号 · the tenant's code")
@click.option("--till", required=True, help="レジの符号 · the till's code")
@click.option("--name", default="", help="台帳に残す名 · what it is called")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([name for name, scope in SCOPES.items() if TILL in scope.audiences]),
    help="なければレジ画面の全機能 · none: all that the till's page does",
)
@click.option(
    "--no-dpop", is_flag=True, help="鍵の所持証明を求めない · a token without proof of a key"
)
@click.pass_obj
def browser(office: Office, /, no_dpop: bool, scopes: tuple[str, ...], **asked: str) -> None:
    """ブラウザのレジ · a code, good once and for ten minutes, that makes one a till."""
    wanted = enrolments.Offered(dpop=not no_dpop, scopes=scopes or enrolments.EVERYTHING, **asked)
    click.echo(_run(office, lambda conn: enrolments.offer(conn, wanted, office.now())))


@client.command(name="rotate")
@click.argument("client_id")
@click.option(
    "--jwk",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="新しい公開鍵。なければ新しい秘密 · its new public key; without one, a new secret",
)
@OLD_FOR
@click.pass_obj
def rotate_client(office: Office, client_id: str, jwk: Path | None, old_for: int) -> None:
    """鍵・秘密を替える · give a client another key or secret, without a failed request."""
    key, meanwhile = None if jwk is None else _jwk(jwk), timedelta(minutes=old_for)
    _say(_run(office, lambda conn: clients.turn(conn, client_id, key, office.now(), meanwhile)))


@client.command()
@click.argument("client_id")
@click.argument("certificate", type=CERTIFICATE)
@OLD_FOR
@click.pass_obj
def certify(office: Office, client_id: str, certificate: Path, old_for: int) -> None:
    """証明書を登録する・替える · bind a client's tokens to a certificate (PEM), or to another."""

    async def done(conn: AsyncConnection[Any]) -> None:
        meanwhile = timedelta(minutes=old_for)
        await clients.bind(conn, client_id, _digest(certificate), office.now(), meanwhile)

    _run(office, done)


@client.command()
@click.argument("client_id")
@click.pass_obj
def revoke(office: Office, client_id: str) -> None:
    """止める · shut a client out, from its next request on."""
    _run(office, lambda conn: clients.revoke(conn, client_id, office.now()), ring=client_id)


@client.command(name="list")
@click.option("--tenant", help="このテナントだけ · of this tenant only")
@click.pass_obj
def list_clients(office: Office, tenant: str | None) -> None:
    """一覧 · every client."""
    for one in _run(office, lambda conn: clients.listed(conn, tenant)):
        tills = "*" if one.tills is None else ",".join(one.tills)
        scopes = ",".join(one.scopes)
        told = {"dpop": one.dpop, "mtls": one.certified, "par": one.pushed_only}
        marks = "".join(f" {name}" for name, on in told.items() if on)
        redirects = "".join(f" {address}" for address in one.redirect_uris)
        click.echo(
            f"{one.client_id} {one.state} {one.tenant} {one.audience} {tills} {scopes}"
            f" {one.method}{marks}{redirects}"
        )


@click.group()
def till() -> None:
    """レジの鍵の登録と停止 · a till's own key, and a till that was lost."""


@till.command()
@click.argument("tenant")
@click.argument("code")
@click.pass_obj
def enrol(office: Office, tenant: str, code: str) -> None:
    """鍵を登録する · a code, good once and for ten minutes, with which a till enrols its key."""
    click.echo(_run(office, lambda conn: till_keys.offer(conn, tenant, code, office.now())))


@till.command(name="revoke")
@click.argument("tenant")
@click.argument("code")
@click.pass_obj
def revoke_till(office: Office, tenant: str, code: str) -> None:
    """止める · stop a till, whoever speaks for it."""
    _run(office, lambda conn: clients.revoke_till(conn, tenant, code), ring=f"{tenant}/{code}")


@click.group()
def keys() -> None:
    """署名鍵 · the keys that sign access tokens."""


@keys.command()
@click.option("--stolen", is_flag=True, help="今の鍵を直ちに無効に · believe the old ones no more")
@click.pass_obj
def rotate(office: Office, stolen: bool) -> None:
    """替える · put the next key to use; no client notices."""

    async def done(conn: AsyncConnection[Any]) -> datetime:
        if stolen:
            await signing.replace(conn, office.secret, office.now())
            return office.now()
        return await signing.rotate(conn, office.secret, office.now())

    click.echo(_run(office, done, ring="keys").isoformat(timespec="seconds"))


def _say(registered: clients.Registered) -> None:
    click.echo(registered.client_id)
    if registered.secret is not None:
        click.echo(registered.secret)


def _jwk(path: Path) -> clients.Jwk:
    try:
        jwk = json.loads(path.read_bytes())
    except ValueError:
        jwk = None
    if not isinstance(jwk, dict):
        raise click.BadParameter("not a JWK", param_hint="--jwk")
    return jwk


def _digest(path: Path) -> bytes:
    return certificates.registered(path.read_bytes())


def _run(
    office: Office,
    verb: Callable[[AsyncConnection[Any]], Awaitable[Answer]],
    ring: str | None = None,
) -> Answer:
    """Do it as the worker; then ring the bell, so that the readers know as well."""

    async def done() -> Answer:
        async with await AsyncConnection.connect(office.worker_url, autocommit=True) as conn:
            answer = await verb(conn)
        if ring is not None:
            await bell.ring(office.redis_url, ring)
        return answer

    try:
        return asyncio.run(done())
    except Refusal as refused:
        said = " · ".join(titles(type(refused)))
        raise click.ClickException(f"{said} {refused.extra.get('pointer', '')}".strip()) from None

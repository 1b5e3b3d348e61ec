"""`meguri people`: who may come in at the console, from the command line: the first administrator,
and the way back in when nobody else has one."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol, TypeVar

import click
from psycopg import AsyncConnection

from auth.people import people as verbs
from auth.people.people import Given
from auth.people.roles import PLACES, ROLES
from federation.refusals import Refusal, titles
from tenants import areas
from tenants.layout import Named

Answer = TypeVar("Answer")


class Office(Protocol):
    """What these commands need to know of the instance: `ctx.obj`."""

    @property
    def worker_url(self) -> str: ...
    @property
    def issuer(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


@click.group()
def people() -> None:
    """担当者 · people who sign in at the console."""


@people.command()
@click.argument("login")
@click.option("--name", help="氏名（なければログイン名） · by default the login")
@click.option(
    "--role", "roles", multiple=True, required=True,
    help="権限。場所は shop:TENANT/SHOP のように · a role, or role:place",
)  # fmt: skip
@click.pass_obj
def invite(office: Office, login: str, name: str | None, roles: tuple[str, ...]) -> None:
    """招待する · a link, good once and for three days."""

    async def done(conn: AsyncConnection[Any]) -> str:
        given = [await _given(conn, role) for role in roles]
        _, key = await verbs.invite(conn, login, name or login, given, _who(), office.now())
        return key

    click.echo(_link(office, _run(office, done)))


@people.command()
@click.argument("login")
@click.pass_obj
def recover(office: Office, login: str) -> None:
    """復旧する · a link by which somebody comes back; it takes all they had away."""

    async def done(conn: AsyncConnection[Any]) -> str:
        person_id = await _person(conn, login)
        return await verbs.recover(conn, person_id, _who(), office.now())

    click.echo(_link(office, _run(office, done)))


@people.command()
@click.argument("login")
@click.pass_obj
def disable(office: Office, login: str) -> None:
    """停止する · shut somebody out at once."""

    async def done(conn: AsyncConnection[Any]) -> None:
        await verbs.disable(conn, await _person(conn, login), _who(), office.now())

    _run(office, done)


@people.command("list")
@click.pass_obj
def list_people(office: Office) -> None:
    """一覧 · everybody."""
    for one in _run(office, verbs.listed):
        pairs = zip(one.roles, one.place_codes, strict=True)
        roles = ",".join(f"{role}:{place}" if place else role for role, place in pairs)
        click.echo(f"{one.person_id} {one.login} {one.state} {roles} {one.name}")


@people.command()
@click.argument("code")
@click.argument("name")
@click.argument("name_en")
@click.option("--facility", "facilities", multiple=True, help="施設の符号 · a facility's code")
@click.pass_obj
def area(office: Office, code: str, name: str, name_en: str, facilities: tuple[str, ...]) -> None:
    """エリアを作る · an area, which is a named set of facilities."""

    async def done(conn: AsyncConnection[Any]) -> None:
        async with conn.transaction():
            area_id = await areas.add_area(conn, Named(code, name, name_en))
            for one in facilities:
                facility_id = await areas.place_of(conn, "facility", one)
                await areas.put_facility(conn, area_id, facility_id)

    _run(office, done)


async def _given(conn: AsyncConnection[Any], told: str) -> Given:
    role, _, place = told.partition(":")
    if role not in ROLES or (role in PLACES) != bool(place):
        raise click.BadParameter(f"{told}: {', '.join(ROLES)}", param_hint="--role")
    return Given(role, await areas.place_of(conn, PLACES[role], place) if place else 0)


async def _person(conn: AsyncConnection[Any], login: str) -> str:
    for one in await verbs.listed(conn):
        if one.login == login.lower():
            return one.person_id
    raise click.BadParameter(login, param_hint="LOGIN")


def _who() -> str:
    return f"cli:{getpass.getuser()}"


def _link(office: Office, key: str) -> str:
    return f"{office.issuer}/console/welcome?key={key}"


def _run(office: Office, verb: Callable[[AsyncConnection[Any]], Awaitable[Answer]]) -> Answer:
    async def run() -> Answer:
        async with await AsyncConnection.connect(office.worker_url, autocommit=True) as conn:
            return await verb(conn)

    try:
        return asyncio.run(run())
    except Refusal as refused:
        raise click.ClickException(" · ".join(titles(type(refused)))) from None

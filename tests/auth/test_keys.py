"""The hub's own keys: changed without a soul noticing, and read by nobody without the secret."""

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from auth import keys, tokens
from auth.keys import Keys, OtherSecret
from auth.refusals import InvalidToken
from auth.tokens import Grant

SECRET = "the secret of a test"
ISSUER = "http://localhost:8000"


async def kids(hub: Any) -> list[str]:
    return [key["kid"] for key in (await hub.http.get("/oauth/jwks")).json()["keys"]]


async def test_the_first_two_keys_are_made_once_however_many_ask(hub, wall, settings):
    connections = [
        await psycopg.AsyncConnection.connect(settings.url("worker"), autocommit=True)
        for _ in range(8)
    ]
    with psycopg.connect(settings.database_url) as conn:
        conn.execute("DELETE FROM auth.signing_keys")
    await asyncio.gather(*(keys.keep(conn, SECRET, wall()) for conn in connections))
    for conn in connections:
        await conn.close()
    with psycopg.connect(settings.database_url) as conn:
        known = conn.execute("SELECT use_from IS NULL FROM auth.signing_keys ORDER BY 1").fetchall()
    assert known == [(False,), (True,)]


async def test_a_rotation_is_felt_by_nobody(start, hub, bakery, wall):
    """Two processes, a client that comes all the time, a rotation a month."""
    other = await start()
    signed_by: set[str] = set()
    bearers: list[tuple[Any, str]] = []
    turns = 0
    for _ in range(2):
        async with hub.pools["worker"].connection() as conn:
            use_from = await keys.rotate(conn, SECRET, wall())
            assert await keys.rotate(conn, SECRET, wall()) == use_from, "one at a time"
        while wall() < use_from + timedelta(minutes=20):
            turns += 1
            for process in (hub, other):
                bearer = await process.bearer(bakery)
                signed_by.add(bearer.partition(".")[0])
                bearers.append((wall() + timedelta(seconds=299), bearer))
            bearers = [(ends, bearer) for ends, bearer in bearers if wall() < ends]
            for _, bearer in bearers:
                await hub.gate.admit(bearer)
                await other.gate.admit(bearer)
            near = abs(wall() - use_from) < timedelta(minutes=20)
            wall.passes(seconds=80 if near else 4 * 3_600)
        wall.passes(days=30)
    assert len(signed_by) == 3
    assert turns > 30


async def test_a_key_is_published_a_day_before_it_signs_and_honoured_until_its_last_token(
    hub, bakery, wall
):
    first = await kids(hub)
    async with hub.pools["worker"].connection() as conn:
        use_from = await keys.rotate(conn, SECRET, wall())
    assert use_from - wall() > timedelta(hours=23)
    wall.passes(minutes=2)
    assert (await kids(hub))[:2] == first
    assert len(await kids(hub)) == 3
    before = hub.keys.signer().kid
    wall.passes(hours=24)
    await hub.keys.fresh()
    assert hub.keys.signer().kid != before
    assert before in await kids(hub)
    (retires_at,) = [key.retires_at for key in hub.keys._keys.values() if key.retires_at]
    wall.ahead += retires_at - wall() - timedelta(seconds=10)
    assert before in await kids(hub)
    assert await hub.keys.find(before)
    wall.passes(seconds=10)
    assert before not in await kids(hub)
    assert await hub.keys.find(before) is None, "nor is it believed until the next look"
    assert len(await kids(hub)) == 2


async def test_an_old_key_is_rotated_by_the_round_that_keeps_them(hub, wall):
    before = await kids(hub)
    async with hub.pools["worker"].connection() as conn:
        wall.passes(days=89)
        await keys.keep(conn, SECRET, wall())
        assert await kids(hub) == before
        wall.passes(days=2)
        await keys.keep(conn, SECRET, wall())
        await keys.keep(conn, SECRET, wall())
    hub.keys.forget()
    assert len(await kids(hub)) == 3
    wall.passes(minutes=20)
    assert len(await kids(hub)) == 2


async def test_after_a_theft_nothing_that_the_old_keys_signed_is_believed(start, hub, bakery, wall):
    other = await start()
    bearer = await hub.bearer(bakery)
    stolen = list(hub.keys._keys.values())
    await other.gate.admit(bearer)
    async with hub.pools["worker"].connection() as conn:
        await keys.replace(conn, SECRET, wall())
    hub.gate.forget()
    other.gate.forget()
    grant = Grant(bakery.client_id, 10, "till", ["points:redeem"], None)
    forged = [f"Bearer {tokens.issue(grant, ISSUER, key, wall())}" for key in stolen]
    for process in (hub, other):
        for token in (bearer, *forged):
            with pytest.raises(InvalidToken):
                await process.gate.admit(token)
        await process.gate.admit(await hub.bearer(bakery))


async def test_a_process_that_missed_the_bell_finds_a_key_it_does_not_know(
    start, hub, bakery, wall
):
    other = await start()
    await other.gate.admit(await hub.bearer(bakery))
    async with hub.pools["worker"].connection() as conn:
        await keys.replace(conn, SECRET, wall())
    hub.gate.forget()
    wall.passes(seconds=2)
    await other.gate.admit(await hub.bearer(bakery))


async def test_a_look_that_is_older_than_the_bell_is_not_the_last(hub, wall, monkeypatch):
    looked, rotated = asyncio.Event(), asyncio.Event()
    live = keys._live

    async def slow(*asked: Any) -> Any:
        found = await live(*asked)
        looked.set()
        await rotated.wait()
        return found

    monkeypatch.setattr(keys, "_live", slow)
    looking = asyncio.create_task(hub.keys.fresh())
    await looked.wait()
    monkeypatch.setattr(keys, "_live", live)
    async with hub.pools["worker"].connection() as conn:
        await keys.replace(conn, SECRET, wall())
    hub.keys.forget()
    rotated.set()
    await looking
    stolen = hub.keys.signer().kid
    await hub.keys.fresh()
    assert hub.keys.signer().kid != stolen


async def test_unknown_keys_cost_one_look_a_second(hub, bakery, wall, forge, monkeypatch):
    await hub.bearer(bakery)
    looks = 0
    live = keys._live

    async def counted(*asked: Any) -> Any:
        nonlocal looks
        looks += 1
        return await live(*asked)

    monkeypatch.setattr(keys, "_live", counted)
    wall.passes(seconds=2)
    for n in range(50):
        head = {"alg": "ES256", "typ": "at+jwt", "kid": f"unknown{n}"}
        with pytest.raises(InvalidToken):
            await hub.gate.admit(f"Bearer {forge.signed(head, {}, bakery.key)}")
    assert looks <= 2


async def test_private_halves_lie_sealed(hub, wall, settings):
    await hub.keys.fresh()
    private = [key.key.as_dict(private=True)["d"].encode() for key in hub.keys._keys.values()]
    with psycopg.connect(settings.database_url) as conn:
        rows = conn.execute("SELECT sealed, jwk::text FROM auth.signing_keys").fetchall()
    assert len(rows) == 2
    for sealed, jwk in rows:
        assert not any(d in sealed or d.decode() in jwk for d in private)
        assert '"d"' not in jwk
    stranger = Keys(hub.pools["app"].connection, "another secret", wall)
    with pytest.raises(OtherSecret):
        await stranger.fresh()


async def test_a_sealed_key_opens_only_under_its_own_name(hub, settings, wall):
    with psycopg.connect(settings.database_url) as conn:
        conn.execute(
            "UPDATE auth.signing_keys AS a SET sealed = b.sealed"
            " FROM auth.signing_keys AS b WHERE a.kid <> b.kid"
        )
    hub.keys.forget()
    stranger = Keys(hub.pools["app"].connection, SECRET, wall)
    with pytest.raises(OtherSecret):
        await stranger.fresh()

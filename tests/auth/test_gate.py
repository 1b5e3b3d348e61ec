"""Coming in: which tokens the gate believes, for how long, and through which doors."""

import asyncio
import hmac
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey, RSAKey
from litestar import Litestar, get

from auth import clients, gate, jws, tokens
from auth.gate import Door, doors, unknown_scopes
from auth.recheck import recheck, stands
from auth.refusals import InvalidToken
from auth.tokens import Grant, TokenClaims
from federation.refusals import Busy
from tenants.callers import Caller
from tests.auth.doors import part

ISSUER = "http://localhost:8000"


async def refused(hub: Any, authorization: str | None) -> bool:
    try:
        await hub.gate.admit(authorization)
    except InvalidToken:
        return True
    return False


async def test_a_token_says_who_is_calling(hub, bakery, register, forge, wall):
    bearer = await hub.bearer(bakery)
    caller = await hub.gate.admit(bearer)
    scopes = frozenset({"points:accrue", "points:quote", "points:redeem"})
    shown = {"vouched": 7, "token": part(bearer, 1)["jti"]}
    assert caller == Caller(bakery.client_id, 10, scopes, None, wide=False, **shown)
    one = await register(tills=["T02"], jwk=bakery.key.as_dict(private=False))
    caller = await hub.gate.admit(await hub.bearer(forge.Member(one.client_id, bakery.key)))
    assert caller.tills == {"T02"}
    wide = ["entries:read-all", "points:read"]
    auditor = await register(
        audience="operator", scopes=wide, jwk=bakery.key.as_dict(private=False)
    )
    caller = await hub.gate.admit(await hub.bearer(forge.Member(auditor.client_id, bakery.key)))
    assert caller.wide


async def test_a_forged_token_lets_nobody_in(hub, bakery, wall, forge):
    bearer = await hub.bearer(bakery)
    good = bearer.removeprefix("Bearer ")
    kid = jws.head_of(good, jws.TokenHead).kid
    ours = hub.keys.signer().key
    public = {**ours.as_dict(private=False), "kid": kid}
    claims = msgspec.to_builtins(jws.unproved(good, TokenClaims))
    at = claims["iat"]
    head = {"alg": "ES256", "typ": "at+jwt", "kid": kid}
    thief = ECKey.generate_key("P-256")
    brought = thief.as_dict(private=False)

    def signed(head_: dict[str, Any] | None = None, key: Any = ours, **other: Any) -> str:
        said = {name: value for name, value in {**claims, **other}.items() if value is not ...}
        said = {name: value for name, value in said.items() if value is not None}
        return forge.signed({**head, **(head_ or {})}, said, key)

    def hs256(secret: bytes) -> str:
        start = forge.unsigned({**head, "alg": "HS256"}, claims).rstrip(".")
        return f"{start}.{forge.spelled(hmac.digest(secret, start.encode(), 'sha256')).decode()}"

    first, body, signature = good.split(".")
    wider = forge.unsigned(0, {**claims, "scope": "points:quote entries:read-all"}).split(".")[1]
    forged = {
        "alg none": forge.unsigned({**head, "alg": "none"}, claims),
        "alg none, our signature kept": forge.unsigned({**head, "alg": "none"}, claims) + signature,
        "HS256 with our public key": hs256(msgspec.json.encode(public)),
        "HS256 with our public key in PEM": hs256(ours.as_pem(private=False)),
        "HS256 with our public key in DER": hs256(ours.as_der(private=False)),
        "HS256 with nothing": hs256(b""),
        "RS256": signed({"alg": "RS256"}, RSAKey.generate_key(2048)),
        "ES384": signed({"alg": "ES384"}, ECKey.generate_key("P-384")),
        "another's key": signed(key=thief),
        "a key brought along": signed({"jwk": brought}, thief),
        "a key brought along, another kid": signed({"jwk": brought, "kid": "x"}, thief),
        "a header that we never write": signed({"jwk": brought}),
        "a key to be fetched": signed({"jku": "https://thief.example/jwks"}, thief),
        "an unknown kid": signed({"kid": "unknown"}),
        "no kid": forge.signed({"alg": "ES256", "typ": "at+jwt"}, claims, ours),
        "typ JWT": signed({"typ": "JWT"}),
        "no typ": forge.signed({"alg": "ES256", "kid": kid}, claims, ours),
        "a critical header": signed({"crit": ["exp"]}),
        "another issuer": signed(iss="https://hub.example"),
        "no issuer": signed(iss=...),
        "another audience": signed(aud="members"),
        "an array of audiences": signed(aud=["till"]),
        "no audience": signed(aud=...),
        "no expiry": signed(exp=...),
        "an expiry in words": signed(exp=str(at + 300)),
        "expired": signed(iat=at - 300, nbf=at - 300, exp=at - 1),
        "a day long": signed(exp=at + 86_400),
        "issued 30 s ahead": signed(iat=at + 30, exp=at + 300),
        "not valid for 30 s": signed(nbf=at + 30),
        "another subject": signed(sub="c_aaaaaaaaaaaa"),
        "an unknown client": signed(sub="c_aaaaaaaaaaaa", client_id="c_aaaaaaaaaaaa"),
        "an odd tenant": signed(tenant="10; --"),
        "a tenant past all bounds": signed(tenant="9" * 19),
        "a claim of tomorrow": signed(cnf={"jkt": "x"}),
        "a wider scope": f"{first}.{wider}.{signature}",
        "a signature spelled otherwise": good[:-1] + chr(ord(good[-1]) + 1),
        "another signature": f"{first}.{body}.{'A' * 86}",
        "an assertion": bakery.proof(wall())["client_assertion"],
        "nothing": "",
        "two dots": "..",
        "junk": "a" * 10_000,
        "Japanese": "会員",
    }
    for fault, token in forged.items():
        assert await refused(hub, f"Bearer {token}"), fault
    for fault in (None, "", "Bearer", good, f"Basic {good}", f"DPoP {good}", f"{bearer}, {bearer}"):
        assert await refused(hub, fault), fault
    assert not await refused(hub, bearer)
    assert not await refused(hub, f"bearer {signed()}")
    assert not await refused(hub, f"Bearer {signed(iat=at + 8, nbf=at + 8)}")


async def test_a_token_ends_when_it_says_so(hub, bakery, wall):
    bearer = await hub.bearer(bakery)
    for _ in range(5):
        wall.passes(seconds=59)
        assert not await refused(hub, bearer)
    wall.passes(seconds=5)
    assert await refused(hub, bearer)


async def test_a_route_that_says_nothing_lets_nobody_in(hub, bakery):
    bearer = {"Authorization": await hub.bearer(bakery)}
    for headers in ({}, bearer):
        assert (await hub.http.get("/forgotten", headers=headers)).status_code == 404
    assert (await hub.http.get("/quotes")).status_code == 401
    answer = await hub.http.get("/quotes", headers=bearer)
    assert (answer.status_code, answer.text) == (200, bakery.client_id)
    answer = await hub.http.get("/statements", headers=bearer)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/insufficient-scope"


async def test_a_route_with_an_unknown_scope_is_named(hub):
    @get("/odd", requires="points:steal")
    async def get_odd() -> None: ...

    assert unknown_scopes(hub.app.routes) == []

    @get("/blank", requires="")
    async def get_blank() -> None: ...

    @get("/both", requires="points:accrue points:redeem")
    async def get_both() -> None: ...

    odd = Litestar([get_odd, get_blank, get_both], opt=dict(gate.OPT), openapi_config=None)
    assert unknown_scopes(odd.routes) == [
        Door("/blank", "GET", ""),
        Door("/odd", "GET", "points:steal"),
    ]
    assert Door("/forgotten", "GET", "nobody") in set(doors(hub.app.routes))
    assert Door("/oauth/token", "POST", "anyone") in set(doors(hub.app.routes))


async def test_who_is_shut_out_is_refused_at_once_where_money_moves(hub, bakery, worker, wall):
    bearer = await hub.bearer(bakery)
    await hub.gate.admit(bearer)
    other = "c_aaaaaaaaaaaa"
    async with hub.pools["desk"].connection() as desk, desk.transaction():
        assert await recheck(desk, [bakery.client_id, other]) == {
            bakery.client_id: True,
            other: False,
        }
        assert await clients.revoke(worker, bakery.client_id, wall())
        assert await recheck(desk, [bakery.client_id]) == {bakery.client_id: False}
    assert not await refused(hub, bearer), "readers follow when the bell rings"
    hub.gate.forget()
    assert await refused(hub, bearer)


async def test_without_a_bell_readers_follow_within_a_minute(hub, bakery, worker, wall):
    bearer = await hub.bearer(bakery)
    await hub.gate.admit(bearer)
    await clients.revoke(worker, bakery.client_id, wall())
    wall.passes(seconds=61)
    assert await refused(hub, bearer)


async def test_a_look_that_is_older_than_the_bell_is_not_kept(
    hub, bakery, worker, wall, monkeypatch
):
    bearer = await hub.bearer(bakery)
    looked, shut = asyncio.Event(), asyncio.Event()

    async def slow(conn: Any, claims: TokenClaims, now: Any) -> bool:
        found = await stands(conn, claims, now)
        looked.set()
        await shut.wait()
        return found

    monkeypatch.setattr(gate, "stands", slow)
    coming = asyncio.create_task(hub.gate.admit(bearer))
    await looked.wait()
    await clients.revoke(worker, bakery.client_id, wall())
    hub.gate.forget()
    shut.set()
    await coming
    assert await refused(hub, bearer)


async def test_the_gate_remembers_only_so_many(hub, bakery, monkeypatch):
    monkeypatch.setattr(gate, "MOST", 3)
    bearers = [await hub.bearer(bakery) for _ in range(5)]
    for bearer in bearers + bearers:
        await hub.gate.admit(bearer)
    assert len(hub.gate._admitted) == 3


async def test_a_database_that_is_away_is_busy_and_not_a_wrong_token(hub, bakery):
    bearer = await hub.bearer(bakery)
    await hub.pools["counter"].close()
    with pytest.raises(Busy):
        await hub.gate.admit(bearer)


async def test_a_token_is_not_larger_than_a_header_may_be(hub, bakery, wall):
    grant = Grant("c_aaaaaaaaaaaa", 10**18 - 1, "till", sorted("points:quote"), ["T" * 20] * 40)
    await hub.keys.fresh()
    token = tokens.issue(grant, ISSUER, hub.keys.signer(), wall())
    assert len(token) < jws.LONGEST

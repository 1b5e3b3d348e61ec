"""Whoever is shut out stays out, at every hub of an instance, Redis or no Redis: for money with the
next slip, for readers within moments."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey

from auth import clients, keys
from deploy.app import create_app
from deploy.clock import wall
from tests.auth.doors import Doors, Knocker, new_key, open_doors
from tests.conftest import Given
from tests.mall import Answered, listening

NOWHERE = "redis://127.0.0.1:9/0"


class Token:
    """A token that one client has, and how it shows it."""

    def __init__(self, client: Knocker, token: str, key: ECKey | None) -> None:
        self.client = client
        self.token = token
        self.key = key

    async def shown(self, at: Doors, method: str, path: str, content: bytes = b"") -> Answered:
        headers = {"authorization": f"{'DPoP' if self.key else 'Bearer'} {self.token}"}
        if content:
            headers["content-type"] = "application/json"
        if self.key is not None:
            proof = {"token": self.token, "nonce": await at.nonce()}
            headers["dpop"] = self.client.doors.proof(self.key, method, path, **proof)
        return await at.ask(method, path, data=content or None, headers=headers)


@pytest.fixture(scope="module")
async def both(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[Doors]]:
    """Two hubs of one instance; their Redis is gone."""
    folder = tmp_path_factory.mktemp("shut")
    async with open_doors(given, template, folder, NOWHERE) as first:
        app = create_app(first.mall.hub.settings, first.sign_in)
        async with listening(app) as url:
            yield [first, At(first, url)]


class At(Doors):
    """The same doors at another process."""

    def __init__(self, first: Doors, url: str) -> None:
        super().__init__(first.mall, first.sign_in)
        self.first = first
        self.url = url
        self.member_id = first.member_id

    async def ask(self, method: str, path: str, **sent: Any) -> Answered:
        async with self.mall.http.request(
            method, self.url + path, allow_redirects=False, **sent
        ) as answer:
            return Answered(answer.status, await answer.read(), answer.headers)


Asks = Callable[[Token, Doors], Awaitable[Answered]]


async def sells(token: Token, at: Doors) -> Answered:
    """A sale, which is money."""
    first = token.client.doors
    sale = msgspec.json.encode(first.bakery.sale(first.hanako, 110))  # type: ignore[attr-defined]
    return await token.shown(at, "POST", "/v1/accruals", sale)


async def reads(token: Token, at: Doors) -> Answered:
    path = "/v1/me/balance" if token.client.key is None else "/v1/tills/T01"
    return await token.shown(at, "GET", path)


async def until_shut(asks: Asks, token: Token, at: Doors) -> None:
    """Ask again and again until the door is shut."""
    for _ in itertools.repeat(None, 500):
        answer = await asks(token, at)
        if answer.slug == "invalid-token":
            return
        assert answer.status < 400, answer
        await asyncio.sleep(0.02)
    pytest.fail("the door stays open")


async def a_till(doors: Doors, dpop: bool) -> Token:
    till, key = await doors.till(dpop=dpop), new_key() if dpop else None
    answer = await till.token(dpop=key)
    return Token(till, answer.json["access_token"], key)


@pytest.mark.parametrize("dpop", [False, True], ids=["bearer", "dpop"])
async def test_a_revoked_till_sells_nothing_with_its_very_next_slip(
    both: list[Doors], dpop: bool
) -> None:
    first = both[0]
    token = await a_till(first, dpop)
    for at in both:
        assert (await sells(token, at)).status == 201  # both remember it now
        assert (await reads(token, at)).status == 200
    async with first.mall.hub.pools.bare("worker") as conn:
        assert await clients.revoke(conn, token.client.client_id, wall())
    for at in both:
        assert (await sells(token, at)).slug == "invalid-token"
    for at in both:
        await until_shut(reads, token, at)
    assert (await token.client.token(dpop=token.key)).json["error"] == "invalid_client"


@pytest.mark.parametrize("dpop", [False, True], ids=["bearer", "dpop"])
async def test_a_token_that_was_given_back_is_worth_nothing_at_any_hub(
    both: list[Doors], dpop: bool
) -> None:
    token, other = await a_till(both[0], dpop), await a_till(both[0], dpop=False)
    for at in both:
        assert (await sells(token, at)).status == 201
    form = {"token": token.token, **token.client.proves()}
    assert (await both[0].form("/oauth/revoke", form)).status == 200
    for at in both:
        refused = await sells(token, at)
        assert (refused.status, refused.slug) == (401, "invalid-token"), "with its very next slip"
        assert (await sells(other, at)).status == 201


async def test_a_token_that_was_given_back_is_refused_in_the_booking_itself(
    both: list[Doors], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No bell rings and nobody watches: the gate goes on believing it, and the desk does not. The
    same client's other token still sells."""
    first = both[0]
    assert (await sells(await a_till(first, dpop=False), first)).status == 201  # it knows the doors
    token = await a_till(first, dpop=False)
    other = Token(token.client, await token.client.access(), None)
    monkeypatch.setattr(first.mall.hub.gate, "forget", lambda: None)
    for one in (token, other):
        assert (await sells(one, first)).status == 201
    form = {"token": token.token, **token.client.proves()}
    assert (await first.form("/oauth/revoke", form)).status == 200
    assert (await sells(other, first)).status == 201
    refused = await sells(token, first)
    assert (refused.status, refused.slug) == (401, "invalid-token")
    assert (await reads(token, first)).status == 200, "the gate knows nothing of it"


async def test_an_app_that_is_shut_out_reads_no_balance_at_any_hub(both: list[Doors]) -> None:
    first = both[0]
    for how in ("client", "member", "refresh token"):
        app = await first.app()
        given = await app.given()
        token = Token(app, given["access_token"], None)
        for at in both:
            assert (await reads(token, at)).status == 200
        async with first.mall.hub.pools.bare("worker") as conn:
            if how == "client":
                assert await clients.revoke(conn, app.client_id, wall())
            if how == "member":
                ended = await clients.end_grants(conn, first.member_id, wall(), app.client_id)
                assert ended == 1
        if how == "refresh token":
            form = {"token": given["refresh_token"], **app.proves()}
            assert (await first.form("/oauth/revoke", form)).status == 200
        for at in both:
            await until_shut(reads, token, at)


async def test_keys_change_and_no_request_fails(both: list[Doors]) -> None:
    first = both[0]
    token = await a_till(first, dpop=False)
    published = [(await first.ask("GET", "/oauth/jwks")).json["keys"]]
    assert len(published[0]) == 2
    async with first.mall.hub.pools.bare("worker") as conn:
        await keys.rotate(conn, first.mall.hub.settings.secret, wall(), timedelta(0))
    for at in both:
        assert (await reads(token, at)).status == 200, "what the old key signed"
        at_once = Token(token.client, (await token.client.token()).json["access_token"], None)
        assert (await reads(at_once, at)).status == 200


async def test_without_redis_an_assertion_and_a_proof_count_once_at_both_hubs(
    both: list[Doors],
) -> None:
    first, second = both
    token = await a_till(first, dpop=True)
    key = token.key
    assert key is not None
    form = {"grant_type": "client_credentials", **token.client.proves()}
    proofs = [first.proof(key, nonce=await first.nonce()) for _ in range(2)]
    assert (await first.form("/oauth/token", form, dpop=proofs[0])).status == 200
    used = await second.form("/oauth/token", form, dpop=proofs[1])
    assert (used.status, used.json["error"]) == (401, "invalid_client")
    form = {"grant_type": "client_credentials", **token.client.proves()}
    used = await second.form("/oauth/token", form, dpop=proofs[0])
    assert (used.status, used.json["error"]) == (400, "invalid_dpop_proof")

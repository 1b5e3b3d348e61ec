"""Tokens that are bound to a certificate (RFC 8705): through nginx and TLS as they stand in
`deploy/`, and as somebody would have it who forges what nginx says."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import msgspec
import pytest
from joserfc.jwk import ECKey

from auth import clients
from auth.certificates import HEADER
from auth.tokens import Binding
from deploy.clock import wall
from tests.auth.doors import Doors, Knocker, new_key, open_doors, part
from tests.auth.fronted import ADDRESS, Shown, fronted, nobody
from tests.mall import Answered

TILL = "/v1/tills/T01"


class Fronted:
    """A hub behind nginx, two certificates, and who comes with one."""

    def __init__(self, doors: Doors, folder: Path, plain: str, asking: str) -> None:
        self.doors = doors
        self.plain, self.asking = plain, asking
        self.own, self.other = Shown(folder, "own"), Shown(folder, "other")

    async def till(self, **asked: Any) -> Knocker:
        """A client that was registered with a certificate."""
        return await self.doors.till(certificate=self.own.digest, **asked)

    async def asks(
        self, by: Shown | None, path: str, form: Any = None, at: str = "", **headers: str
    ) -> Answered:
        """One request through nginx, over a connection of its own."""
        tls = by.tls() if by else nobody()
        method, data = ("GET", None) if form is None else ("POST", urlencode(form).encode())
        if data is not None and "content-type" not in headers:
            headers["content-type"] = "application/x-www-form-urlencoded"
        if headers.get("content-type") == "application/json":
            data = msgspec.json.encode(form)
        connector = aiohttp.TCPConnector(ssl=tls, force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector) as http,
            http.request(method, (at or self.asking) + path, data=data, headers=headers) as told,
        ):
            return Answered(told.status, await told.read(), told.headers)

    async def token(self, till: Knocker, by: Shown | None, **headers: str) -> Answered:
        """Ask for a token through nginx."""
        form = {"grant_type": "client_credentials", **till.proves()}
        return await self.asks(by, "/oauth/token", form, **headers)

    async def as_nginx(self, path: str, token: str, *told: str, address: str = ADDRESS) -> Answered:
        """Straight to the hub, with what nginx would have said, from its address or another."""
        headers = [("authorization", f"Bearer {token}"), *((HEADER, one) for one in told)]
        connector = aiohttp.TCPConnector(local_addr=(address, 0), force_close=True)
        async with (
            aiohttp.ClientSession(connector=connector) as http,
            http.get(self.doors.issuer + path, headers=headers) as answer,
        ):
            return Answered(answer.status, await answer.read(), answer.headers)


@asynccontextmanager
async def behind(given: Any, template: str, folder: Path, believed: str) -> AsyncIterator[Fronted]:
    """A hub that believes these networks, behind nginx."""
    async with open_doors(given, template, folder, certificates_from=believed) as doors:
        port = urlsplit(doors.issuer).port
        assert port is not None
        with fronted(folder, port) as (plain, asking):
            yield Fronted(doors, folder, plain, asking)


@pytest.fixture(scope="module")
async def front(
    given: Any, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Fronted]:
    folder = tmp_path_factory.mktemp("front")
    async with behind(given, template, folder, f"{ADDRESS}/32") as ours:
        yield ours


@pytest.fixture(scope="module")
async def bound(front: Fronted) -> tuple[Knocker, str]:
    """A till that was registered with a certificate, and its token."""
    till = await front.till()
    answer = await front.token(till, front.own)
    assert (answer.status, answer.json["token_type"]) == (200, "Bearer"), answer
    return till, str(answer.json["access_token"])


def is_shut(answer: Answered) -> bool:
    """401, and a client is told that its token is not good."""
    told = 'error="invalid_token"' in answer.headers["www-authenticate"]
    return told and (answer.status, answer.slug) == (401, "invalid-token")


async def test_a_bound_token_opens_routes_beside_its_certificate_alone(
    front: Fronted, bound: tuple[Knocker, str]
) -> None:
    _, token = bound
    assert part(token, 1)["cnf"] == {"x5t#S256": front.own.x5t}
    said = {"authorization": f"Bearer {token}"}
    for _ in range(2):  # looked at, and remembered
        assert (await front.asks(front.own, TILL, **said)).status == 200
        assert is_shut(await front.asks(front.other, TILL, **said))
        assert is_shut(await front.asks(None, TILL, **said))
    assert is_shut(await front.asks(front.own, TILL, authorization=f"DPoP {token}"))


async def test_nginx_says_what_tls_showed_whatever_a_client_says(
    front: Fronted, bound: tuple[Knocker, str]
) -> None:
    _, token = bound
    forged = {"authorization": f"Bearer {token}", HEADER: front.own.header}
    for at in (front.plain, front.asking):
        assert is_shut(await front.asks(None, TILL, at=at, **forged))
        assert is_shut(await front.asks(front.other, TILL, at=at, **forged))
        underscored = {"authorization": f"Bearer {token}", "X_SSL_Client_Cert": front.own.header}
        assert is_shut(await front.asks(None, TILL, at=at, **underscored))


async def test_a_stranger_who_speaks_as_nginx_is_not_heard(
    front: Fronted, bound: tuple[Knocker, str]
) -> None:
    till, token = bound
    assert (await front.as_nginx(TILL, token, front.own.header)).status == 200
    assert is_shut(await front.as_nginx(TILL, token, front.own.header, address="127.0.0.1"))
    form = {"grant_type": "client_credentials", **till.proves()}
    answer = await front.doors.form("/oauth/token", form, **{HEADER: front.own.header})
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")


NOT_SHOWN = [
    "nothing", "an empty word", "two", "junk", "its digest", "the DER in base64", "half of it",
    "another", "a bare line break", "of yesterday", "of tomorrow", "a page of it",
]  # fmt: skip


@pytest.mark.parametrize("fault", NOT_SHOWN)
async def test_what_is_not_its_certificate_opens_nothing(
    front: Fronted, bound: tuple[Knocker, str], tmp_path: Path, fault: str
) -> None:
    _, token = bound
    own = front.own
    body = "".join(own.pem.decode().splitlines()[1:-1])
    over, early = Shown(tmp_path, "over", -9, -1), Shown(tmp_path, "early", 1, 9)
    told = {
        "nothing": [], "an empty word": [""], "two": [own.header, own.header],
        "junk": ["%FF%00junk%"], "its digest": [own.x5t or ""], "the DER in base64": [f":{body}:"],
        "half of it": [own.header[: len(own.header) // 2]], "another": [front.other.header],
        "a bare line break": ["%0A"], "of yesterday": [over.header], "of tomorrow": [early.header],
        "a page of it": [own.header + quote("\n") * 6_000],
    }[fault]  # fmt: skip
    if fault in ("of yesterday", "of tomorrow"):
        which = over if fault == "of yesterday" else early
        till = await front.doors.till(certificate=which.digest)
        form = urlencode({"grant_type": "client_credentials", **till.proves()}).encode()
        sent = {HEADER: which.header, "content-type": "application/x-www-form-urlencoded"}
        connector = aiohttp.TCPConnector(local_addr=(ADDRESS, 0))
        async with (
            aiohttp.ClientSession(connector=connector) as http,
            http.post(front.doors.issuer + "/oauth/token", data=form, headers=sent) as answer,
        ):
            assert (answer.status, (await answer.json())["error"]) == (401, "invalid_client")
    assert is_shut(await front.as_nginx(TILL, token, *told)), fault


async def test_who_was_registered_with_a_certificate_gets_no_token_without_it(
    front: Fronted, bound: tuple[Knocker, str]
) -> None:
    till, _ = bound
    for by in (front.other, None):
        answer = await front.token(till, by)
        assert (answer.status, answer.json["error"]) == (401, "invalid_client")
        assert answer.headers["cache-control"] == "no-store"
    assert (await till.token()).status == 401


async def test_who_was_not_is_bound_to_none(front: Fronted) -> None:
    till = await front.doors.till()
    token = (await front.token(till, front.own)).json["access_token"]
    assert "cnf" not in part(token, 1)
    for by in (front.own, front.other, None):
        assert (await front.asks(by, TILL, authorization=f"Bearer {token}")).status == 200


async def test_a_key_and_a_certificate_are_each_asked_for(front: Fronted) -> None:
    """DPoP stays what it is; who was registered with both shows both."""
    doors, key = front.doors, new_key()
    plain = await doors.till(dpop=True)
    both = await front.till(dpop=True)
    assert (await front.token(both, front.own)).json["error"] == "invalid_dpop_proof"
    assert (await both.token(dpop=key)).json["error"] == "invalid_client"
    for till, by, named in ((plain, None, {"jkt"}), (both, front.own, {"jkt", "x5t#S256"})):
        proof = doors.proof(key, nonce=await doors.nonce())
        answer = await front.token(till, by, dpop=proof)
        assert (answer.status, answer.json["token_type"]) == (200, "DPoP"), answer
        token = answer.json["access_token"]
        assert part(token, 1)["cnf"].keys() == named
        assert (await shown(front, by, key, token)).status == 200
        thief = await shown(front, by, new_key(), token)
        assert (thief.status, thief.slug) == (401, "invalid-dpop-proof")
        assert (await shown(front, front.other, key, token)).status == (401 if by else 200)


async def shown(front: Fronted, by: Shown | None, key: ECKey, token: str) -> Answered:
    """A route, asked for with a proof of a key."""
    doors = front.doors
    proof = doors.proof(key, "GET", TILL, token, nonce=await doors.nonce())
    return await front.asks(by, TILL, authorization=f"DPoP {token}", dpop=proof)


async def test_a_slip_is_booked_beside_the_certificate_alone(
    front: Fronted, bound: tuple[Knocker, str]
) -> None:
    """The lean way in looks at no certificate: bound tokens go the other way."""
    _, token = bound
    bakery = front.doors.bakery  # type: ignore[attr-defined]
    hanako = front.doors.hanako  # type: ignore[attr-defined]
    body = bakery.sale(hanako, 1_000)
    said = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    for by, status in ((front.own, 201), (front.other, 401), (None, 401), (front.own, 201)):
        answer = await front.asks(by, "/v1/accruals", body, **said)
        assert answer.status == status, answer
    straight = await front.doors.ask("POST", "/v1/accruals", json=body, headers=said)
    assert is_shut(straight)


async def meguri(doors: Doors, *words: str) -> str:
    """A command, as the operator gives it."""
    command = [sys.executable, "-m", "deploy.cli", *words]
    env = {**os.environ, **doors.mall.hub.settings.env()}
    done = await asyncio.to_thread(
        subprocess.run, command, env=env, check=True, capture_output=True, text=True
    )
    return done.stdout


async def test_a_client_changes_its_certificate_without_a_failed_request(front: Fronted) -> None:
    till, hub = await front.till(), front.doors.mall.hub
    old = (await front.token(till, front.own)).json["access_token"]
    command = ["client", "certify", till.client_id, str(front.other.crt), "--old-for"]
    for minutes, first in (("5", 200), ("0", 401)):
        await meguri(front.doors, *command, minutes)
        assert (await front.token(till, front.own)).status == first
        assert (await front.token(till, front.other)).status == 200
        async with hub.pools.bare("worker") as conn:
            await clients.bind(conn, till.client_id, front.own.digest, wall(), timedelta())
    for by, status in ((front.own, 200), (front.other, 401)):
        assert (await front.asks(by, TILL, authorization=f"Bearer {old}")).status == status


async def test_a_token_is_told_with_what_it_is_bound_to(
    front: Fronted, bound: tuple[Knocker, str]
) -> None:
    till, token = bound
    told = await front.doors.form("/oauth/introspect", {"token": token, **till.proves()})
    assert told.json["active"] is True
    assert (told.json["cnf"], told.json["token_type"]) == ({"x5t#S256": front.own.x5t}, "Bearer")
    known = await front.asks(None, "/.well-known/oauth-authorization-server")
    assert known.json["tls_client_certificate_bound_access_tokens"] is True
    assert "mtls" in await meguri(front.doors, "client", "list")


async def test_where_no_proxy_was_named_no_certificate_is_believed(
    given: Any, template: str, tmp_path: Path
) -> None:
    async with behind(given, template, tmp_path, "") as front:
        till = await front.till()
        assert (await front.token(till, front.own)).json["error"] == "invalid_client"
        known = await front.asks(None, "/.well-known/oauth-authorization-server")
        assert known.json["tls_client_certificate_bound_access_tokens"] is False


async def test_what_is_no_certificate_is_not_registered(front: Fronted, tmp_path: Path) -> None:
    junk = tmp_path / "junk.pem"
    junk.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    till = await front.doors.till()
    for file, name in ((junk, till.client_id), (front.own.crt, "c_aaaaaaaaaaaa")):
        with pytest.raises(subprocess.CalledProcessError):
            await meguri(front.doors, "client", "certify", name, str(file))
    phone = await front.doors.app()
    with pytest.raises(subprocess.CalledProcessError):
        await meguri(front.doors, "client", "certify", phone.client_id, str(front.own.crt))


def test_a_token_is_bound_to_something_or_says_nothing_of_it() -> None:
    for told in (b"{}", b'{"x5t#S256":"short"}', b'{"x5t":"' + b"A" * 43 + b'"}'):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(told, type=Binding)

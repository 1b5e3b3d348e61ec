"""The doors of a hub that serves, knocked at over HTTP, at the address that its issuer names."""

import base64
import hashlib
import hmac
import html
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import psycopg
from joserfc.jwk import ECKey
from litestar import Request

from auth import clients
from auth.clients import Registered
from auth.subjects import Subject
from deploy.clock import wall
from deploy.serve import free_port
from tests.auth.conftest import proof, signed
from tests.conftest import Given
from tests.mall import Answered, Mall, serving, settings_for
from tests.races.hubs import cloned

BACK = "https://app.example/back"
SCOPES = ["member:balance", "member:code"]
Key = ECKey


def now() -> int:
    """The wall clock's second."""
    return int(wall().timestamp())


def new_key() -> ECKey:
    return ECKey.generate_key("P-256")


def public(key: ECKey) -> dict[str, Any]:
    return dict(key.as_dict(private=False))


def s256(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


class StandIn:
    """A sign-in that gives whoever it knows a sealed cookie, and believes no other."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def cookie(self, member_id: int, name: str = "Hanako") -> dict[str, str]:
        """The headers of a browser in which this member signed in."""
        said = f"{member_id}.{name}"
        seal = hmac.digest(self._key, said.encode(), "sha256").hex()
        return {"cookie": f"member={said}.{seal}"}

    async def signed_in(self, request: Request[Any, Any, Any]) -> Subject | None:
        said, _, seal = request.cookies.get("member", "").rpartition(".")
        if not hmac.compare_digest(hmac.digest(self._key, said.encode(), "sha256").hex(), seal):
            return None
        member_id, _, name = said.partition(".")
        return Subject(int(member_id), name)

    def door(self, back: str) -> str:
        return "/sign-in?" + urlencode({"back": back})


class Doors:
    """A hub's doors, and whoever stands before them."""

    def __init__(self, mall: Mall, sign_in: StandIn) -> None:
        self.mall = mall
        self.issuer = mall.url
        self.sign_in = sign_in
        self.member_id = 0

    async def register(self, **asked: Any) -> Registered:
        """A client; of the bakery's tills where nothing else is said."""
        wanted = {
            "tenant": "bakery",
            "name": "ベーカリー",
            "audience": "till",
            "scopes": ["points:quote", "points:accrue"],
            **asked,
        }
        async with self.mall.hub.pools.bare("worker") as conn:
            return await clients.add(conn, now=wall(), **wanted)

    async def till(self, **asked: Any) -> "Knocker":
        """A client that signs with a key of its own."""
        key = new_key()
        registered = await self.register(jwk=public(key), **asked)
        return Knocker(self, registered.client_id, key)

    async def app(self, signs: bool = False, **asked: Any) -> "Knocker":
        """A member's app; one on a phone proves nothing, one on a server signs."""
        key = new_key() if signs else None
        wanted = {
            "audience": "member",
            "name": "パンの友",
            "scopes": SCOPES,
            "redirect_uris": [BACK],
            "public": not signs,
            "jwk": public(key) if key else None,
            **asked,
        }
        registered = await self.register(**wanted)
        return Knocker(self, registered.client_id, key)

    async def ask(self, method: str, path: str, **sent: Any) -> Answered:
        """One request, whose redirect is not followed."""
        async with self.mall.http.request(
            method, self.issuer + path, allow_redirects=False, **sent
        ) as answer:
            return Answered(answer.status, await answer.read(), answer.headers)

    async def form(self, path: str, form: Any, **headers: str) -> Answered:
        """A form, as fields or as it stands."""
        text = form if isinstance(form, str) else urlencode(form)
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        return await self.ask("POST", path, data=text.encode(), headers=sent)

    async def nonce(self) -> str:
        """A nonce, as whoever comes for the first time gets it."""
        answer = await self.form("/oauth/token", {}, dpop=self.proof(new_key(), nonce=...))
        assert answer.json["error"] == "use_dpop_nonce"
        return str(answer.headers["dpop-nonce"])

    def proof(
        self,
        key: ECKey,
        method: str = "POST",
        path: str = "/oauth/token",
        token: str | None = None,
        head: dict[str, Any] | None = None,
        by: Any = None,
        **other: Any,
    ) -> str:
        """A proof of possession, with whatever differs; `...` leaves a claim out."""
        said = {
            "jti": secrets.token_urlsafe(12),
            "htm": method,
            "htu": self.issuer + path,
            "iat": now(),
            "ath": ... if token is None else s256(token),
            **other,
        }
        above = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public(key), **(head or {})}
        return signed(kept(above), kept(said), key if by is None else by)

    async def value(self, query: str, *asked: Any) -> Any:
        """One value out of the database, seen by whoever owns it."""
        url = self.mall.hub.settings.database_url
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
            cursor = await conn.execute(query.encode(), asked)
            row = await cursor.fetchone() if cursor.description else None
            return None if row is None else row[0]


def kept(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not ...}


class Knocker:
    """A client before the doors."""

    def __init__(self, doors: Doors, client_id: str, key: ECKey | None) -> None:
        self.doors = doors
        self.client_id = client_id
        self.key = key
        self.verifier = secrets.token_urlsafe(40)

    def claims(self, **other: Any) -> dict[str, Any]:
        """What its assertion says, with whatever differs; a number counts from now."""
        said = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.doors.issuer,
            "iat": 0,
            "exp": 60,
            "jti": secrets.token_urlsafe(12),
            **other,
        }
        for name in ("iat", "exp", "nbf"):
            if isinstance(said.get(name), int):
                said[name] += now()
        return kept(said)

    def proves(self, head: dict[str, Any] | None = None, **other: Any) -> dict[str, str]:
        """How it says who it is."""
        if self.key is None:
            return {"client_id": self.client_id}
        return proof(signed(kept({"alg": "ES256", **(head or {})}), self.claims(**other), self.key))

    async def token(self, *, dpop: ECKey | None = None, **form: str) -> Answered:
        """Ask for a token, with a proof of a key where one is given."""
        asked = {"grant_type": "client_credentials", **self.proves(), **form}
        headers = {}
        if dpop is not None:
            headers["dpop"] = self.doors.proof(dpop, nonce=await self.doors.nonce())
        return await self.doors.form("/oauth/token", asked, **headers)

    async def access(self, **form: str) -> str:
        """A token."""
        answer = await self.token(**form)
        assert answer.status == 200, answer
        return str(answer.json["access_token"])

    def asks(self, **other: Any) -> dict[str, str]:
        """What it sends a member's browser with."""
        said = {
            "client_id": self.client_id,
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": "member:balance",
            "state": "s-1",
            "code_challenge": s256(self.verifier),
            "code_challenge_method": "S256",
            **other,
        }
        return kept(said)

    async def page(self, member_id: int | None = None, **other: Any) -> Answered:
        """What the member's browser is shown."""
        doors = self.doors
        cookie = doors.sign_in.cookie(doors.member_id if member_id is None else member_id)
        path = "/oauth/authorize?" + urlencode(self.asks(**other))
        return await doors.ask("GET", path, headers=cookie)

    async def pressed(
        self, page: Answered, answer: str = "allow", member_id: int | None = None, **more: str
    ) -> Answered:
        """The member presses a button of the page."""
        doors = self.doors
        assert page.status == 200, page
        cookie = doors.sign_in.cookie(doors.member_id if member_id is None else member_id)
        form = {"client_id": self.client_id, "ask": ask_of(page), "answer": answer}
        return await doors.form("/oauth/authorize", form, **cookie, **more)

    async def code(self, **other: Any) -> str:
        """A code that a member allowed."""
        sent = await self.pressed(await self.page(**other))
        assert sent.status == 303, sent
        return str(said_by(sent)["code"])

    async def fetches(self, code: str, *, dpop: ECKey | None = None, **form: Any) -> Answered:
        """Fetch what was allowed."""
        asked = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": self.verifier,
            **form,
        }
        return await self.token(dpop=dpop, **kept(asked))

    async def given(self, **other: Any) -> dict[str, Any]:
        """The tokens that a member allowed."""
        answer = await self.fetches(await self.code(**other))
        assert answer.status == 200, answer
        return dict(answer.json)

    async def refreshes(self, token: str, *, dpop: ECKey | None = None, **form: str) -> Answered:
        """Go on."""
        asked = {"grant_type": "refresh_token", "refresh_token": token, **form}
        return await self.token(dpop=dpop, **asked)


def ask_of(page: Answered) -> str:
    """The name under which a consent page is answered."""
    found = re.search(r'name="ask" value="([^"]+)"', page.content.decode())
    assert found is not None
    return html.unescape(found[1])


def said_by(sent: Answered) -> dict[str, str]:
    """What an answer says to the client that it sends the browser to."""
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))


def part(token: str, number: int) -> Any:
    """A part of a token, read."""
    text = token.split(".")[number]
    return msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


@asynccontextmanager
async def open_doors(
    given: Given, template: str, folder: Path, redis_url: str | None = "given", **more: Any
) -> AsyncIterator[Doors]:
    """A hub with a bakery and a member, and a place to sign in."""
    name = f"meguri_test_doors_{secrets.token_hex(4)}"
    with cloned(given.database_url, template, name) as url:
        port = free_port(20_000 + secrets.randbelow(10_000))
        settings = settings_for(url, given.redis_url if redis_url == "given" else redis_url, folder)
        settings = msgspec.structs.replace(settings, issuer=f"http://127.0.0.1:{port}", **more)
        sign_in = StandIn()
        async with serving(settings, sign_in=sign_in, port=port) as mall:
            doors = Doors(mall, sign_in)
            doors.bakery = await mall.shop("bakery")  # type: ignore[attr-defined]
            doors.hanako = await mall.member()  # type: ignore[attr-defined]
            doors.member_id = doors.hanako.member_id  # type: ignore[attr-defined]
            yield doors

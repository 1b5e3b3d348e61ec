"""People at the console, each with a browser, an app and a passkey of their own; a mall that lets
them in fast."""

import hashlib
import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cbor2
import pyotp
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec import structs

from auth.people import people
from auth.people.passwords import Passwords
from auth.people.people import Given
from deploy.clock import wall
from tests.mall import Answered, Mall

ORIGIN = "http://localhost:8000"
PASSWORD = "correct horse battery"
COOKIE = "__Host-meguri"


class Watch:
    """The wall clock, and a hand to move it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return wall() + self.ahead

    def passes(self, **time: float) -> None:
        self.ahead += timedelta(**time)


def hurried(mall: Mall) -> Watch:
    """Passwords that cost nothing, and a clock to move: for a mall of tests alone."""
    desk, watch = mall.hub.reception, Watch()
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    desk.means = structs.replace(desk.means, passwords=Passwords(desk.means.seals, cheap))
    desk.now = watch
    return watch


class Page(Answered):
    """What a browser was shown."""

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def to(self) -> str:
        """Where it was sent on to."""
        return str(self.headers.get("location", ""))

    @property
    def token(self) -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]+)"', self.text)
        return found.group(1) if found else ""

    @property
    def asked(self) -> Any:
        """What its passkey form asks of the browser."""
        found = re.search(r'data-options="([^"]+)"', self.text)
        assert found, self.text
        return json.loads(unescape(found.group(1)))


class Browser:
    """Keeps cookies as a browser does, and says where its forms come from."""

    def __init__(self, mall: Mall) -> None:
        self.mall = mall
        self.cookies: dict[str, str] = {}
        self.set: list[str] = []

    @property
    def origin(self) -> str:
        """Where its forms come from: the name that the hub is known by."""
        return self.mall.hub.reception.means.site.origin

    async def ask(self, method: str, path: str, **sent: Any) -> Page:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"host": "localhost:8000", "user-agent": "a test", **sent.pop("headers", {})}
        if jar:
            headers["cookie"] = jar
        async with self.mall.http.request(
            method, self.mall.url + path, headers=headers, allow_redirects=False, **sent
        ) as answer:
            self.set = answer.headers.getall("set-cookie", [])
            for one in self.set:
                name, _, value = one.partition(";")[0].partition("=")
                self.cookies[name] = value.strip('"')
                if not value.strip('"'):
                    del self.cookies[name]
            return Page(answer.status, await answer.read(), answer.headers)

    async def get(self, path: str, **headers: str) -> Page:
        return await self.ask("GET", path, headers=headers)

    async def post(self, path: str, origin: str | None = "", **told: str) -> Page:
        """A form of this page, of another site's, or of nowhere (None)."""
        headers = {} if origin is None else {"origin": origin or self.origin}
        return await self.ask("POST", path, data=told, headers=headers)

    async def api(self, method: str, path: str, token: str | None = None, **sent: Any) -> Page:
        """An API route, as a script of a page calls it."""
        headers = {"origin": self.origin, "x-form-token": token or "", **sent.pop("headers", {})}
        return await self.ask(method, path, headers=headers, **sent)


class SoftKey:
    """An authenticator in software."""

    def __init__(self, host: str = "localhost", origin: str = ORIGIN) -> None:
        self.host = host
        self.origin = origin
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.counter = 0

    def _client(self, kind: str, asked: Any, **other: Any) -> bytes:
        told = {"type": kind, "challenge": asked["challenge"], "origin": self.origin, **other}
        return json.dumps(told).encode()

    def _data(self, flags: int) -> bytes:
        place = hashlib.sha256(self.host.encode()).digest()
        return place + bytes([flags]) + self.counter.to_bytes(4)

    def makes(self, asked: Any, flags: int = 0x45, **other: Any) -> str:
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        data = self._data(flags) + bytes(16) + len(self.id).to_bytes(2) + self.id
        attested = {"fmt": "none", "attStmt": {}, "authData": data + cbor2.dumps(cose)}
        return self._told(
            {
                "clientDataJSON": spelled(self._client("webauthn.create", asked, **other)),
                "attestationObject": spelled(cbor2.dumps(attested)),
            }
        )

    def proves(self, asked: Any, flags: int = 0x05, **other: Any) -> str:
        self.counter += 1
        client, data = self._client("webauthn.get", asked, **other), self._data(flags)
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._told(
            {
                "clientDataJSON": spelled(client),
                "authenticatorData": spelled(data),
                "signature": spelled(signed),
            }
        )

    def _told(self, response: dict[str, str]) -> str:
        name = spelled(self.id)
        return json.dumps(
            {
                "id": name, "rawId": name, "type": "public-key", "response": response,
                "clientExtensionResults": {},
            }
        )  # fmt: skip


class Person:
    """Somebody with roles, a browser, an app or a passkey."""

    def __init__(self, mall: Mall, watch: Watch, login: str, person_id: str, key: str) -> None:
        self.mall = mall
        self.watch = watch
        self.login = login
        self.person_id = person_id
        self.key = key
        self.browser = Browser(mall)
        self.passkey = SoftKey(origin=self.browser.origin)
        self.secret = ""
        self.page = Page(0, b"", {})

    async def welcomed(self, passkey: bool = False) -> "Person":
        """Use the link, choose a password, make a second factor."""
        path = f"/console/welcome?key={self.key}"
        assert (await self.browser.get(path)).status == 200
        on = await self.browser.post(path, password=PASSWORD)
        assert on.status == 303, on.text
        page = await self.browser.get("/console/enrol")
        if passkey:
            told = {"credential": self.passkey.makes(page.asked), "name": "a key"}
        else:
            found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
            assert found, page.text
            self.secret = found.group(1)
            told = {"code": self.code()}
        on = await self.browser.post("/console/enrol", form_token=page.token, **told)
        assert (on.status, on.to.partition("?")[0]) == (303, "/console"), on.text
        return self

    def code(self, ahead: int = 0) -> str:
        return pyotp.TOTP(self.secret).at(self.watch() + timedelta(seconds=30 * ahead))

    def fresh_code(self) -> str:
        """The code of the next half minute: the clock goes on until it is there."""
        self.watch.passes(seconds=31)
        return self.code()

    async def password(self, password: str = PASSWORD) -> Page:
        self.browser.cookies.pop(COOKIE, None)
        return await self.browser.post("/console/sign-in", login=self.login, password=password)

    async def signs_in(self, passkey: bool = False) -> Page:
        """The whole way; the home page."""
        assert (await self.password()).status == 303
        page = await self.browser.get("/console/second")
        shown = (
            {"credential": self.passkey.proves(page.asked)}
            if passkey
            else {"code": self.fresh_code()}
        )
        on = await self.browser.post("/console/second", form_token=page.token, **shown)
        assert on.status == 303, on.text
        self.page = await self.browser.get("/console")
        assert self.page.status == 200, self.page.text
        return self.page

    async def steps_up(self, action: str, passkey: bool = False) -> Page:
        """A second factor anew, for one action."""
        path = f"/console/step-up?action={action.replace(' ', '%20')}"
        page = await self.browser.get(path)
        shown = (
            {"credential": self.passkey.proves(page.asked)}
            if passkey
            else {"code": self.fresh_code()}
        )
        return await self.browser.post(path, form_token=page.token, **shown)

    async def calls(self, method: str, path: str, **sent: Any) -> Page:
        """An API route with this session."""
        return await self.browser.api(method, path, await self.form_token(), **sent)

    async def form_token(self) -> str:
        if not self.page.token:
            self.page = await self.browser.get("/console")
        return self.page.token


class Staff:
    """Makes people of a mall."""

    def __init__(self, mall: Mall) -> None:
        self.mall = mall
        self.watch = hurried(mall)

    async def invited(self, login: str, *roles: Given, by: str = "cli:root") -> Person:
        async with self.mall.hub.pools.bare("worker") as conn:
            person_id, key = await people.invite(conn, login, login, roles, by, self.watch())
        return Person(self.mall, self.watch, login, person_id, key)

    async def person(self, login: str, *roles: str | Given, passkey: bool = False) -> Person:
        """Invited, welcomed, and signed in with a second factor."""
        given = [Given(one) if isinstance(one, str) else one for one in roles]
        return await (await self.invited(login, *given)).welcomed(passkey)


def key_of(link: str) -> str:
    """The secret in a link."""
    return parse_qs(urlsplit(link).query)["key"][0]


def spelled(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


def read(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))

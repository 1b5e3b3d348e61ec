"""カナリア、排水口まで: what was planted by requests that succeed is found in nothing that a hub
and its servers write beside the books: traces and metrics as they leave, the metrics page, the
hub's own log, PostgreSQL's log with every statement in it, Redis, the outbox as tenants are told of
it, and every table that was not made for it."""

import asyncio
import gzip
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import msgspec
import psycopg
import pytest
import redis
import zstandard
from aiohttp import web

from auth import clients
from auth.asking import Asked
from auth.giving import challenge_of
from auth.people import people
from deploy.clock import wall
from federation import packing
from tests.conftest import Given
from tests.mall import Client, Mall, Member, scopes_of, settings_for
from tests.office import Office
from tests.people.persons import COOKIE, PASSWORD, Browser, Person, Watch
from tests.races.hubs import cloned, hubs, lay_out, mall_of

PIN, WRONG = "71936284", "kanaria no machigai"
BACK, VERIFIER = "https://app.example/back", secrets.token_urlsafe(40)
NAME, MAIL, PHONE = "金糸雀太郎", "kanaria-taro@example.jp", "09077778888"
URL = "https://hooks.kanaria.example.jp/secret-path"
# Where each may stand: what leads to a member or says who it is, and a URL where it is kept.
KEPT = {
    "card": {"federation.carriers", "federation.pins"},
    "phone": {"federation.carriers", "federation.profiles"},
    "name": {"federation.profiles"},
    "mail": {"federation.profiles"},
    "code": {"federation.codes"},
    "url": {"tenants.webhook_endpoints"},
}
SYSTEMS = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema|public)'"


class Collector:
    """Whatever is sent to it by OTLP."""

    def __init__(self) -> None:
        self.heard: dict[str, bytes] = {}

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.headers.get("content-encoding") == "gzip" and body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        self.heard[request.path] = self.heard.get(request.path, b"") + body
        return web.Response()


@asynccontextmanager
async def collecting(patch: pytest.MonkeyPatch) -> AsyncIterator[Collector]:
    """A collector to which every process that is started meanwhile sends."""
    collector, app = Collector(), web.Application()
    app.router.add_post("/{path:.*}", collector.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    patch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    try:
        yield collector
    finally:
        await runner.cleanup()


def every_statement_logged(url: str) -> Path | None:
    """PostgreSQL's log, with every statement of this database in it from now on; None where it is
    another's server."""
    if "TEST_DATABASE_URL" in os.environ:
        return None
    with psycopg.connect(url, autocommit=True) as conn:
        name = conn.info.dbname
        conn.execute(f"ALTER DATABASE {name} SET log_min_duration_statement = 0".encode())
        row = conn.execute("SHOW data_directory").fetchone()
        assert row is not None
        logs = list(Path(row[0]).parents[0].glob("postgres.log"))
        return logs[0] if logs else None


async def planted(mall: Mall) -> tuple[dict[str, str], Client]:
    """Real requests that succeed, with what must not be seen again; what that was, and a tenant's
    office that is told of it."""
    registered = await mall.register("operator", "operator", scopes_of("operator"))
    clerk = Office(Client(mall, "operator", registered))
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    told: dict[str, str] = {
        "name": NAME, "mail": MAIL, "phone": PHONE, "pin": PIN, "url": URL, "card": hanako.card,
        "client secret": str(registered.secret),
    }  # fmt: skip
    assert (await clerk.write(hanako, name=NAME, phone=PHONE, email=MAIL)).status == 200
    await clerk.add(hanako, phone=PHONE)
    pin = await clerk.client.ask("PUT", clerk.path(hanako, "/pin"), json={"pin": PIN})
    assert pin.status == 204, pin
    sold = await bakery.sells(hanako, yen=11_000)
    paid = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 3, pin=PIN))
    wrong = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 3, pin="71936285"))
    assert paid.status == 201, paid
    assert wrong.status == 409, wrong
    found = await bakery.post("/v1/member-lookups", till="T01", phone=PHONE)
    assert found.status == 200, found
    own = await mall.office(bakery)
    handle = (await bakery.quote(hanako))["member"]
    code = (await own.post("/v1/member-codes", member=handle)).json["code"]
    by_code = await bakery.post("/v1/redemptions", **bakery.spending(Member(0, code), 2))
    assert by_code.status == 201, by_code
    made = await own.ask("PUT", "/v1/webhook-endpoints/a", json={"url": URL})
    assert made.status == 201, made
    bad = dict(bakery.sale(hanako, 110), slip=sold["slip"])
    assert (await bakery.post("/v1/accruals", **bad)).slug == "slip-reused"
    await asyncio.gather(*(bakery.get(f"/v1/members/{handle}/{what}") for what in ("lots", "x")))
    told |= {
        "code": code, "webhook secret": made.json["secret"],
        "token": await bakery.token(), "signature": (await bakery.token()).rpartition(".")[2],
    }  # fmt: skip
    return told, own


async def outbox(own: Client) -> bytes:
    """What a tenant is told of all that: the list of events, and the log of what was sent. The
    letters themselves, which nobody takes, stand in a table."""
    for _ in range(300):
        found = await own.get("/v1/events", limit=200)
        stands = await own.get("/v1/webhook-endpoints/a")
        if len(found.json["events"]) > 2 and stands.json["waiting"] > 0:
            log = await own.get("/v1/webhook-endpoints/a/deliveries")
            return found.content + stands.content.replace(URL.encode(), b"") + log.content
        await asyncio.sleep(0.1)
    pytest.fail(f"{found} {stands}")


async def planted_at_the_doors(mall: Mall) -> dict[str, str]:
    """A person who signs in by password and app, a member's app that goes on with its refresh
    token, and what each of them gets wrong."""
    async with mall.hub.pools.bare("worker") as conn:
        person_id, key = await people.invite(
            conn, "kanaria", "kanaria", [people.Given("auditor")], "cli:root", wall()
        )
        app = await clients.add(
            conn, now=wall(), tenant="operator", name="パンの友", audience="member", public=True,
            scopes=["member:balance"], redirect_uris=[BACK],
        )  # fmt: skip
    person = await Person(mall, Watch(), "kanaria", person_id, key).welcomed()
    refused = await person.password(WRONG)
    assert refused.status != 303
    assert seen(refused.content, {"a wrong password": WRONG}) == []
    assert (await person.password()).status == 303
    second = await person.browser.get("/console/second")
    shown = {"form_token": second.token, "code": person.code(ahead=1)}
    assert (await person.browser.post("/console/second", **shown)).status == 303
    home = await person.browser.get("/console")
    assert home.status == 200, home.text
    tried = await Browser(mall).post("/member/sign-in", login=MAIL, password=WRONG)
    assert tried.status != 303
    assert seen(tried.content, {"a wrong password": WRONG, "mail": MAIL}) == []

    server = mall.hub.doors.server
    found = await asyncio.to_thread(server.proving.find, app.client_id)
    assert found is not None
    asked = Asked(app.client_id, BACK, ["member:balance"], challenge_of(VERIFIER))
    member = await mall.member()
    code = await asyncio.to_thread(server.giving.allow, found, member.member_id, asked)

    async def door(path: str, **form: str) -> tuple[int, Any]:
        form = {"client_id": app.client_id, **form}
        async with mall.http.post(mall.url + path, data=form) as answer:
            content = await answer.read()
            return answer.status, msgspec.json.decode(content) if content else None

    fetched = {"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    status, first = await door("/oauth/token", grant_type="authorization_code", **fetched)
    assert status == 200, first
    goes_on = {"grant_type": "refresh_token"}
    status, later = await door("/oauth/token", **goes_on, refresh_token=first["refresh_token"])
    assert status == 200, later
    made_up = first["refresh_token"][::-1]
    status, told = await door("/oauth/token", **goes_on, refresh_token=made_up)
    assert (status, told["error"]) == (400, "invalid_grant")
    assert seen(msgspec.json.encode(told), {"a made-up token": made_up}) == []
    assert (await door("/oauth/revoke", token=later["refresh_token"]))[0] == 200
    return {
        "password": PASSWORD, "a wrong password": WRONG, "session": person.browser.cookies[COOKIE],
        "app's secret": person.secret, "invitation": key, "form token": home.token,
        "authorization code": code, "verifier": VERIFIER, "refresh token": first["refresh_token"],
        "next refresh token": later["refresh_token"], "a made-up token": made_up,
        "access token": first["access_token"].rpartition(".")[2],
    }  # fmt: skip


def seen(sink: bytes, told: dict[str, str]) -> list[str]:
    """Which canaries are in something, as they are or as a URL or JSON would have them."""
    return [name for name, one in told.items() if any(form in sink for form in forms(one))]


def forms(canary: str) -> Iterator[bytes]:
    """How a text may be written down."""
    yield canary.encode()
    yield msgspec.json.encode(canary)[1:-1]
    yield canary.encode("unicode_escape")
    yield quote(canary).encode()
    yield quote_plus(canary).encode()


async def test_what_was_planted_is_found_in_no_sink(
    given: Given, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cloned(given.database_url, template, "meguri_test_sinks") as url:
        settings = settings_for(url, given.redis_url, tmp_path)
        log = every_statement_logged(url)
        begun = log.stat().st_size if log is not None else 0
        async with mall_of(settings) as mall, collecting(monkeypatch) as collector:
            await lay_out(mall)
            async with hubs(settings, tmp_path) as [hub]:
                mall.url = hub.url
                told, own = await planted(mall)
                told |= await planted_at_the_doors(mall)
                assert seen(await outbox(own), told) == []
                metrics = await (await mall.operator()).get("/metrics")
            assert metrics.status == 200
            assert b"meguri_answers_within" in metrics.content
            assert seen(metrics.content, told) == []
        sent = collector.heard
        assert b"accruals" in sent["/v1/traces"], "a span of each slip"
        assert b"meguri.refusals" in sent["/v1/metrics"]
        assert [path for path, body in sent.items() if seen(body, told)] == []
        assert seen(hub.log.read_bytes(), told) == []
        if log is not None:
            written = log.read_bytes()[begun:]
            assert written.count(b"duration:") > 100
            assert seen(written, told) == []
        assert in_redis(given, told) == []
        assert standing(url, told) == {}


def in_redis(given: Given, told: dict[str, str]) -> list[tuple[bytes, list[str]]]:
    """Keys under which a canary stands, or that are one."""
    if given.redis_url is None:
        return []
    with redis.Redis.from_url(given.redis_url) as cache:
        kept = [(key, seen(key + (cache.dump(key) or b""), told)) for key in cache.scan_iter()]
    return [one for one in kept if one[1]]


def standing(url: str, told: dict[str, str]) -> dict[str, set[str]]:
    """Tables in which a canary stands that was not made for it: as text, as the bytes of a column,
    as bytes that were packed."""
    tables = (
        "SELECT format('%%s.%%s', nspname, relname) FROM pg_class JOIN pg_namespace n"
        " ON n.oid = relnamespace WHERE relkind = 'r' AND nspname = ANY(%s)"
    )
    found: dict[str, set[str]] = {}
    with psycopg.connect(url) as conn:
        schemas = [name for (name,) in conn.execute(SYSTEMS.encode()).fetchall()]
        assert {"jobs", "archive", "audit"} <= set(schemas)
        for (table,) in conn.execute(tables.encode(), [schemas]).fetchall():
            base = table.rstrip("0123456789").removesuffix("_")
            for row in conn.execute(f"SELECT * FROM {table}".encode()):
                for cell in row:
                    for name in seen(unpacked(cell), told):
                        if not {table, base} & KEPT.get(name, set()):
                            found.setdefault(name, set()).add(table)
    return found


def unpacked(cell: Any) -> bytes:
    """What a column says."""
    if not isinstance(cell, bytes | memoryview):
        return str(cell).encode()
    raw = bytes(cell)
    try:
        return raw + packing.unpack(raw)
    except (ValueError, MemoryError, zstandard.ZstdError):  # it only looks packed
        return raw


def test_a_canary_that_sings_is_heard() -> None:
    told = {"name": NAME, "code": "12345678901234567890"}
    assert seen(f"… {NAME}".encode(), told) == ["name"]
    assert seen(msgspec.json.encode({"a": told["code"]}), told) == ["code"]
    assert seen(str({"a": NAME}).encode("unicode_escape"), told) == ["name"]
    assert seen(b"login=x&password=correct+horse+battery", {"password": PASSWORD}) == ["password"]
    assert seen(quote(NAME).encode(), told) == ["name"]
    assert seen(unpacked(packing.pack(NAME.encode() * 9)), told) == ["name"]

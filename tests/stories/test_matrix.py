"""権限の表: every route of the OpenAPI document, asked with every scope there is and with none, for
one's own things and for another tenant's. A new route is in the table before anybody thinks of it;
a new parameter is red until it has an example here.

The app is called in this process without a socket; tests/stories/test_isolation.py asks the same
for things with nothing wrong in them but whose they are.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from auth.gate import ANYONE, NOBODY, doors
from auth.scopes import SCOPES
from deploy.app import create_app, guarded
from tests.conftest import Given
from tests.fuzz.contract import DOCUMENT, Route, resolved, routes
from tests.mall import Client, Mall, Shop, serving, settings_for
from tests.races.hubs import cloned

JUNE = "2026-06-01"
UNKNOWN = "a" * 26
PAGES = (
    "/console",
    "/member",
    "/mail/",
    "/portal",
    "/status/live",
    "/till",
)  # for people and their sessions: tests/people
NAMING = {"party", "till", "slip", "after"}
REFUSED = {400, 404, 409, 413, 415, 422, 429}
# Parameters that name no one's thing, but a day, a page, a place in a list.
PLAIN = {
    "cycle_id": JUNE, "code": "201", "slug": "validation", "name": "style.css", "lang": "ja",
    "month": "2026-06", "business_date": "2026-06-03", "limit": "1", "points_cost": "REVENUE",
    "rebook": "false", "only": "proposed", "at": "2026-06-03T03:00:00Z", "from_on": "2026-06-01",
    "to_on": "2026-06-30", "on": "2026-06-03", "state": "open", "year": "2026", "kind": "member",
    "actor": "c_aaaaaaaaaaaa", "verb": "x", "object": "x", "cycle": JUNE, "tenant": "x",
    "first_on": "2026-06-01", "last_on": "2026-06-15", "endpoint": "books", "break_id": "0" * 16,
    "least_yen": "1", "most_yen": "1", "refused": "false", "coupon": UNKNOWN,
    "run": "x", "segment": "x", "shop": "x", "field": "name",
    "declaration": UNKNOWN, "notice": UNKNOWN,
}  # fmt: skip


class App:
    """The hub's app, called without a socket."""

    def __init__(self, mall: Mall) -> None:
        app = create_app(mall.hub.settings)
        self.hub = app.state.hub
        self.lifespan = self.hub.running
        self._app = guarded(app)

    async def __call__(
        self, method: str, path: str, token: str | None, body: bytes = b"", kind: str = ""
    ) -> tuple[int, bytes]:
        """Status and bytes."""
        bare, _, query = path.partition("?")
        headers = [(b"accept", b"application/json")]
        if token is not None:
            headers.append((b"authorization", f"Bearer {token}".encode()))
        if kind:
            headers.append((b"content-type", kind.encode()))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "path": bare, "raw_path": bare.encode(), "query_string": query.encode(),
            "headers": headers, "scheme": "http", "root_path": "", "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80), "state": {},
        }  # fmt: skip
        sent = [{"type": "http.request", "body": body, "more_body": False}]
        status, told = 0, b""

        async def receive() -> Any:
            return sent.pop(0) if sent else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, told
            status = message.get("status", status)
            told += message.get("body", b"")

        await self._app(scope, receive, send)
        return status, told


class Town:
    """A client for each set of scopes that opens a door, or for each scope, of both tenants; and
    what each tenant has."""

    app: App
    tokens: dict[frozenset[str], str]
    own: dict[str, str]
    theirs: dict[str, str]


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    folder = tmp_path_factory.mktemp("matrix")
    with cloned(given.database_url, template, "meguri_test_matrix") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture(scope="module")
async def town(mall: Mall) -> AsyncIterator[Town]:
    here = Town()
    here.app = App(mall)
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, taro = await mall.members(2)
    here.own = await things(bakery, hanako, "T01")
    here.theirs = await things(bookshop, taro, "T77")
    here.tokens = {}
    wanted = {frozenset(one.requires.split()) for one in gated(mall)}
    every = {frozenset({scope}) for scope in SCOPES} | wanted
    for scopes in sorted((one for one in every if clients_may(one)), key=sorted):
        audience = max(frozenset.intersection(*(SCOPES[one].audiences for one in scopes)))
        tenant = "operator" if audience == "operator" else "bakery"
        client = Client(mall, tenant, await mall.register(tenant, audience, sorted(scopes)))
        here.tokens[scopes] = await client.token()
    async with here.app.lifespan():
        yield here


def clients_may(scopes: frozenset[str]) -> bool:
    """Whether a client can have these scopes by itself: not those of people at the console, nor
    of members (tests/people and tests/auth ask with these)."""
    return all(
        scope in SCOPES and SCOPES[scope].audiences & {"till", "backoffice", "operator"}
        for scope in scopes
    )


async def things(shop: Shop, member: Any, till: str) -> dict[str, str]:
    """What a tenant has that a route can name."""
    sold = await shop.sells(member, yen=11_000)
    held = (await shop.post("/v1/holds", **shop.asked(member, points=1))).json
    page = await shop.sells(member, yen=1_100)
    names, tenant_id = shop.mall.hub.names, shop.tenant_id
    return {
        "entry": sold["entry"], "entry_id": page["entry"], "hold_id": held["hold_id"],
        "handle": names.seal("member", tenant_id, member.member_id), "till": till,
        "slip": sold["slip"], "party": shop.tenant, "after": names.seal("cursor", tenant_id, 1),
        "batch_id": names.seal("entry", tenant_id, 1), "file": "0" * 64, "proposal": UNKNOWN,
        "dispute": "d_" + "0" * 16,
    }  # fmt: skip


def gated(mall: Mall) -> list[Any]:
    """Every door that asks for a scope."""
    found = doors(create_app(mall.hub.settings).routes)
    return [
        one for one in found
        if one.requires not in (ANYONE, NOBODY) and not one.path.startswith(PAGES)
    ]  # fmt: skip


def filled(route: Route, things: dict[str, str]) -> str:
    """A request's path with things in it, and the query that it needs."""
    path, query = route.path, []
    asked = DOCUMENT["paths"][route.path][route.method.lower()].get("parameters", ())
    for one in asked:
        name = one["name"]
        example = {**PLAIN, **things}.get(name) or allowed(one["schema"])
        assert example is not None or not one.get("required"), f"{route}: no example of {name}"
        if one["in"] == "path":
            path = path.replace(f"{{{name}}}", str(example))
        elif one["in"] == "query" and (
            one.get("required") or name in ("party", "till", "slip", "after")
        ):
            query.append(f"{name}={example}")
    assert "{" not in path, f"{route}: no example for {path}"
    return path + ("?" + "&".join(query) if query else "")


def allowed(schema: Any) -> str | None:
    """A value that a schema names itself."""
    found = resolved(schema)
    return str(found["enum"][0]) if "enum" in found else None


def test_the_document_and_the_doors_are_the_same_routes(mall: Mall) -> None:
    """What is not in the document would be asked by nobody here."""
    told = {(one.method, one.path) for one in routes()}
    found = doors(create_app(mall.hub.settings).routes)
    ours = {
        (one.method, one.path) for one in found
        if one.requires != NOBODY and not one.path.startswith(PAGES)
    }  # fmt: skip
    assert ours - told == {("GET", "/openapi.json")}, "which is the document itself"


async def test_every_route_with_every_scope_and_with_none(mall: Mall, town: Town) -> None:
    """Without the scope: 403, whatever is asked; with it: never 401 or 403. No token: 401."""
    needs = {(one.method, one.path): frozenset(one.requires.split()) for one in gated(mall)}
    cells, wrong = 0, []
    for route in routes():
        wanted = needs.get((route.method, route.path))
        if wanted is None:
            continue
        kind = route.media_type or ""
        for things in (town.own, town.theirs):
            asked = filled(route, things)
            body = b"{}" if kind else b""
            for token, expected in ((None, {401}), ("a.b.c", {401})):
                status, _ = await town.app(route.method, asked, token, body, kind)
                cells += 1
                if status not in expected:
                    wrong.append((route, None, status))
            for scopes, token in town.tokens.items():
                status, told = await town.app(route.method, asked, token, body, kind)
                cells += 1
                if (status == 403) != (not scopes >= wanted) or status in (401, 405, 500, 503):
                    wrong.append((route, sorted(scopes), status, told[:90]))
    assert wrong == []
    assert cells == len(needs) * 2 * (2 + len(town.tokens))


async def test_what_is_anothers_is_answered_as_what_never_was(mall: Mall, town: Town) -> None:
    """For every route of a tenant that names a thing: the same bytes as for a name of nobody's."""
    needs = {(one.method, one.path): frozenset(one.requires.split()) for one in gated(mall)}
    nobodys = dict.fromkeys(town.theirs, UNKNOWN) | {"till": "T99", "slip": "S-none", "party": "x"}
    nobodys |= {"file": "1" * 64, "dispute": "d_" + "1" * 16}
    named = 0
    for route in routes():
        wanted = needs.get((route.method, route.path))
        things = {name for _, name in route.parameters} & town.theirs.keys()
        if wanted not in town.tokens or not things or "/admin/" in route.path:
            continue
        kind, token = route.media_type or "", town.tokens[wanted]
        body = b"{}" if kind else b""
        theirs, unknown = [
            await town.app(route.method, filled(route, of), token, body, kind)
            for of in (town.theirs, nobodys)
        ]
        assert theirs == unknown, route
        assert theirs[0] in REFUSED, route
        assert b'"slip"' not in theirs[1], route
        named += 1
    assert named >= 15


async def test_nothing_leaks_from_one_request_to_the_next_on_a_connection(mall: Mall) -> None:
    """Not after an answer, not after an exception, not after somebody hung up."""
    pools, seen = mall.hub.pools, "SELECT current_setting('meguri.tenant', true)"
    count = "SELECT count(*) FROM federation.entries"

    async def left() -> list[Any]:
        found = []
        for _ in range(9):  # more often than the pool has connections
            async with pools.bare("app") as conn:
                rows = [await (await conn.execute(query)).fetchone() for query in (seen, count)]
            found += [row[0] for row in rows if row is not None]
        return found

    async with pools.reader(1) as conn:
        await conn.execute(count)

    async def stumbles() -> None:
        async with pools.reader(1) as conn:
            await conn.execute(count)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumbles()
    begun = asyncio.Event()

    async def hangs_up() -> None:
        async with pools.reader(1) as conn:
            begun.set()
            await conn.execute("SELECT pg_sleep(60)")

    task = asyncio.create_task(hangs_up())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert set(await left()) <= {None, "", 0}


UNIQUE = """
SELECT format('%s.%s', nspname, tables.relname), keys.relname::text, ARRAY(
    SELECT attname::text FROM unnest(indkey::smallint []) AS k (attnum)
    INNER JOIN pg_attribute ON attrelid = indrelid AND pg_attribute.attnum = k.attnum
)
FROM pg_index
INNER JOIN pg_class AS tables ON tables.oid = indrelid
INNER JOIN pg_class AS keys ON keys.oid = indexrelid
INNER JOIN pg_namespace ON pg_namespace.oid = tables.relnamespace
WHERE
    indisunique AND NOT tables.relispartition AND nspname !~ '^pg_'
    AND EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = indrelid AND attname IN ('tenant_id', 'shop_id') AND NOT attisdropped
    )
"""
LED_BY = {"tenant_id", "shop_id", "party_id"}
# Keys that the hub itself makes, or that a member's own row bears: nobody chooses them.
OURS = {
    "entry_id", "lot_id", "member_id", "act_id", "draw_id", "hold_id", "client_id", "batch_id",
    "number", "shop_id", "kid", "code_sha256", "grant_id", "notice_id", "sequence", "delivery",
    "attempt", "setting_id", "card_member_id", "question_id",
    "programme",  # what outside programmes gave comes in by the operator's hand alone
}  # fmt: skip


def test_a_key_never_tells_of_another_tenant(mall: Mall) -> None:
    """What a tenant chooses is unique beside its own name alone (security T-31); the slip of a gift
    is in the hub's own words."""
    with psycopg.connect(mall.hub.settings.database_url) as conn:
        found = conn.execute(UNIQUE.encode()).fetchall()
    told = [
        (table, key, columns) for table, key, columns in found
        if not LED_BY & set(columns) and not OURS & set(columns) and key != "gifts_pkey"
    ]  # fmt: skip
    assert len(found) >= 8
    assert told == [], "\n".join(map(str, told))

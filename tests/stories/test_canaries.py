"""カナリア: a card, a phone number, a name, a token and a password that stand in what is sent, and
in nothing that the hub says, logs, measures, or keeps beside the books, whatever goes
wrong (G16)."""

import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlencode

import msgspec
import psycopg
import pytest
import redis
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from deploy.logs import FIELDS, JsonLines
from deploy.meters import Timed, _within
from tests.conftest import Given
from tests.fuzz.contract import routes
from tests.mall import Answered, Client, Mall, scopes_of, serving, settings_for
from tests.office import office
from tests.races.hubs import cloned

CARD = "6304777788889999"
PHONE = "09055556666"
NAME = "金糸雀花子"
MAIL = "kanaria@example.jp"
SECRET = "kanaria-no-himitsu"
PASSWORD, REFRESH = "kanaria-no-aikotoba", "kanaria-no-tsugi-no-token"
CANARIES = (CARD, PHONE, "9055556666", NAME, MAIL, SECRET, PASSWORD, REFRESH)


class Told(logging.Handler):
    """Every line that would be logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith(("meguri", "uvicorn", "psycopg.pool", "litestar")):
            self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def log() -> Iterator[Told]:
    told = Told()
    logging.getLogger().addHandler(told)
    yield told
    logging.getLogger().removeHandler(told)


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory, log: Told
) -> AsyncIterator[Mall]:
    folder = tmp_path_factory.mktemp("canaries")
    with cloned(given.database_url, template, "meguri_test_canaries") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


ALL = {"card": CARD, "phone": PHONE, "name": NAME, "email": MAIL, "pin": SECRET,
       "password": PASSWORD, "refresh_token": REFRESH}  # fmt: skip
MEMBERS_DOORS = ("/oauth/authorize", "/oauth/par")  # no member signs in at this hub
SPOILT = (
    msgspec.json.encode,
    lambda body: msgspec.json.encode({**body, NAME: CARD}),
    lambda body: msgspec.json.encode(body)[:-1],
    lambda body: msgspec.json.encode([body]),
)


async def errs(client: Client, junk: Client) -> list[tuple[str, Answered]]:
    """Every route that takes a body, with canaries in each field that it might have, and in its
    path, its query and its credentials."""
    told = []
    for route in routes():
        if "/clock" in route.path:
            continue
        parts = route.path.split("/")
        named = "/".join(CARD if part.startswith("{") else part for part in parts)
        path = f"{named}?card={CARD}&phone={PHONE}&after={MAIL}&q={SECRET}"
        headers = {"content-type": route.media_type} if route.media_type else {}
        for n, spoil in enumerate(SPOILT if route.body else SPOILT[:1]):
            sent: dict[str, Any] = {"headers": headers}
            if route.body:
                sent["data"] = spoil({**ALL, "till": f"T{PHONE}"})
            answer = await client.ask(route.method, path if n == 0 else named, **sent)
            if answer.status >= 400:
                told.append((f"{route} {n}", answer))
        if route.body:  # as a browser's form, or the door for tokens, would bring them
            form = urlencode({**ALL, "grant_type": "refresh_token", "client_id": NAME}).encode()
            as_form = {"content-type": "application/x-www-form-urlencoded"}
            answer = await client.ask(route.method, named, data=form, headers=as_form)
            if answer.status >= 400:
                told.append((f"{route} form", answer))
        wrong = {**headers, "authorization": f"Bearer {SECRET}.{CARD}.{MAIL}"}
        told.append((f"{route} token", await junk.ask(route.method, path, headers=wrong)))
    return told


async def test_no_canary_is_said_logged_measured_or_kept(
    mall: Mall, given: Given, log: Told
) -> None:
    reader = InMemoryMetricReader()
    MeterProvider([reader])
    bakery, clerk = await mall.shop("bakery"), await office(mall)
    hanako = await mall.member()
    assert (await clerk.write(hanako, name=NAME, phone=PHONE, email=MAIL)).status == 200
    await clerk.add(hanako, phone=PHONE)
    for _ in range(3):
        await bakery.post("/v1/member-lookups", till="T01", phone=PHONE)
    await clerk.client.get(clerk.path(hanako, "/profile"))
    wide = Client(
        mall, "operator", await mall.register("operator", "operator", scopes_of("operator"))
    )
    told = (
        await errs(bakery, wide)
        + await errs(wide, bakery)
        + await errs(await mall.office(bakery), bakery)
    )
    refused = [one for one in told if one[1].status >= 400]
    assert len(refused) >= 50
    for route, answer in refused:
        said = answer.content.decode() + str(dict(answer.headers))
        assert [one for one in CANARIES if one in said] == [], route
        shut = answer.status == 503 and route.split()[1] in MEMBERS_DOORS
        assert answer.status < 500 or shut, route
    await mall.hub.trail.flush()
    assert [line for line in log.lines if any(one in line for one in CANARIES)] == []
    measured = str(list(_within(None)))  # type: ignore[arg-type]  # it asks for nothing
    assert not [one for one in CANARIES if one in measured]
    assert Timed  # what fills it, where a hub is served by `deploy.serve`
    assert beside_the_books(mall) == []
    assert in_redis(given) == []


def beside_the_books(mall: Mall) -> list[tuple[str, str]]:
    """Tables in which a canary stands, but for those that are made to hold who members are."""
    holds = {"federation.profiles", "federation.carriers"}
    tables = (
        "SELECT format('%s.%s', nspname, relname) FROM pg_class JOIN pg_namespace n"
        " ON n.oid = relnamespace WHERE relkind = 'r' AND nspname IN"
        " ('federation', 'tenants', 'auth', 'settlement', 'audit', 'deploy')"
    )
    found = []
    with psycopg.connect(mall.hub.settings.database_url) as conn:
        for (table,) in conn.execute(tables.encode()).fetchall():
            for one in CANARIES:
                query = f"SELECT count(*) FROM {table} t WHERE position('{one}' IN t::text) > 0"
                if table not in holds and conn.execute(query.encode()).fetchone() != (0,):
                    found.append((table, one))
    return found


def in_redis(given: Given) -> list[bytes]:
    """Keys and what stands under them, where a canary is."""
    if given.redis_url is None:
        return []
    found = []
    with redis.Redis.from_url(given.redis_url) as cache:
        for key in cache.scan_iter():
            kept = cache.dump(key) or b""
            if any(one.encode() in key + kept for one in CANARIES):
                found.append(key)
    return found


def test_a_log_line_has_no_field_but_those_that_were_thought_of() -> None:
    record = logging.LogRecord("meguri", logging.INFO, "", 1, "sold", None, None)
    record.card, record.reason = CARD, "closed"  # type: ignore[attr-defined]  # as `extra` does
    try:
        raise ValueError(f"no such card: {CARD}")
    except ValueError as fault:
        record.exc_info = (type(fault), fault, fault.__traceback__)
    line = JsonLines().format(record)
    assert CARD not in line
    assert msgspec.json.decode(line).keys() == {
        "at", "level", "logger", "event", "reason", "error", "raised"
    }  # fmt: skip
    assert not {"card", "phone", "name", "token", "query", "body", "path"} & set(FIELDS)


@pytest.mark.parametrize(("name", "kept"), [
    ("log_parameter_max_length_on_error", "0"), ("log_error_verbosity", "terse"),
    ("log_parameter_max_length", "0"),
])  # fmt: skip
async def test_the_embedded_server_logs_no_parameter(mall: Mall, name: str, kept: str) -> None:
    if "TEST_DATABASE_URL" in __import__("os").environ:
        pytest.skip("another's server")
    assert await mall.value("SELECT setting FROM pg_settings WHERE name = %s", name) == kept

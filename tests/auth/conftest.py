"""A hub with nothing but its doors: real servers, and a wall clock that can be moved."""

import base64
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
import psycopg
import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from litestar import Litestar, get
from litestar.di import NamedDependency, Provide
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from auth import clients, keys
from auth.clients import Registered
from auth.door_desk import DoorDesk
from auth.gate import OPT, Gate, provide_caller, requires
from auth.keys import Keys
from auth.proofs import Memory, Proofs
from auth.server import DoorServer
from auth.token_api import ROUTES
from deploy.console import HANDLERS
from deploy.migrate import migrate
from deploy.settings import Settings
from tenants.callers import Caller

ISSUER = "http://localhost:8000"
SECRET = "the secret of a test"
TILL_SCOPES = ("points:accrue", "points:quote", "points:redeem")


@pytest.fixture(scope="session")
def laid_out(given: Any) -> Settings:
    """A migrated database in which a bakery and a bookshop have moved in."""
    name = "meguri_auth"
    with psycopg.connect(given.database_url, autocommit=True) as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        conn.execute(f"CREATE DATABASE {name}")
    settings = _settings(given.database(name), given.redis_url)
    migrate(settings, datetime.now(UTC))
    with psycopg.connect(settings.url("worker"), autocommit=True) as conn:
        _lay_out(conn)
    return settings


@pytest.fixture
def settings(laid_out: Settings) -> Iterator[Settings]:
    """That database; what a test did to the doors is undone after it."""
    yield laid_out
    with psycopg.connect(laid_out.database_url) as conn:
        conn.execute("TRUNCATE auth.clients, auth.assertions, auth.signing_keys CASCADE")
        conn.execute("UPDATE tenants.tills SET state = 'active'")


def _settings(url: str, redis_url: str | None) -> Settings:
    return Settings(url, SECRET, redis_url, ISSUER, "system")


def _lay_out(conn: psycopg.Connection) -> None:
    """The bakery has two tills, the bookshop one."""
    for party, code, tills in ((10, "bakery", ("T01", "T02")), (11, "bookshop", ("T01",))):
        conn.execute(
            "INSERT INTO tenants.parties (party_id, kind, code, name, name_en)"
            " VALUES (%s, 'tenant', %s, %s, %s)",
            (party, code, code, code),
        )
        conn.execute("INSERT INTO tenants.tenants (tenant_id) VALUES (%s)", (party,))
        conn.execute(
            "INSERT INTO tenants.shops (shop_id, tenant_id, code, name, name_en, trade)"
            " VALUES (%s, %s, 'main', %s, %s, 'food')",
            (party, party, code, code),
        )
        for till in tills:
            conn.execute(
                "INSERT INTO tenants.tills (tenant_id, till, shop_id) VALUES (%s, %s, %s)",
                (party, till, party),
            )


class Wall:
    """The wall clock, and a hand to move it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def passes(self, **time: float) -> None:
        self.ahead += timedelta(**time)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@get("/quotes", requires="points:quote")
async def get_quotes(caller: NamedDependency[Caller]) -> str:
    return caller.client_id


@get("/statements", requires="settlement:read")
async def get_statements() -> str:
    return ""


@get("/forgotten")
async def get_forgotten() -> str:
    return ""


async def silent() -> None:
    """No bell hangs here."""


class Process:
    """One process of the hub, as far as its doors go."""

    def __init__(self, settings: Settings, wall: Callable[[], datetime]) -> None:
        def pool(role: str) -> AsyncConnectionPool[AsyncConnection[Any]]:
            url = settings.url(role)
            return AsyncConnectionPool(
                url, min_size=0, max_size=8, open=False, timeout=5, kwargs={"autocommit": True}
            )

        self.pools = {role: pool(role) for role in ("app", "counter", "worker", "desk")}
        self.threads = ConnectionPool(
            settings.url("app"),
            min_size=0,
            max_size=8,
            open=False,
            timeout=5,
            kwargs={"autocommit": True},
        )
        self.wall = wall
        self.keys = Keys(self.pools["app"].connection, SECRET, wall)
        self.doors = 7
        memory = Memory(None, self.pools["app"].connection, wall)
        proofs = Proofs(ISSUER, SECRET, memory, wall)
        self.gate = Gate(
            ISSUER,
            self.keys,
            self.pools["counter"].connection,
            wall,
            lambda: self.doors,
            proofs=proofs,
        )
        connect = self.threads.connection
        self.server = DoorServer(ISSUER, connect, wall, lambda tenant, member: f"{tenant}-{member}")
        door_desk = DoorDesk(self.server, self.keys, proofs, connect, wall, silent)
        self.app = Litestar(
            [*ROUTES, get_quotes, get_statements, get_forgotten],
            guards=[requires],
            opt=dict(OPT),
            dependencies={
                "caller": Provide(provide_caller),
                "door_desk": Provide(lambda: door_desk, sync_to_thread=False),
            },
            exception_handlers=HANDLERS,
            logging_config=None,
        )
        self.app.state.gate = self.gate
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False), base_url=ISSUER
        )

    async def token(self, form: dict[str, str], **more: Any) -> httpx.Response:
        """Knock with a form."""
        asked = {"grant_type": "client_credentials", **form}
        return await self.http.post("/oauth/token", data=asked, **more)

    async def bearer(self, member: "Member", **form: str) -> str:
        """An Authorization header for this client."""
        answer = await self.token({**member.proof(self.wall()), **form})
        assert answer.status_code == 200, answer.text
        return f"Bearer {answer.json()['access_token']}"


@asynccontextmanager
async def opened(process: Process) -> AsyncIterator[Process]:
    async with AsyncExitStack() as stack:
        for pool in process.pools.values():
            await pool.open()
            stack.push_async_callback(pool.close)
        process.threads.open()
        stack.callback(process.threads.close)
        await stack.enter_async_context(process.http)
        async with process.pools["worker"].connection() as conn:
            await keys.keep(conn, SECRET, process.wall())
        yield process


@pytest.fixture
async def start(settings: Settings, wall: Wall) -> AsyncIterator[Callable[[], Any]]:
    """Starts a process of the hub; call it twice for two."""
    async with AsyncExitStack() as stack:

        async def begin() -> Process:
            return await stack.enter_async_context(opened(Process(settings, wall)))

        yield begin


@pytest.fixture
async def hub(start: Callable[[], Any]) -> Process:
    return await start()


class Member:
    """A client with a key of its own, and what it signs."""

    def __init__(self, client_id: str, key: ECKey) -> None:
        self.client_id = client_id
        self.key = key

    def claims(self, now: datetime, **other: Any) -> dict[str, Any]:
        at = int(now.timestamp())
        said = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "iat": at,
            "exp": at + 60,
            "jti": secrets.token_urlsafe(12),
            **other,
        }
        return {name: value for name, value in said.items() if value is not ...}

    def proof(
        self, now: datetime, head: dict[str, Any] | None = None, **other: Any
    ) -> dict[str, str]:
        return proof(signed({"alg": "ES256", **(head or {})}, self.claims(now, **other), self.key))


def proof(assertion: str) -> dict[str, str]:
    return {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }


def signed(head: dict[str, Any], claims: dict[str, Any] | bytes, key: Any) -> str:
    """A compact JWS with whatever it is given, whether or not a library would make it."""
    body = claims if isinstance(claims, bytes) else msgspec.json.encode(claims)
    start = b".".join(spelled(part) for part in (msgspec.json.encode(head), body))
    signature = jws.JWSRegistry.algorithms[head["alg"]].sign(start, key)
    return f"{start.decode()}.{spelled(signature).decode()}"


def spelled(part: bytes) -> bytes:
    return base64.urlsafe_b64encode(part).rstrip(b"=")


def unsigned(head: Any, claims: Any, signature: bytes = b"") -> str:
    """Something that looks like a compact JWS."""
    parts = (msgspec.json.encode(head), msgspec.json.encode(claims), signature)
    return b".".join(spelled(part) for part in parts).decode()


@pytest.fixture
async def worker(hub: Process) -> AsyncIterator[AsyncConnection]:
    async with hub.pools["worker"].connection() as conn:
        yield conn


Add = Callable[..., Any]


@pytest.fixture
def register(worker: AsyncConnection, wall: Wall) -> Add:
    """Registers a client of the bakery, with whatever differs."""

    async def add(**other: Any) -> Registered:
        asked: dict[str, Any] = {
            "tenant": "bakery",
            "name": "its tills",
            "audience": "till",
            "scopes": TILL_SCOPES,
            "tills": None,
            "jwk": None,
            "now": wall(),
        }
        return await clients.add(worker, **(asked | other))

    return add


@pytest.fixture
async def bakery(register: Add) -> Member:
    """The bakery's client, which has a key."""
    key = ECKey.generate_key("P-256")
    registered = await register(jwk=key.as_dict(private=False))
    return Member(registered.client_id, key)


@pytest.fixture
def forge() -> Any:
    """What a forger has at hand."""

    class Tools:
        proof = staticmethod(proof)
        signed = staticmethod(signed)
        unsigned = staticmethod(unsigned)
        spelled = staticmethod(spelled)
        Member = Member

    return Tools


@pytest.fixture(scope="session")
async def doors(
    given: Any, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Any]:
    """A hub that serves, for all who only knock."""
    from tests.auth.doors import open_doors  # noqa: PLC0415  it reads this file

    async with open_doors(given, template, tmp_path_factory.mktemp("doors")) as ours:
        yield ours

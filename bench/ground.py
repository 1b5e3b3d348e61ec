"""The ground a run stands on: a mall with tills, members and a past, as large as is asked for."""

import asyncio
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import psycopg
from msgspec import Struct
from psycopg import AsyncConnection

from auth import clients, keys
from auth.scopes import TILL
from bench.options import Scale
from deploy.clock import wall
from deploy.embedded import Servers, secret
from deploy.hub import extend_calendar
from deploy.migrate import migrate
from deploy.settings import Settings
from federation.close import plan
from federation.days import day_of
from federation.sql import statement
from settlement import calendar
from tenants import layout
from tenants.layout import Named, Why

SCHEMA = statement(__file__, "schema")
MEMBERS = statement(__file__, "members")
SALES = statement(__file__, "sales")
WALLETS = statement(__file__, "wallets")
ACCRUE_ONE = statement(__file__, "accrue_one")

HUB, PLAIN = "bench_hub", "bench_plain"
ISSUER = "http://localhost:1"  # a name; the ports are whatever is free
FACILITIES = 3
TILLS = 4
SCOPES = ("points:accrue", "points:redeem", "points:quote")
WHY = Why("bench", "測定のための設定 / laid out to be measured")
LONG_AGO = date(2020, 4, 1)
PAST = timedelta(days=60)
SLICE = 50_000
# The journal begins with what is measured: what was there before came without numbers.
UNNUMBERED = "UPDATE federation.numbered SET xid = pg_current_xact_id(), entry_id = 0"
# As a roller would have left what was there before.
FOLDED = (
    "INSERT INTO settlement.positions "
    "SELECT cycle_id, funder_id, tenant_id, movement, kind, funding, late, sum(points) "
    "FROM settlement.parts GROUP BY 1, 2, 3, 4, 5, 6, 7"
)
CLOSED = (
    "UPDATE federation.cycles SET closed_at = (last_on + 3)::timestamp AT TIME ZONE 'Asia/Tokyo' "
    "WHERE last_on < %s"
)

Say = Callable[[str], None]


class Counter(Struct, frozen=True):
    """A till of the bench and how its client proves itself."""

    client_id: str
    credential: str
    tenant_id: int
    shop_id: int
    till: str


class Ground(Struct, frozen=True):
    """Two databases of the same content: one for hubs, one that no hub looks at, for whoever is
    compared; and who may ask."""

    hub: Settings
    plain: Settings
    counters: tuple[Counter, ...]
    members: int


def build(servers: Servers, folder: Path, scale: Scale, say: Say) -> Ground:
    """Lay everything out afresh."""
    root = servers.database_url.rpartition("/")[0]
    fresh(root, HUB)
    told = {
        "secret": secret(folder),
        "redis_url": servers.redis_url,
        "issuer": ISSUER,
        "clock": "system",
        "heads": str((folder / "heads.ndjson").absolute()),
    }
    hub = Settings(database_url=f"{root}/{HUB}", **told)
    migrate(hub, wall() - PAST)
    migrate(hub, wall())
    counters = asyncio.run(laid(hub, scale.tenants))
    say(f"laid out {len(counters)} tills")
    fill(hub.database_url, counters, scale, say)
    with psycopg.connect(f"{root}/postgres", autocommit=True) as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {PLAIN} WITH (FORCE)")
        conn.execute(f"CREATE DATABASE {PLAIN} TEMPLATE {HUB} STRATEGY file_copy")
        conn.execute("CHECKPOINT")
    say("copied")
    plain = Settings(database_url=f"{root}/{PLAIN}", **told)
    with psycopg.connect(plain.database_url) as conn:
        conn.execute(ACCRUE_ONE.encode())
    ground = Ground(hub, plain, counters, scale.members)
    (folder / "ground.json").write_bytes(msgspec.json.encode(ground))
    return ground


def kept(servers: Servers, folder: Path, scale: Scale) -> Ground | None:
    """The ground of an earlier run, if it is as large; it has grown by what was measured since."""
    path = folder / "ground.json"
    if not path.exists():
        return None
    last = msgspec.json.decode(path.read_bytes(), type=Ground)
    if last.members != scale.members:
        return None
    root = servers.database_url.rpartition("/")[0]

    def moved(settings: Settings, name: str) -> Settings:
        return msgspec.structs.replace(
            settings, database_url=f"{root}/{name}", redis_url=servers.redis_url
        )

    ground = Ground(moved(last.hub, HUB), moved(last.plain, PLAIN), last.counters, last.members)
    for settings in (ground.hub, ground.plain):
        migrate(settings, wall())
    return ground


def fresh(root: str, name: str) -> None:
    """An empty database of this name."""
    with psycopg.connect(f"{root}/postgres", autocommit=True) as conn:
        conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        conn.execute(f"CREATE DATABASE {name}")


async def laid(settings: Settings, tenants: int) -> tuple[Counter, ...]:
    """Facilities, tenants with a shop and tills each, terms, a client per till; as the product
    lays them out, in the worker's role."""
    now = wall()
    async with (
        await AsyncConnection.connect(settings.url("worker"), autocommit=True) as conn,
        conn.transaction(),
    ):
        await keys.keep(conn, settings.secret, now)
        first = calendar.cycle_of(day_of(now - PAST - timedelta(days=2))).first_on
        ahead = calendar.cycles(first, day_of(now))
        await plan(conn, [(one.cycle_id, one.first_on, one.last_on) for one in ahead])
        await extend_calendar(conn, day_of(now))
        await layout.agree_scheme(conn, "at-redemption", LONG_AGO, WHY)
        facilities = [
            await layout.add_party(
                conn, "facility", Named(f"f{n}", f"施設{n}", f"Facility {n}"), LONG_AGO
            )
            for n in range(FACILITIES)
        ]
        counters: list[Counter] = []
        for n in range(tenants):
            counters += await opened(conn, n, facilities[n % FACILITIES], now)
        await layout.moved(conn)
    async with await AsyncConnection.connect(settings.database_url) as conn:
        await conn.execute(SCHEMA.encode())
        for n, one in enumerate(counters):
            await conn.execute(
                "INSERT INTO bench.tills VALUES (%s, %s, %s, %s)",
                (n, one.tenant_id, one.shop_id, one.till),
            )
    return tuple(counters)


async def opened(conn: AsyncConnection, n: int, facility_id: int, now: datetime) -> list[Counter]:
    """A tenant with its one shop; each till has a client of its own."""
    code = f"t{n:02}"
    named = Named(code, f"店舗{n}", f"Shop {n}")
    tills = [f"T{till:02}" for till in range(1, TILLS + 1)]
    tenant_id = await layout.add_party(conn, "tenant", named, LONG_AGO)
    shop_id = await layout.add_shop(conn, tenant_id, facility_id, named, trade="any", tills=tills)
    await layout.agree(conn, shop_id, LONG_AGO, WHY, static_card_limit_points=10_000_000)
    counters = []
    for till in tills:
        client = await clients.add(
            conn,
            tenant=code,
            name=f"{code} {till}",
            audience=TILL,
            scopes=SCOPES,
            tills=[till],
            jwk=None,
            now=now,
        )
        assert client.secret is not None
        counters.append(Counter(client.client_id, client.secret, tenant_id, shop_id, till))
    return counters


def fill(url: str, counters: tuple[Counter, ...], scale: Scale, say: Say) -> None:
    """Members, and two months of sales to them, in slices on two connections; the journal begins
    after them."""
    assert math.gcd(7919, scale.members) == 1, "every member has its turn"
    asked = {
        "joined_on": LONG_AGO,
        "members": scale.members,
        "lots": scale.lots,
        "ends_at": wall() - timedelta(days=1),
    }
    hasty = "-c synchronous_commit=off -c work_mem=256MB -c maintenance_work_mem=256MB"
    with psycopg.connect(url, autocommit=True, options=hasty) as conn:
        conn.execute(MEMBERS, asked)
        say(f"{scale.members:,} members")
        done = 0

        def book(first: int) -> int:
            last = min(first + SLICE, scale.lots)
            with psycopg.connect(url, autocommit=True, options=hasty) as own:
                own.execute(SALES, asked | {"first": first + 1, "last": last})
            return last - first

        with ThreadPoolExecutor(2) as two:
            for booked in two.map(book, range(0, scale.lots, SLICE)):
                done += booked
                if done % (10 * SLICE) == 0 or done == scale.lots:
                    say(f"{done:,} sales with their lots")
        conn.execute(WALLETS)
        conn.execute("SELECT setval('federation.member_ids', %s)", (scale.members,))
        conn.execute("SELECT setval('federation.entry_ids', %s)", (scale.lots,))
        conn.execute(UNNUMBERED)
        conn.execute(FOLDED)
        conn.execute(CLOSED, (day_of(wall()) - timedelta(days=5),))
        conn.execute("VACUUM (FREEZE, ANALYZE)")
    say("wallets")

"""The books on many machines: every schema there ever was obeys the rules, the settlement's plans
come to the same, the desk's other lock keeps order; where CITUS_URL leads, it is laid out."""

import asyncio
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import psycopg
import pytest
from psycopg import sql

from deploy.citus.places import COPIED, EVERYWHERE, SPREAD, place_of
from deploy.citus.placing import FUNCTIONS, NotSpread, place
from deploy.citus.rules import VIEWS, breaches, broken, groups_of
from deploy.migrate import migrate, migrations
from settlement import calendar
from settlement.counting import COUNT, PUTS
from settlement.statement import LATE
from tests.conftest import Given
from tests.golden.golden import same
from tests.mall import BEGIN, Mall, settings_for
from tests.races.hubs import (
    all_at_once,
    cloned,
    held_up,
    hubs,
    lay_out,
    mall_of,
    slugs,
    through,
    ties,
    until_answered,
    until_so,
)
from tests.races.test_journal_order import ALL_NUMBERED

HOUSE = Path(__file__).parents[2]
CITUS = HOUSE / "deploy" / "citus"
PAGE = HOUSE / "docs" / "citus.md"
PACKAGES = ("federation", "tenants", "auth", "settlement", "deploy")
STATEMENTS = sorted(path for package in PACKAGES for path in (HOUSE / package).glob("*.sql"))
OWN_TABLE = "CREATE TABLE IF NOT EXISTS deploy.migrations (name text PRIMARY KEY)"
ALL = "-infinity"


@pytest.fixture(scope="module")
def conn(given: Given, template: str) -> Iterator[psycopg.Connection]:
    """A schema of these tests' own; whatever is tried is rolled back."""
    name = f"meguri_spread_{os.getpid()}"
    with (
        cloned(given.database_url, template, name) as database,
        psycopg.connect(database, autocommit=True) as ours,
    ):
        yield ours


def test_after_every_migration_the_schema_could_be_spread(given: Given) -> None:
    name = f"meguri_citus_{os.getpid()}"
    with psycopg.connect(given.database_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            with psycopg.connect(given.database(name), autocommit=True) as conn:
                conn.execute("CREATE SCHEMA deploy")
                conn.execute(OWN_TABLE)
                for migration, text in migrations():
                    with conn.transaction():
                        conn.execute(text.encode())
                    assert broken(conn) == [], migration
                tables = "SELECT count(*) FROM unnest(%s::text[]) AS t WHERE to_regclass(t) IS NULL"
                missing = conn.execute(tables, ([*SPREAD, *COPIED],)).fetchone()
                assert missing == (0,), "a place is kept for a table that is not"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            (
                "CREATE TRIGGER t BEFORE DELETE ON federation.lots FOR EACH STATEMENT "
                "EXECUTE FUNCTION federation.stays()"
            ),
            "federation.lots: the trigger t would run nowhere",
        ),
        (
            (
                "CREATE TRIGGER t BEFORE DELETE ON federation.cycles FOR EACH STATEMENT "
                "EXECUTE FUNCTION federation.stays()"
            ),
            "federation.cycles: the trigger t would run nowhere",
        ),
        (
            "CREATE UNIQUE INDEX one ON federation.holds (entry_id)",
            "federation.holds: federation.one is unique without member_id",
        ),
        (
            "ALTER TABLE federation.holds ADD CONSTRAINT one UNIQUE (entry_id)",
            "federation.holds: one is unique without member_id",
        ),
        (
            (
                "ALTER TABLE federation.slips ADD CONSTRAINT whose FOREIGN KEY (member_id) "
                "REFERENCES federation.members NOT VALID"
            ),
            "federation.slips: whose leads out of its group, to federation.members",
        ),
        (
            (
                "ALTER TABLE federation.members ADD UNIQUE (member_id, joined_on); "
                "ALTER TABLE federation.used ADD CONSTRAINT whose FOREIGN KEY (points, used_on) "
                "REFERENCES federation.members (member_id, joined_on) NOT VALID"
            ),
            "federation.used: whose leads to federation.members without member_id",
        ),
        (
            (
                "ALTER TABLE federation.slips ADD CONSTRAINT whose FOREIGN KEY (shop_id) "
                "REFERENCES tenants.shops NOT VALID"
            ),
            None,
        ),
        (
            (
                "ALTER TABLE tenants.acts ADD CONSTRAINT whose FOREIGN KEY (member_id) "
                "REFERENCES federation.members NOT VALID"
            ),
            "tenants.acts: whose leads to federation.members, which lies elsewhere",
        ),
        (
            "CREATE TABLE federation.new (n integer)",
            "federation.new: nobody has said where it lies",
        ),
        (
            (
                "CREATE SEQUENCE federation.numbers; ALTER TABLE federation.members "
                "ALTER COLUMN member_id SET DEFAULT nextval('federation.numbers')"
            ),
            "federation.members: its key is a number that one machine gives",
        ),
        ("CREATE TABLE tenants.new (n integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)", None),
    ],
)
def test_a_schema_that_breaks_a_rule_is_named(
    conn: psycopg.Connection, change: str, said: str | None
) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute(change.encode())
        assert broken(conn) == ([said] if said else [])


def name(path: Path) -> str:
    """A path as the tree knows it."""
    return str(path.relative_to(HOUSE))


@pytest.mark.parametrize("path", STATEMENTS, ids=name)
def test_no_statement_changes_a_shard_key_or_locks_rows_of_many_machines(path: Path) -> None:
    assert breaches(name(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "UPDATE federation.carriers SET state = 'x', carrier = %(to)s WHERE carrier = %(c)s",
            ["x.sql: changes federation.carriers.carrier"],
        ),
        (
            "UPDATE federation.lots AS l SET (member_id, part) = (1, 2) FROM y WHERE true",
            ["x.sql: changes federation.lots.member_id"],
        ),
        ("UPDATE federation.carriers SET member_id = %(to)s WHERE carrier = %(c)s", []),
        (
            "SELECT 1 FROM federation.wallets WHERE member_id = ANY(%(m)s) FOR UPDATE",
            ["x.sql: locks rows of federation.wallets without member_id ="],
        ),
        ("SELECT 1 FROM federation.wallets WHERE member_id = %(m)s FOR UPDATE", []),
        ("SELECT 1 FROM tenants.imports WHERE true FOR UPDATE SKIP LOCKED", []),
    ],
)
def test_a_statement_that_breaks_a_rule_is_named(text: str, said: list[str]) -> None:
    assert breaches("x.sql", text) == said


def test_a_view_stands_for_the_groups_that_it_reads(conn: psycopg.Connection) -> None:
    """Views of views too: what is read through them lies where the tables lie."""
    reads: dict[str, set[str]] = {}
    for view, table in conn.execute(READ_BY_VIEWS).fetchall():
        reads.setdefault(view, set()).add(table)
    assert VIEWS.keys() == reads.keys()

    def places(names: Iterable[str]) -> set[object]:
        found: set[object] = set()
        for one in names:
            place = place_of(one)
            found |= places(reads[one]) if one in reads else {getattr(place, "of", place)}
        return found - {EVERYWHERE}

    for view, tables in VIEWS.items():
        assert places(tables) == places(reads[view]), view


READ_BY_VIEWS = """
SELECT view_schema || '.' || view_name, table_schema || '.' || table_name
FROM information_schema.view_table_usage
WHERE view_schema IN ('federation', 'tenants', 'auth', 'settlement', 'deploy')
"""


def test_every_statement_that_asks_several_groups_is_listed() -> None:
    found = [
        f"{name(path):40} {', '.join(groups)}"
        for path in STATEMENTS
        if (groups := groups_of(path.read_text(encoding="utf-8")))
    ]
    same("statements_on_citus.txt", ("\n".join(found) + "\n").encode())


def test_the_page_says_where_every_table_lies() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for table in (*SPREAD, *COPIED):
        assert f"`{table.partition('.')[2]}`" in page, table


@pytest.mark.parametrize("path", sorted(CITUS.glob("*.sql")), ids=lambda path: path.name)
def test_every_statement_plans_on_one_machine_too(path: Path, conn: psycopg.Connection) -> None:
    with conn.transaction(force_rollback=True):
        conn.execute(FUNCTIONS.encode())
        if path.name == "functions.sql":
            return
        text = path.read_text(encoding="utf-8")
        nothing = dict.fromkeys(re.findall(r"%\((\w+)\)s", text))
        conn.execute(("EXPLAIN " + text).encode(), nothing)


async def test_the_plans_of_a_close_come_to_what_the_close_comes_to(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, taro = await mall.members(2, "premium")
    for member in (hanako, taro):
        sold = await bakery.sells(member, yen=22_000)
        await bookshop.accepts(member, 30)
        await bookshop.sells_for_points(member, points=20, yen=3_300)
    taken = {key: value for key, value in bakery.asked(taro).items() if key != "card"}
    back = await bakery.post("/v1/returns", **taken, of=sold["slip"], returned_yen=11_000)
    assert back.status == 201, back
    cycle = calendar.cycle_of(mall.today)
    asked = {"cycle_id": cycle.cycle_id, "since": ALL}
    assert (await mall.close(cycle.first_on)).status == 200
    url = mall.hub.settings.database_url
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        parties = dict(
            await (
                await conn.execute(
                    "SELECT kind, party_id FROM tenants.parties ORDER BY party_id DESC"
                )
            ).fetchall()
        )
        puts = [{**put, "party_id": parties.get(put["role"])} for put in msgspec.json.decode(PUTS)]
        flows = await rows(conn, FLOWS, asked)
        assert flows
        assert await rows(conn, (CITUS / "sum.sql").read_text(), asked) == flows
        await until_so(conn, ALL_NUMBERED)
        whole = {**asked, "after": 0, "upto": 10**9, "till": "infinity"}
        sliced = await rows(conn, (CITUS / "slice.sql").read_text(), whole)
        assert sliced == sorted((cycle.cycle_id, *flow) for flow in flows)
        counts = await rows(
            conn,
            f"SELECT party, code, original, entries FROM ({COUNT}) AS c",
            {**asked, "puts": PUTS, "late": LATE},
        )
        here = (CITUS / "count.sql").read_text()
        told = await rows(
            conn,
            f"SELECT parties.code, c.code, c.original, c.entries FROM ({here}) AS c "
            "INNER JOIN tenants.parties USING (party_id)",
            {**asked, "puts": msgspec.json.encode(puts).decode(), "late": LATE},
        )
        assert counts
        assert told == counts


FLOWS = """
SELECT funder_id, tenant_id, movement, kind, funding, late, points
FROM settlement.flows WHERE cycle_id = %(cycle_id)s
"""


async def rows(
    conn: psycopg.AsyncConnection, query: str, asked: dict[str, object]
) -> list[tuple[object, ...]]:
    """What a statement tells, in an order of its own."""
    found = await conn.execute(query.encode(), asked)
    return sorted(await found.fetchall())


@pytest.mark.long
async def test_two_desks_take_turns_by_the_coordinator_s_lock_alone(
    given: Given, database: str, tmp_path: Path
) -> None:
    """No row is locked: both begin at once, and the second waits where members line up."""
    settings = msgspec.structs.replace(settings_for(database, given.redis_url, tmp_path), citus="1")
    with psycopg.connect(database) as conn:
        conn.execute(FUNCTIONS.encode())
    async with mall_of(settings) as mall:
        await lay_out(mall)
        async with hubs(settings, tmp_path, count=2) as [one, other]:
            mall.url = one.url
            bakery = await mall.shop("bakery")
            await bakery.token()
            tills = [through(bakery, hub) for hub in (one, other)]
            hanako = await mall.member()
            sold = await until_answered(bakery, "/v1/accruals", bakery.sale(hanako, 11_000))
            asked = [(till, "/v1/redemptions", till.spending(hanako, 100)) for till in tills]
            async with held_up(settings, "federation.draws", desks=2) as desks_wait:
                waiting = [asyncio.create_task(until_answered(*ask)) for ask in asked]
                await desks_wait()
            told = list(await asyncio.gather(*waiting))
            assert slugs(told) == {"booked": 1, "not-enough-points": 1}
            crowd = await all_at_once(
                [(till, "/v1/accruals", till.sale(hanako, 110)) for till in tills * 20]
            )
            assert slugs(crowd) == {"booked": 40}
            assert await ties(mall, hanako, [sold, *told, *crowd]) == 40
            assert await mall.broken() == []


def test_a_database_without_citus_is_not_laid_out(conn: psycopg.Connection) -> None:
    with pytest.raises(NotSpread, match="no Citus"):
        place(conn)


@pytest.mark.skipif(
    "CITUS_URL" not in os.environ, reason="CITUS_URL names no Citus to lay it out on"
)
async def test_on_citus_the_books_are_laid_out_and_booked_in(tmp_path: Path) -> None:
    """The URL is an empty database's, on a coordinator with its workers, as its owner."""
    url = os.environ["CITUS_URL"]
    plain = settings_for(url, os.environ.get("TEST_REDIS_URL"), tmp_path)
    settings = msgspec.structs.replace(plain, citus="1")
    migrate(settings, BEGIN)
    with psycopg.connect(url, autocommit=True) as conn:
        place(conn)
        place(conn)  # again: nothing is left to do
        placed = {
            table: (key, group)
            for table, key, group in conn.execute(
                "SELECT table_name::text, distribution_column, colocation_id FROM citus_tables"
            ).fetchall()
        }
    for table, beside in SPREAD.items():
        assert placed[table] == (beside.key, placed[beside.of][1]), table
    assert set(COPIED) <= placed.keys()
    async with mall_of(settings) as mall:
        await lay_out(mall)
        async with hubs(settings, tmp_path) as [hub]:
            mall.url = hub.url
            bakery, hanako = await mall.shop("bakery"), await mall.member()
            sold = await bakery.sells(hanako, yen=11_000)
            spent = await bakery.accepts(hanako, 40)
            assert (sold["balance"]["points"], spent["balance"]["points"]) == (100, 60)
            assert await mall.points_of(hanako) == 60

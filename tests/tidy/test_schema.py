"""The database about itself: every statement plans, the shard rules hold, the laws are stated."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import Given
from tests.golden.golden import same

HOUSE = Path(__file__).parents[2]
STATEMENTS = sorted(
    path
    for package in ("federation", "tenants", "auth", "settlement")
    for path in (HOUSE / package).rglob("*.sql")
)
SHARDED = {
    "members": "member_id",
    "wallets": "member_id",
    "lots": "member_id",
    "entries": "member_id",
    "draws": "member_id",
    "slips": "shop_id",
    "answers": "shop_id",
    "receipts": "shop_id",
    "carriers": "carrier",
    "holds": "member_id",
    "hold_parts": "member_id",
    "shortages": "member_id",
    "tenders": "member_id",
    "used": "member_id",
    "traits": "member_id",
    "codes": "code",
    "pins": "carrier",
    "profiles": "member_id",
}
REFERENCE = {"cycles", "doors", "detached", "detached_draws"}
LOCAL = {
    "journal",
    "numbered",
    "heads",
    "watched",
    "looks",
    "breaks",
    "notices",
    "places",
    "announced",
    "stocks",
}  # one database numbers, whatever the books are spread over


@pytest.fixture(scope="module")
def conn(given: Given, template: str) -> Iterator[psycopg.Connection]:
    """Only looks: the template serves."""
    with psycopg.connect(given.database(template), autocommit=True) as ours:
        yield ours


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda p: str(p.relative_to(HOUSE)))
def test_every_statement_plans_against_the_migrated_schema(
    path: Path, conn: psycopg.Connection
) -> None:
    text = path.read_text(encoding="utf-8")
    nothing = dict.fromkeys(re.findall(r"%\((\w+)\)s", text))
    conn.execute("EXPLAIN " + text, nothing)  # type: ignore[arg-type]


def test_shard_rules_hold_in_the_catalogue(conn: psycopg.Connection) -> None:
    tables = conn.execute(
        "SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'federation' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    ).fetchall()
    assert {table for _, table in tables} == SHARDED.keys() | REFERENCE | LOCAL
    for oid, table in tables:
        if table in LOCAL:
            continue
        triggers = conn.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s AND NOT tgisinternal", (oid,)
        ).fetchall()
        assert triggers == [], table
        if table in REFERENCE:
            continue
        keys = conn.execute(
            "SELECT conname, contype, ARRAY(SELECT attname FROM pg_attribute "
            "WHERE attrelid = conrelid AND attnum = ANY(conkey)), confrelid::regclass::text, "
            "ARRAY(SELECT attname FROM pg_attribute "
            "WHERE attrelid = confrelid AND attnum = ANY(confkey)) "
            "FROM pg_constraint WHERE conrelid = %s",
            (oid,),
        ).fetchall()
        for name, kind, columns, to, to_columns in keys:
            if kind in ("p", "u", "x"):
                assert SHARDED[table] in columns, name
            if kind == "f" and to.split(".")[-1] not in REFERENCE:
                other = SHARDED[to.split(".")[-1]]
                assert other == SHARDED[table], f"{name} crosses a group"
                assert other in columns, name
                assert other in to_columns, name
        identity = conn.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s AND attidentity <> ''", (oid,)
        ).fetchall()
        assert identity == [], table


def test_entries_draws_and_answers_lie_in_months(conn: psycopg.Connection) -> None:
    whole = conn.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'p' "
        "AND relnamespace = 'federation'::regnamespace ORDER BY 1"
    ).fetchall()
    assert [row[0] for row in whole] == ["answers", "draws", "entries"]
    parts = conn.execute("SELECT count(*) FROM pg_inherits").fetchone()
    assert parts is not None
    assert parts[0] > 0


def test_every_law_holds_for_the_old_rows_too(conn: psycopg.Connection) -> None:
    """A law that is added beside running tills is validated by a migration after it."""
    unproven = conn.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint "
        "WHERE NOT convalidated ORDER BY 1, 2"
    ).fetchall()
    assert unproven == []


def test_the_schema_file_is_todays(given: Given, template: str) -> None:
    same("schema.sql", described(given.database(template)))


def described(database: str) -> bytes:
    """The schema in words that do not change with the tool that dumps it."""
    query = """
        SELECT format('%s.%s', table_schema, table_name) AS place, ordinal_position,
            format('  %s %s%s%s', column_name, data_type,
                CASE is_nullable WHEN 'NO' THEN ' NOT NULL' ELSE '' END,
                CASE WHEN column_default IS NULL THEN '' ELSE ' DEFAULT ' || column_default END)
        FROM information_schema.columns
        WHERE table_schema IN ('federation', 'tenants', 'auth', 'settlement')
            AND table_name !~ '_[0-9]{6}$'
        UNION ALL
        SELECT conrelid::regclass::text, 1000,
            format('  %s: %s', conname, pg_get_constraintdef(pg_constraint.oid))
        FROM pg_constraint
        WHERE connamespace::regnamespace::text IN ('federation', 'tenants', 'auth', 'settlement')
            AND conrelid <> 0 AND contype <> 'n' AND conrelid::regclass::text !~ '_[0-9]{6}$'
        UNION ALL
        SELECT format('%s.%s', schemaname, tablename), 2000, format('  %s', indexdef)
        FROM pg_indexes
        WHERE schemaname IN ('federation', 'tenants', 'auth', 'settlement')
            AND tablename !~ '_[0-9]{6}$'
        UNION ALL
        SELECT format('%s.%s', schemaname, tablename), 3000,
            format('  POLICY %s FOR %s TO %s USING %s', policyname, cmd, roles, qual)
        FROM pg_policies WHERE tablename !~ '_[0-9]{6}$'
        UNION ALL
        SELECT format('%s.%s', table_schema, table_name), 4000,
            format('  GRANT %s TO %s',
                string_agg(privilege_type, ', ' ORDER BY privilege_type), grantee)
        FROM information_schema.role_table_grants
        WHERE grantee LIKE 'meguri_%' AND grantee <> grantor AND table_name !~ '_[0-9]{6}$'
        GROUP BY table_schema, table_name, grantee
        ORDER BY 1, 2, 3
    """
    with psycopg.connect(database) as conn:
        rows = conn.execute(query).fetchall()  # type: ignore[arg-type]
    lines, place = ["-- The schema as the migrations make it; compared by tests/tidy."], ""
    for table, _, line in rows:
        if table != place:
            lines.append(f"\n{table}")
            place = table
        lines.append(line)
    return ("\n".join(lines) + "\n").encode()

"""所有者: whoever owns the books cannot log in; whoever migrates them stands in for it and serves
nothing."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from msgspec import structs

from deploy import migrate as migrations
from deploy.clock import wall
from deploy.settings import Settings
from tests.conftest import Given
from tests.mall import settings_for

OWNERS = """
SELECT kind, name, owner::regrole::text FROM (
    SELECT 'schema' AS kind, nspname::text AS name, nspowner AS owner, oid AS place
    FROM pg_namespace
    UNION ALL
    SELECT 'relation', oid::regclass::text, relowner, relnamespace FROM pg_class
    UNION ALL
    SELECT 'routine', oid::regprocedure::text, proowner, pronamespace FROM pg_proc
    UNION ALL
    SELECT 'type', oid::regtype::text, typowner, typnamespace FROM pg_type
) AS everything
INNER JOIN pg_namespace ON pg_namespace.oid = place
WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('public', 'information_schema')
"""
NEXT = """
CREATE TABLE tenants.next (tenant_id bigint, n bigint GENERATED ALWAYS AS IDENTITY);
ALTER TABLE tenants.next ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.next FORCE ROW LEVEL SECURITY;
CREATE FUNCTION tenants.next() RETURNS integer LANGUAGE sql AS 'SELECT 1';
ALTER TABLE tenants.shops ADD COLUMN next text;
INSERT INTO tenants.next (tenant_id) VALUES (1), (2);
"""
THEN = "UPDATE tenants.next SET tenant_id = tenant_id + 10"


@pytest.fixture
def given_settings(given: Given, database: str, tmp_path: Path) -> Settings:
    return settings_for(database, given.redis_url, tmp_path)


def unnamed(settings: Settings) -> Settings:
    """As a hub has them: nobody is named in the address."""
    parts = urlsplit(settings.database_url)
    host = parts.netloc.rpartition("@")[2]
    return structs.replace(settings, database_url=urlunsplit(parts._replace(netloc=host)))


def others(settings: Settings) -> list[tuple[str, str, str]]:
    """What of the hub's belongs to somebody else."""
    with psycopg.connect(settings.database_url) as conn:
        found: list[tuple[str, str, str]] = conn.execute(OWNERS).fetchall()  # type: ignore[assignment]
    assert len(found) > 300
    return [one for one in found if one[2] != "meguri_owner"]


def test_everything_belongs_to_somebody_who_cannot_log_in(given_settings: Settings) -> None:
    assert others(given_settings) == []
    with psycopg.connect(given_settings.database_url) as conn:
        told = conn.execute(
            "SELECT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb"
            " FROM pg_roles WHERE rolname IN ('meguri_owner', 'meguri_migrate') ORDER BY 1"
        ).fetchall()
    assert told == [("meguri_migrate", True, False), ("meguri_owner", False, False)]


def test_the_next_version_is_migrated_by_whoever_stands_in_for_the_owner(
    given_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the server's own superuser; what is made is the owner's, and every tenant's rows are
    reached although the table's policy binds its owner."""
    ours = unnamed(given_settings)
    assert urlsplit(ours.owners_url).username == "meguri_migrate"
    assert migrations.migrate(ours, wall()) == []
    known = list(migrations.migrations())
    for name, text in (("9998_next", NEXT), ("9999_then", THEN)):
        known.append((name, text))
        monkeypatch.setattr(migrations, "migrations", lambda: iter(known))
        assert migrations.migrate(ours, wall()) == [name]
        assert others(given_settings) == []
    with psycopg.connect(given_settings.database_url) as conn:
        told = conn.execute("SELECT tenant_id FROM tenants.next ORDER BY 1").fetchall()
    assert told == [(11,), (12,)]
    denied = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with denied, psycopg.connect(ours.owners_url) as conn:
        conn.execute("CREATE ROLE another")

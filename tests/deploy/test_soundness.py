"""健全か: nothing starts on a database that loses what was committed, or with a role that sees more
than it may; each fault is planted, and named."""

from pathlib import Path

import psycopg
import pytest
from msgspec import structs
from psycopg import sql

from deploy.hub import Hub
from deploy.settings import Settings
from deploy.soundness import SAFE, Unsound, judged
from tests.conftest import Given
from tests.mall import settings_for

SOUND = dict(SAFE)


@pytest.mark.parametrize("name", SAFE)
@pytest.mark.parametrize("setting", ["off", "local", None])
def test_a_setting_that_loses_what_was_committed_is_named(name: str, setting: str | None) -> None:
    found = {**SOUND, name: setting} if setting is not None else {
        other: safe for other, safe in SOUND.items() if other != name
    }  # fmt: skip
    assert judged(found, False, []) == [name]  # type: ignore[arg-type]  # as told


def test_what_is_sound_has_no_fault() -> None:
    assert judged(SOUND, False, []) == []
    assert judged({**SOUND, "synchronous_commit": "remote_apply"}, False, []) == []
    assert judged({**SOUND, "fsync": "remote_write"}, False, []) == ["fsync"]
    assert judged(SOUND, True, ["tenants.x"]) == ["role", "unforced tenants.x"]


@pytest.fixture
def ours(given: Given, database: str, tmp_path: Path) -> Settings:
    return settings_for(database, given.redis_url, tmp_path)


async def refused(settings: Settings) -> str:
    """Why a hub does not start."""
    with pytest.raises(Unsound) as why:
        async with Hub(settings).running():
            pass
    return str(why.value.code)


def owner(settings: Settings, statement: sql.Composable) -> None:
    with psycopg.connect(settings.database_url, autocommit=True) as conn:
        conn.execute(statement)


async def test_a_database_whose_commits_may_be_lost_is_not_served(ours: Settings) -> None:
    name = sql.Identifier(ours.database_url.rpartition("/")[2])
    owner(ours, sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(name))
    assert "synchronous_commit" in await refused(ours)


async def test_a_superuser_does_not_serve(ours: Settings) -> None:
    assert await refused(structs.replace(ours, app_database_url=ours.database_url)) == (
        "この設定では起動しません / not served like this: role"
    )
    assert "role" in await refused(structs.replace(ours, desk_database_url=ours.database_url))


async def test_a_role_that_passes_policies_by_does_not_serve(ours: Settings) -> None:
    role = sql.SQL("passes_by_in_a_test")
    owner(ours, sql.SQL("DROP ROLE IF EXISTS {0}").format(role))
    owner(ours, sql.SQL("CREATE ROLE {} LOGIN BYPASSRLS PASSWORD 'test'").format(role))
    try:
        owner(ours, sql.SQL("GRANT meguri_app TO {}").format(role))
        host = ours.database_url.rpartition("@")[2]
        url = f"postgresql://passes_by_in_a_test:test@{host}"
        assert "role" in await refused(structs.replace(ours, app_database_url=url))
    finally:
        owner(ours, sql.SQL("DROP ROLE {}").format(role))


@pytest.mark.parametrize("table", ["federation.slips", "audit.acts", "tenants.tills"])
@pytest.mark.parametrize("change", ["NO FORCE", "DISABLE"])
async def test_a_table_whose_policy_does_not_bind_is_not_served(
    ours: Settings, table: str, change: str
) -> None:
    whole = sql.Identifier(*table.split("."))
    owner(
        ours,
        sql.SQL("ALTER TABLE {} {} ROW LEVEL SECURITY").format(whole, sql.SQL(change)),  # type: ignore[arg-type]  # of ours
    )
    assert f"unforced {table}" in await refused(ours)

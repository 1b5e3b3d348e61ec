"""Every table goes along in an export, or a reason says why not."""

from psycopg import AsyncConnection, sql

from deploy.tables import LEFT_OUT, PERSONAL, SECRETS, SEEDED, STAY, carried, catalogue
from tests.conftest import Given


async def test_every_table_is_exported_or_stays_for_a_reason(given: Given, template: str) -> None:
    async with await AsyncConnection.connect(given.database(template), autocommit=True) as conn:
        known = {one.name: one for one in await catalogue(conn)}
        goes = {one.name for one in await carried(conn, with_secrets=True, with_personal=True)}
        public = {one.name for one in await carried(conn, with_secrets=False, with_personal=False)}
    assert goes | STAY.keys() == known.keys()
    assert not goes & STAY.keys()
    assert all(STAY.values())
    assert goes - public <= SECRETS.keys() | PERSONAL.keys() <= known.keys()
    assert public >= SEEDED
    assert all(column in known[table].columns for table, column in LEFT_OUT)
    schemas = {name.partition(".")[0] for name in known}
    assert schemas == {"audit", "auth", "deploy", "federation", "jobs", "settlement", "tenants"}


async def test_only_tables_known_to_be_seeded_have_rows_after_a_migration(
    given: Given, template: str
) -> None:
    """An import replaces those; any other row says that the instance is not empty."""
    async with await AsyncConnection.connect(given.database(template), autocommit=True) as conn:
        for table in await carried(conn, with_secrets=True, with_personal=True):
            found = await conn.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(table.identifier))
            assert not found.rowcount or table.name in SEEDED, table.name


async def test_a_table_comes_after_those_that_it_leads_to(given: Given, template: str) -> None:
    async with await AsyncConnection.connect(given.database(template), autocommit=True) as conn:
        tables = await carried(conn, with_secrets=True, with_personal=True)
    places = {table.oid: place for place, table in enumerate(tables)}
    assert all(places[need] < places[table.oid] for table in tables for need in table.needs)

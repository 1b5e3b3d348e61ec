"""Lays a migrated, empty schema on Citus: copies what is small, spreads what is not. The owner does
it, once, on the coordinator: `python -m deploy.citus.placing`."""

import os
import sys

import psycopg
from psycopg import sql

from deploy.citus.places import COPIED, SPREAD
from deploy.citus.rules import broken
from federation.sql import statement

FUNCTIONS = statement(__file__, "functions")
SHARDS = 32
COPY = "SELECT create_reference_table(%s)"
FIRST = "SELECT create_distributed_table(%s, %s, shard_count => %s)"
BESIDE = "SELECT create_distributed_table(%s, %s, colocate_with => %s)"
WHERE = "SELECT table_name::text, distribution_column, colocation_id FROM citus_tables"
FOUND = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"


class NotSpread(SystemExit):
    """The schema could not be laid out: why, in one sentence."""


def place(conn: psycopg.Connection, shards: int = SHARDS) -> None:
    """Copy and spread every table of the books, in one transaction, and leave there what the desk
    needs; a schema that breaks a rule, or is no Citus', is refused."""
    if conn.execute(FOUND).fetchone() != (True,):
        raise NotSpread("Citus ではありません / this database has no Citus")
    if faults := broken(conn):
        raise NotSpread("配置の規則に反します / it breaks a rule:\n" + "\n".join(faults))
    placed = {row[0] for row in conn.execute(WHERE.encode()).fetchall()}
    with conn.transaction():
        for table in COPIED:
            if table not in placed:
                conn.execute(COPY, (table,))
        for table, beside in sorted(SPREAD.items(), key=lambda one: one[0] != one[1].of):
            if table in placed:
                continue
            if table == beside.of:
                conn.execute(FIRST, (table, beside.key, shards))
            else:
                conn.execute(BESIDE, (table, beside.key, beside.of))
        conn.execute(FUNCTIONS.encode())
        for role in ("meguri_desk", "meguri_app"):
            conn.execute(
                sql.SQL("ALTER ROLE {} SET citus.propagate_set_commands = 'local'").format(
                    sql.Identifier(role)
                )
            )


def main() -> None:
    """Place the database of `DATABASE_URL`."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as conn:
        place(conn)
        told = conn.execute(WHERE.encode()).fetchall()
    sys.stdout.write("".join(f"{table}\t{key}\t{group}\n" for table, key, group in sorted(told)))


if __name__ == "__main__":
    main()

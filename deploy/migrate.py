"""Migrations: numbered SQL files, each applied once, in one transaction, under one lock."""

import functools
import hashlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from deploy.settings import MIGRATING, ROLES, Settings, password
from federation.sql import statement

FOLDER = Path(__file__).with_name("migrations")
LOCK = 0x6D69677261746530
ROLE_FILES = ("0001_roles.sql", "0069_owner.sql")
MONTHS_AHEAD = 4
OWN = statement(__file__, "own")
# Whoever made the roles may set their passwords; who migrates for the owner may not.
MAKES_ROLES = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"


class Changed(SystemExit):
    """A migration that was applied stands in another form now; nothing is applied."""


def migrations() -> Iterator[tuple[str, str]]:
    """Every migration's name and text, in order."""
    for path in sorted(FOLDER.glob("[0-9]*.sql")):
        yield path.stem, path.read_text(encoding="utf-8")


@functools.cache
def names() -> frozenset[str]:
    """What this version was made for."""
    return frozenset(name for name, _ in migrations())


def migrate(settings: Settings, now: datetime) -> list[str]:
    """Bring the database to today's schema and give the serving roles their passwords; the names
    of what was applied. Safe to run again, and by several processes at once."""
    applied = []
    with psycopg.connect(settings.owners_url, autocommit=True) as conn:
        conn.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        conn.execute("SET lock_timeout = '5s'")  # a migration never stands in the writers' way
        if not asked(conn, "SELECT to_regclass('deploy.migrations') IS NOT NULL"):
            conn.execute("CREATE SCHEMA IF NOT EXISTS deploy")
            conn.execute(
                "CREATE TABLE deploy.migrations ("
                "name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL)"
            )
        known: dict[str, str] = dict(
            conn.execute("SELECT name, sha256 FROM deploy.migrations").fetchall()
        )
        for name, text in migrations():
            digest = hashlib.sha256(text.encode()).hexdigest()
            if known.get(name, digest) != digest:
                raise Changed(
                    f"{name}: 適用済みの移行が変更されています / was changed after it ran"
                )
            if name in known:
                continue
            with conn.transaction():
                conn.execute(text.encode())
                conn.execute(
                    "INSERT INTO deploy.migrations VALUES (%s, %s, %s)", (name, digest, now)
                )
            applied.append(name)
        open_months(conn, now.date())
        for (hand_over,) in conn.execute(OWN).fetchall():
            conn.execute(hand_over)
        if asked(conn, MAKES_ROLES):
            give_passwords(conn, settings)
    return applied


def roles_script() -> str:
    """What a DBA runs where the migrating owner may not make roles; passwords are theirs to set."""
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in ROLE_FILES)


def asked(conn: psycopg.Connection, question: LiteralString) -> bool:
    """What the database says, yes or no."""
    row = conn.execute(question).fetchone()
    return row is not None and bool(row[0])


def give_passwords(conn: psycopg.Connection, settings: Settings) -> None:
    """Set the derived password of each role that logs in, as a SCRAM verifier made here."""
    for role in (*ROLES, MIGRATING):
        name = f"meguri_{role}"
        verifier = conn.pgconn.encrypt_password(
            password(settings.secret, role).encode(), name.encode(), b"scram-sha-256"
        )
        conn.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), verifier.decode())
        )


def open_months(conn: psycopg.Connection, today: date) -> None:
    """Make the partitions from last month to a few months ahead."""
    first = date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)
    conn.execute("SELECT federation.open_months(%s, %s)", (first, MONTHS_AHEAD + 2))

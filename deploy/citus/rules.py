"""The rules that a schema obeys so that it can be spread: asked of the catalogue of any PostgreSQL,
and of the text of any statement."""

import re
from collections.abc import Iterator

import psycopg
from msgspec import Struct

from deploy.citus.places import COORDINATOR, EVERYWHERE, SPREAD, Beside, place_of
from federation.sql import statement

TABLES = statement(__file__, "tables")
KEYS = statement(__file__, "keys")
CHANGED = re.compile(r"\bUPDATE\s+(?:ONLY\s+)?([a-z_]+\.[a-z_]+)(?:\s+AS)?(?:\s+[a-z_]+)?\s+SET\b")
ENDS_SET = re.compile(r"\b(?:FROM|WHERE|RETURNING)\b|\Z")
SET_COLUMN = re.compile(r"(?:^|,)\s*\(?([a-z_]+)\s*(?:=|,|\))")
LOCKED = re.compile(r"\bFOR\s+(?:NO\s+KEY\s+)?(?:UPDATE|SHARE)\b")
COMMENT = re.compile(r"--[^\n]*")
NAMED = re.compile(r"\b((?:federation|tenants|auth|settlement|deploy)\.[a-z_]+)\b")
# Views stand for what they read.
VIEWS = {
    "federation.postings": ("federation.lots", "federation.draws"),
    "federation.attached_lots": ("federation.lots", "federation.entries", "federation.detached"),
    "settlement.issues": ("federation.lots", "federation.entries"),
    "settlement.parts": (
        "federation.draws",
        "federation.entries",
        "federation.lots",
        "federation.shortages",
        "settlement.shortages_after",
    ),
    "settlement.unfolded": ("federation.journal", "federation.entries", "federation.draws"),
    "tenants.rank_flows": ("federation.journal", "federation.entries", "federation.members"),
    "tenants.sales_flows": ("federation.entries",),
    "tenants.sales": ("federation.entries", "tenants.sales_hours"),
    "tenants.visits": ("federation.entries", "tenants.sales_visitors"),
}


class Constraint(Struct, frozen=True):
    """A key of a table: of itself (p, u, x, or a bare unique index i), or to another (f)."""

    name: str
    kind: str
    columns: list[str]
    other: str | None
    other_columns: list[str]


def broken(conn: psycopg.Connection) -> list[str]:
    """Every rule that a schema breaks, as it stands in the catalogue."""
    found = []
    for oid, table, triggers, numbered_key in conn.execute(TABLES.encode()).fetchall():
        place = place_of(table)
        if place is None:
            found.append(f"{table}: nobody has said where it lies")
            continue
        if place != COORDINATOR:
            found += [f"{table}: the trigger {one} would run nowhere" for one in triggers]
        if isinstance(place, Beside) and numbered_key:
            found.append(f"{table}: its key is a number that one machine gives")
        for row in conn.execute(KEYS.encode(), {"table": oid}).fetchall():
            found += breach(table, place, Constraint(*row))
    return found


def breach(table: str, place: Beside | str, key: Constraint) -> Iterator[str]:
    """What a key of a table asks that no machine alone could tell."""
    if key.kind != "f":
        if isinstance(place, Beside) and place.key not in key.columns:
            yield f"{table}: {key.name} is unique without {place.key}"
        return
    assert key.other is not None
    there = place_of(key.other)
    if there == EVERYWHERE:
        return
    if isinstance(place, Beside) and isinstance(there, Beside):
        if place.of != there.of:
            yield f"{table}: {key.name} leads out of its group, to {key.other}"
        elif (place.key, there.key) not in zip(key.columns, key.other_columns, strict=True):
            yield f"{table}: {key.name} leads to {key.other} without {place.key}"
    elif place != there:
        yield f"{table}: {key.name} leads to {key.other}, which lies elsewhere"


def breaches(file: str, text: str) -> list[str]:
    """What a statement does that no sharded PostgreSQL would: change a shard key, or lock rows of
    many machines at once."""
    text = COMMENT.sub("", text)
    found = []
    for met in CHANGED.finditer(text):
        place = SPREAD.get(met[1])
        ends = ENDS_SET.search(text, met.end())
        assert ends is not None
        if place and place.key in SET_COLUMN.findall(text[met.end() : ends.start()]):
            found.append(f"{file}: changes {met[1]}.{place.key}")
    if LOCKED.search(text):
        for table in sorted(tables_of(text) & SPREAD.keys()):
            key = SPREAD[table].key
            if not re.search(rf"\b{key}\s*=\s*%\(", text):
                found.append(f"{file}: locks rows of {table} without {key} =")
    return found


def tables_of(text: str) -> set[str]:
    """The tables that a statement names, views as what they read."""
    found: set[str] = set()
    for name in NAMED.findall(COMMENT.sub("", text)):
        found.update(VIEWS.get(name, (name,)))
    return found


def groups_of(text: str) -> list[str]:
    """The places that a statement has to do with, where they are more than one: the groups of what
    is spread, and the coordinator's own tables beside them."""
    places = {place_of(table) for table in tables_of(text)}
    groups = sorted({one.of.partition(".")[2] for one in places if isinstance(one, Beside)})
    if not groups:
        return []
    home = [COORDINATOR] if COORDINATOR in places else []
    return [*groups, *home] if len(groups) + len(home) > 1 else []

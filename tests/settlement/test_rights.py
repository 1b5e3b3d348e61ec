"""Who may read and write what in settlement's tables."""

import psycopg
import pytest

from tests.settlement.conftest import Books
from tests.settlement.test_close import closed


async def test_a_party_reads_its_own_papers_and_no_other(busy: Books) -> None:
    await closed(busy)
    for table, column in (("statements", "party_id"), ("lines", "party_id")):
        async with busy.role("app", "a") as conn:
            found = await (
                await conn.execute(f"SELECT {column} FROM settlement.{table}")
            ).fetchall()
        assert {row[0] for row in found} == {busy.parties["a"]}
    async with busy.role("app", "a") as conn:
        query = "SELECT funder_id, tenant_id FROM settlement.flows"
        found = await (await conn.execute(query)).fetchall()
    assert found
    assert all(busy.parties["a"] in row for row in found)
    await busy.put(
        "INSERT INTO settlement.terms (version, party_id, from_on, author, reason, agreed_at)"
        " SELECT party_id, nullif(party_id, 1), '2026-07-01', 'test', 'a story', '2026-07-01'"
        " FROM tenants.parties"
    )
    async with busy.role("app", "a") as conn:
        found = await (await conn.execute("SELECT party_id FROM settlement.terms")).fetchall()
    assert {row[0] for row in found} == {None, busy.parties["a"]}
    async with busy.role("app") as conn:
        for table in ("statements", "lines", "flows"):
            seen = await (await conn.execute(f"SELECT FROM settlement.{table}")).fetchall()
            assert seen == []


MAY = {
    ("app", "salts"): set(),
    ("app", "pieces"): set(),
    ("app", "statements"): {"SELECT"},
    ("auditor", "salts"): set(),
    ("auditor", "pieces"): {"SELECT"},
    ("desk", "flows"): set(),
    ("app", "terms"): {"SELECT"},
    ("desk", "terms"): set(),
    ("auditor", "conditions"): {"SELECT"},
    ("app", "positions"): set(),
    ("app", "counts"): set(),
    ("desk", "positions"): set(),
    ("auditor", "positions"): {"SELECT"},
    ("auditor", "folded"): {"SELECT"},
    ("worker", "folded"): {"SELECT"},
    **{(role, table): {"SELECT"} for role in ("app", "auditor") for table in (
        "papers", "profiles"
    )},
    **{("desk", table): set() for table in ("papers", "profiles")},
    # They follow from the books: whoever folds may forget them, and changes nothing but the number.
    ("worker", "positions"): {"SELECT", "INSERT", "DELETE"},
    ("worker", "counts"): {"SELECT", "INSERT", "DELETE"},
    **{("worker", table): {"SELECT", "INSERT"} for table in (
        "cycles", "salts", "flows", "statements", "lines", "pieces", "seals", "terms",
        "tax_rates", "conditions", "splits", "papers", "profiles",
    )},
}  # fmt: skip


async def test_what_was_written_is_changed_by_no_one_who_serves(books: Books) -> None:
    for (role, table), may in MAY.items():
        found = await books.ask(
            "SELECT way FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'])"
            " AS w (way) WHERE has_schema_privilege(%s, 'settlement', 'USAGE')"
            " AND has_table_privilege(%s, %s, way)",
            f"meguri_{role}", f"meguri_{role}", f"settlement.{table}",
        )  # fmt: skip
        assert {str(way) for (way,) in found} == may, (role, table)


async def test_the_worker_may_only_advance_a_cycle(busy: Books) -> None:
    await closed(busy)
    async with busy.role("worker") as conn:
        for change in ("closed_by = 'x'", "scheme_id = NULL", "cycle_id = 1"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await conn.execute(f"UPDATE settlement.cycles SET {change}")

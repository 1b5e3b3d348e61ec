"""A correction's slices read what their few members take, not every receipt there is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tenants.campaigns import corrections

MEMBERS, SALES, SLICE = 10_000, 2, 20
BOOKS = f"""
SET session_replication_role = replica;
SELECT federation.open_months('2026-06-01'::date, 1);
INSERT INTO federation.members (member_id, joined_on)
SELECT n, '2026-06-01' FROM generate_series(1, {MEMBERS}) AS n;
UPDATE federation.members SET state = 'merged', merged_into = 77 WHERE member_id = 5;
INSERT INTO federation.entries (
    member_id, entry_id, kind, tenant_id, shop_id, till, points, paid_yen, excluded_yen, at,
    business_date, cycle_id, booked_at
)
SELECT n, n * 10 + sale, 'accrual', 1, 1, 'T01', 40, 1100, 0, '2026-06-03', '2026-06-03', 20260601,
    '2026-06-03 12:00+09'
FROM generate_series(1, {MEMBERS}) AS n, generate_series(1, {SALES}) AS sale;
INSERT INTO federation.lots (
    member_id, entry_id, part, points, points_left, points_held, shop_id, funder_id, scheme_id,
    limited, rule, usable_from, expires_on
)
SELECT entries.member_id, entries.entry_id, part, 10 + part * 20, 0, 0, 1, 1, 1, false,
    CASE part WHEN 0 THEN 'base' ELSE 'campaign:x3' END, '2026-06-03', '2028-03-31'
FROM federation.entries, generate_series(0, 1) AS part;
INSERT INTO tenants.correction_runs (
    run, campaign, from_on, to_on, multiplier, shortage, reason, proposed_by, proposed_at,
    state, after_member_id
)
VALUES ('r', 'x3', '2026-06-01', '2026-06-15', 2, 'WAIVE', '-', 'c_x', '2026-06-04', 'counting',
    70);
SET session_replication_role = origin;
VACUUM ANALYZE federation.members, federation.entries, federation.lots;
"""


@pytest.fixture
def books(database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database, autocommit=True) as conn:
        for statement in BOOKS.split(";\n"):
            conn.execute(statement.encode())
        yield conn


def scans(plan: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """The rows that were looked at, table by table."""
    if table := plan.get("Relation Name"):
        dropped = plan.get("Rows Removed by Filter", 0)
        yield table, round((plan["Actual Rows"] + dropped) * plan["Actual Loops"])
    for inner in plan.get("Plans", ()):
        yield from scans(inner)


def test_a_slice_reads_no_more_than_it_must_of_many_receipts(books: psycopg.Connection) -> None:
    """Twenty members of ten thousand, with the one who has become another among them."""
    text = (Path(corrections.__file__).parent / "run_sales.sql").read_text()
    asked = {"run": "r", "most": SLICE}
    found = books.execute(text.encode(), asked).fetchall()
    assert {row[0] for row in found} == set(range(71, 71 + SLICE))
    assert sum(row[0] == 77 for row in found) == 2 * SALES
    assert {row[1] for row in found} == {10}
    plan = books.execute(("EXPLAIN (ANALYZE, FORMAT JSON) " + text).encode(), asked).fetchone()
    assert plan is not None
    looked = list(scans(plan[0][0]["Plan"]))
    assert looked
    looked.sort(key=lambda one: -one[1])
    assert max(rows for _, rows in looked) < 20 * SLICE * SALES, looked

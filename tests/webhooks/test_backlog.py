"""A backlog of deliveries: what is due is found among few rows, however many wait."""

from datetime import timedelta

import psycopg

from deploy.clock import wall
from tenants.webhooks.delivering import DUE

ENDPOINTS = """
INSERT INTO tenants.webhook_endpoints
(tenant_id, endpoint_id, url, state, laid_out, created_at, changed_at)
SELECT 1, 'hook-' || n, 'https://a.example/', 'enabled', 1000000, %(now)s, %(now)s
FROM generate_series(1, 4) AS n
"""
BACKLOG = """
INSERT INTO tenants.deliveries
(tenant_id, endpoint_id, sequence, event, type, lane, body, laid_at, due_at)
SELECT 1, 'hook-' || e, n, 'e-' || n, 'entry', n %% 500, '{}', %(now)s, %(now)s
FROM generate_series(1, 4) AS e, generate_series(1, 2000) AS n
"""
RETRIED = """
UPDATE tenants.deliveries SET due_at = due_at + interval '1 hour' WHERE lane = 7 AND sequence = 7
"""
READ = 1_000  # blocks; joined with all that wait they were twelve million


def test_two_thousand_that_wait_for_each_are_not_read_to_find_eight(database: str) -> None:
    """Nobody has counted the table yet, as when a backlog has just begun."""
    now = wall()
    asked = {"now": now + timedelta(seconds=1), "away": [], "resting": [], "each": 8}
    with psycopg.connect(database, autocommit=True) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute("ALTER TABLE tenants.deliveries SET (autovacuum_enabled = false)")
        conn.execute(ENDPOINTS, {"now": now})
        conn.execute(BACKLOG, {"now": now})
        conn.execute(RETRIED)
        row = conn.execute(b"EXPLAIN (ANALYZE, FORMAT JSON) " + DUE.encode(), asked).fetchone()
        assert row is not None
        plan = row[0][0]["Plan"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < READ
        found = conn.execute(DUE.encode(), asked).fetchall()
    lanes = {endpoint: [one[6] for one in found if one[1] == endpoint] for _, endpoint, *_ in found}
    heads = [1, 2, 3, 4, 5, 6, 8, 9]  # what is tried again later lets only its own member wait
    assert lanes == {f"hook-{n}": heads for n in range(1, 5)}

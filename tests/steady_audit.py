"""After `make steady`: whether the books have each slip that was acknowledged, once. Reads the
database that it left and nothing of the hub's code; the last line is one JSON object.

`python -m tests.steady_audit FOLDER TOLD`: where the servers keep theirs, how many were told so."""

import json
import sys
from pathlib import Path

import psycopg

from deploy.embedded import embedded

DATABASE = "bench_hub"
# Slips of the run begin with an `s`; those of the ground's past with an `M`.
BOOKED = """
WITH answered AS (
    SELECT shop_id, slip, booked_at, status FROM federation.answers WHERE slip LIKE 's%'
)

SELECT
    (SELECT count(*) FROM answered WHERE status = 201) AS kept,
    (
        SELECT count(*) FROM answered
        WHERE status = 201 AND NOT EXISTS (
            SELECT FROM federation.entries
            WHERE entries.shop_id = answered.shop_id AND entries.slip = answered.slip
                AND entries.booked_at = answered.booked_at
        )
    ) AS without,
    (
        SELECT count(*) FROM (
            SELECT FROM federation.entries WHERE slip LIKE 's%'
            GROUP BY shop_id, slip HAVING count(*) > 1
        ) AS twice
    ) AS twice
"""


def audited(database: str, told: int) -> dict[str, int]:
    """What the books say of what the tills were told."""
    with psycopg.connect(database) as conn:
        row = conn.execute(BOOKED).fetchone()
    assert row is not None
    kept, without, twice = row
    lost = max(0, told - kept) + without
    return {"acknowledged": told, "kept": kept, "lost": lost, "doubled": twice}


def main(folder: str, told: str) -> int:
    """One look; 1 where something is lost or doubled."""
    with embedded(Path(folder)) as servers:
        found = audited(servers.database_url.rpartition("/")[0] + f"/{DATABASE}", int(told))
    print(json.dumps(found))  # noqa: T201  this is what the tool is for
    return 1 if found["lost"] or found["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

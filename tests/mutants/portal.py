"""Bugs of the tenant's pages, of the lines that stay open and of what the watch remembers."""

from tests.mutants.bug import Bug

PORTAL = "tests/pages/test_portal.py"
LIVE = "tests/pages/test_live.py"
STATUS = "tests/pages/test_status.py"

SHOWING = (
    Bug(
        "a tenant rotates another's client",
        "deploy/portal/keys_pages.py",
        "await clients.listed(conn, own.code):\n",
        "await clients.listed(conn):\n",
        f"{PORTAL}::test_what_is_anothers_does_not_exist",
    ),
    Bug(
        "the browser believes a changed line",
        "deploy/web/portal/proof.js",
        'if (hex(leaf) !== own[1]) return wrong(n + 1, "changed");',
        "",
        f"{PORTAL}::test_a_tenant_checks_its_proof_and_sees_a_changed_one_refused",
    ),
    Bug(
        "a line outlives its session",
        "deploy/live.py",
        "            if line.whose not in still:\n",
        "            if line.whose not in asked:\n",
        f"{LIVE}::test_a_line_ends_with_its_session",
    ),
    Bug(
        "a minute forgets that it was broken",
        "federation/watch_kept.sql",
        "WHERE excluded.broken >= looks.broken",
        "WHERE true",
        f"{STATUS}::test_what_was_broken_is_seen_at_its_minute_for_ever_after",
    ),
    Bug(
        "a tenant's own points at its own shop count as another's",
        "deploy/portal/home_pages.py",
        "    column = tuple(cell for cell in cycle.column if cell.party != own)\n",
        "    column = cycle.column\n",
        "tests/pages/test_portal.py::test_a_tenants_own_points_at_its_own_shops_are_not_anothers",
    ),
)

"""健全か: whether the books may be served from this database by these roles; where not, nothing
starts.

A setting that lets a commit be lost, pages without a sum, a role with powers or with tables of its
own, a table of tenants' rows whose policy does not bind its owner: each is named.
"""

from collections.abc import Iterable

from psycopg import AsyncConnection

from deploy.pools import Pools

POOLED = ("app", "counter", "worker", "auditor")

SAFE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "data_checksums": "on",
}
SETTINGS = "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)"
POWERS = """
SELECT rolsuper OR rolbypassrls OR EXISTS (
    SELECT FROM pg_class INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')
        AND nspname IN ('federation', 'tenants', 'auth', 'settlement', 'audit')
)
FROM pg_roles WHERE rolname = current_user
"""
UNFORCED = """
SELECT format('%s.%s', nspname, relname)
FROM pg_class
INNER JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE
    relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)
    AND nspname IN ('federation', 'tenants', 'settlement', 'auth', 'audit')
    AND EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attname = 'tenant_id' AND NOT attisdropped
    )
ORDER BY 1
"""


class Unsound(SystemExit):
    """The books are not served like this."""

    def __init__(self, reasons: Iterable[str]) -> None:
        named = ", ".join(reasons)
        super().__init__(f"この設定では起動しません / not served like this: {named}")


async def faults(conn: AsyncConnection) -> list[str]:
    """What is wrong with the database, and with the role that this connection is of."""
    found: dict[str, str] = dict(await (await conn.execute(SETTINGS, (list(SAFE),))).fetchall())
    powers = await (await conn.execute(POWERS)).fetchone()
    unforced = [row[0] for row in await (await conn.execute(UNFORCED)).fetchall()]
    return judged(found, powers is None or bool(powers[0]), unforced)


def judged(settings: dict[str, str], powers: bool, unforced: list[str]) -> list[str]:
    """The reasons not to serve, by name."""
    reasons = [name for name, safe in SAFE.items() if not is_safe(name, settings.get(name), safe)]
    if powers:
        reasons.append("role")
    return reasons + [f"unforced {table}" for table in unforced]


def is_safe(name: str, setting: str | None, safe: str) -> bool:
    """Whether a setting keeps what was committed; a commit that waits for another machine's disk
    keeps more."""
    return setting == safe or (name, setting) == ("synchronous_commit", "remote_apply")


async def insist(pools: Pools) -> None:
    """Look at the database with every role that serves; `Unsound` if anything is wrong."""
    reasons: dict[str, None] = {}
    for role in POOLED:
        async with pools.use(role) as conn:
            reasons |= dict.fromkeys(await faults(conn))
    for connect in (pools.desk, pools.sealer):
        async with await connect() as conn:
            reasons |= dict.fromkeys(await faults(conn))
    if reasons:
        raise Unsound(reasons)

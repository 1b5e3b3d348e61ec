"""Which tables an export carries: all that the catalogue knows, but for those named here with the
reason why they stay."""

from graphlib import TopologicalSorter

from msgspec import Struct
from psycopg import AsyncConnection, sql
from psycopg.rows import class_row

# What stays where it is, and why.
STAY = {
    "audit.acts": "what was done here is the trail of this instance: keep its CSV (`meguri audit`)",
    "audit.links": "transactions bear other numbers elsewhere",
    "deploy.migrations": "the schema itself; the manifest names it",
    "auth.assertions": "used assertions, over within a minute",
    "auth.client_enrolments": "codes that make a browser a till, over within ten minutes",
    "auth.codes": "over within a minute",
    "auth.grants": "members allow an app anew; its tokens were this instance's",
    "auth.proofs": "proofs that were shown, over within minutes",
    "auth.refresh_tokens": "likewise this instance's",
    "auth.requests": "pages that wait for an answer, over within minutes",
    "auth.withdrawn": "tokens that were given back, over within minutes",
    "auth.signing_keys": "sealed with the instance's secret; another instance makes its own",
    "auth.links": "links that are good once, over within days",
    "auth.people_log": "what was done here, at this instance",
    "auth.sessions": "sessions, over within hours",
    "auth.sign_ups": "sign-ups that wait for a code, over within minutes",
    "auth.tries": "failures of the last quarter of an hour",
    "federation.codes": "one-time codes, over within 300 s",
    "federation.detached": "an export needs every month attached",
    "federation.detached_draws": "likewise",
    "federation.doors": "one counter of the running processes",
    "federation.watched": "where the running hubs look; transactions bear other numbers elsewhere",
    "federation.looks": "what this instance's watch saw, for ninety days",
    "federation.breaks": "what this instance's watch found broken",
    "federation.announced": "the announcer's mark; elsewhere it is found anew",
    "federation.numbered": "transactions bear other numbers elsewhere; an import sets it",
    "jobs.procrastinate_events": "what this instance's queue did",
    "jobs.procrastinate_jobs": "what waits is rung for anew elsewhere",
    "jobs.procrastinate_periodic_defers": "unused",
    "jobs.procrastinate_workers": "the running hubs",
    "jobs.runs": "what was done here; elsewhere every job is idempotent",
    "tenants.rank_basis": "follows from the books; the follower begins anew elsewhere",
    "tenants.rank_mark": "the follower's mark; elsewhere it stands at nothing",
    "tenants.sales_hours": "follow from the books; the job begins anew elsewhere",
    "tenants.sales_visitors": "likewise",
    "tenants.sales_mark": "the job's mark; elsewhere it stands at nothing",
    "tenants.phone_lookups": "counts of the last two days",
    "settlement.counts": "follow from the books; the roller begins anew elsewhere",
    "settlement.folded": "the roller's mark; elsewhere it stands at nothing",
    "settlement.positions": "follow from the books; the roller begins anew elsewhere",
}
# What goes along only where it is asked for: the rows by their table, or all of it.
NONE = "false"
SECRETS = {
    "auth.clients": "method <> 'client_secret_basic'",  # these have no secret but at home
    "auth.credentials": "secret_sha256 IS NULL",
    "auth.devices": NONE,
    "auth.member_logins": NONE,
    "auth.passkeys": NONE,
    "auth.people": NONE,
    "auth.person_roles": NONE,
    "federation.pins": NONE,
    "tenants.webhook_secrets": NONE,
}
# Who members are, and whose account is where, goes along only where it is asked for: the rows that
# say nothing of it.
PERSONAL = {
    "federation.carriers": "kind NOT IN ('phone', 'line')",
    "federation.profiles": NONE,
    "settlement.bank_accounts": NONE,
    "settlement.adjustments": "reference IS NULL",
    "settlement.bank_uploads": NONE,
    "settlement.files": NONE,
    "settlement.payments": NONE,
    "tenants.disclosures": NONE,
    "tenants.question_words": NONE,
    "tenants.questions": NONE,
    "tenants.import_rows": "content IS NULL",
}
# Columns that mean nothing in another database.
LEFT_OUT = {("federation.entries", "xid"), ("federation.notices", "xid")}
# Tables in which migrations and the start of a hub put rows of their own: an import replaces them.
SEEDED = {
    "federation.cycles",
    "settlement.shortages_after",
    "settlement.tax_rates",
    "settlement.windows",
    "tenants.expiry_policies",
    "tenants.joining_rules",
    "tenants.followed",
    "tenants.limits",
    "tenants.noticed",
    "tenants.notices",
    "tenants.paces",
    "tenants.parties",
    "tenants.privacy",
    "tenants.profile_rewards",
    "tenants.programme",
    "tenants.ranks",
    "tenants.reminders",
    "tenants.shops",
    "tenants.tenants",
    "tenants.tills",
}

CATALOGUE = """
SELECT
    tables.oid::bigint, format('%s.%s', schemas.nspname, tables.relname) AS name,
    tables.relkind = 'p' AS monthly,
    ARRAY(
        SELECT attname::text FROM pg_attribute
        WHERE attrelid = tables.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        ORDER BY attnum
    ) AS columns,
    ARRAY(
        SELECT pg_attribute.attname::text
        FROM pg_index
        CROSS JOIN unnest(pg_index.indkey::smallint []) WITH ORDINALITY AS key (attnum, place)
        INNER JOIN pg_attribute
            ON pg_attribute.attrelid = tables.oid AND pg_attribute.attnum = key.attnum
        WHERE pg_index.indrelid = tables.oid AND pg_index.indisprimary
        ORDER BY key.place
    ) AS key,
    ARRAY(
        SELECT DISTINCT confrelid::bigint FROM pg_constraint
        WHERE conrelid = tables.oid AND contype = 'f' AND confrelid <> tables.oid
    ) AS needs
FROM pg_class AS tables
INNER JOIN pg_namespace AS schemas ON schemas.oid = tables.relnamespace
WHERE
    tables.relkind IN ('r', 'p')
    AND NOT tables.relispartition
    AND schemas.nspname !~ '^pg_'
    AND schemas.nspname NOT IN ('information_schema', 'archive')
ORDER BY name
"""


class Table(Struct, frozen=True):
    """One table of the catalogue, with the tables that its foreign keys lead to."""

    oid: int
    name: str
    monthly: bool
    columns: list[str]
    key: list[str]
    needs: list[int]

    @property
    def identifier(self) -> sql.Identifier:
        """Its name as a statement has it."""
        return sql.Identifier(*self.name.split("."))

    @property
    def carried(self) -> list[str]:
        """The columns that go along."""
        return [one for one in self.columns if (self.name, one) not in LEFT_OUT]

    @property
    def file(self) -> str:
        """Its file in an export."""
        return f"{self.name}.csv"


async def catalogue(conn: AsyncConnection) -> list[Table]:
    """Every table of this database that is not a part of another."""
    async with conn.cursor(row_factory=class_row(Table)) as cursor:
        await cursor.execute(CATALOGUE)
        return await cursor.fetchall()


def withheld(with_secrets: bool, with_personal: bool) -> dict[str, str]:
    """The tables of which not all goes along, and what of them does."""
    return ({} if with_secrets else SECRETS) | ({} if with_personal else PERSONAL)


async def carried(conn: AsyncConnection, with_secrets: bool, with_personal: bool) -> list[Table]:
    """The tables of an export, each after those that it leads to."""
    left_out = withheld(with_secrets, with_personal)
    known = {one.oid: one for one in await catalogue(conn)}
    goes = {
        one.oid for one in known.values() if one.name not in STAY and left_out.get(one.name) != NONE
    }
    order = TopologicalSorter({oid: set(known[oid].needs) & goes for oid in sorted(goes)})
    return [known[oid] for oid in order.static_order()]


def rows_of(table: Table, only: str | None) -> sql.Composed:
    """The rows that go along, in order of their key: the same rows are the same file."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.carried))
    query = sql.SQL("SELECT {} FROM {}").format(columns, table.identifier)
    if only is not None:
        query += sql.SQL(" WHERE {}").format(sql.SQL(only))
    order = table.key or table.carried
    return query + sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join(map(sql.Identifier, order)))

"""Who may read and change what of a cycle's life, asked of the database itself."""

import psycopg
import pytest

from tests.mall import Mall
from tests.settlement.life.offices import Finance

OWN = ("payments", "disputes", "adjustments")
HIDDEN = ("files", "bank_uploads", "approvals", "plans", "steps")


async def test_a_party_reads_its_own_payments_and_never_an_account(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await finance.until_sent()
    async with mall.hub.pools.reader(bakery.tenant_id) as conn:
        found = await (
            await conn.execute("SELECT party_id, yen FROM settlement.payments")
        ).fetchall()
    assert found == [(bakery.tenant_id, -1_000)]
    for query in (
        "SELECT account FROM settlement.payments",
        "SELECT customer FROM settlement.payments",
        *(f"SELECT FROM settlement.{table}" for table in HIDDEN),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with mall.hub.pools.reader(bakery.tenant_id) as conn:
                await conn.execute(query)  # type: ignore[arg-type]
    async with mall.hub.pools.use("app") as conn:
        for table in OWN:
            query = f"SELECT count(*) FROM settlement.{table}"
            assert await (await conn.execute(query)).fetchone() == (0,)  # type: ignore[arg-type]


async def test_what_was_approved_or_decided_is_changed_by_nobody_who_serves(mall: Mall) -> None:
    for change in (
        "UPDATE settlement.payments SET yen = yen + 1",
        "UPDATE settlement.files SET body = ''",
        "UPDATE settlement.approvals SET approved_by = 'x'",
        "UPDATE settlement.disputes SET yen = 1",
        "UPDATE settlement.adjustments SET yen = 1",
        "UPDATE settlement.plans SET prepared_by = 'x'",
        "DELETE FROM settlement.bank_uploads",
        "DELETE FROM settlement.steps",
    ):
        for role in ("app", "worker", "auditor"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                async with mall.hub.pools.use(role) as conn:
                    await conn.execute(change)  # type: ignore[arg-type]

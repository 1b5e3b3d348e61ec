"""A demo's cycle can be paid: whoever lays it out enters a bank and everybody's account."""

from deploy.demo import banking
from settlement.bank import entering, names
from tests.mall import WHY


async def test_every_party_of_the_demo_has_an_account_at_a_bank_that_exists(mall):
    await mall.shops("bakery", "bookshop")
    async with mall.hub.pools.use("worker") as conn:
        await banking.enter(conn, ["bakery", "bookshop"], WHY)
        day = mall.now.date()
        own = await entering.profile(conn, day, names.with_names)
        agreed = await entering.agreed(conn, day, names.with_names)
    assert own is not None
    assert own.originator.account.bank_name
    for known in (agreed.payees, agreed.debtors):
        assert set(known) == {"bakery", "bookshop"}
        assert all(account.branch_name for account in known.values())
    assert set(agreed.routes.values()) == {"DIRECT_DEBIT"}

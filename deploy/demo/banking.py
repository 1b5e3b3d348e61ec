"""The demo's bank: the operator's profile, and an invented account and a route of every party."""

from collections.abc import Sequence

from psycopg import AsyncConnection

from deploy.clock import wall
from deploy.demo import federation as demo
from settlement.bank import entering
from settlement.bank.orders import Account, Originator
from settlement.bank.profile import Profile
from tenants.layout import Why

OWN = Account("0001", "001", "1", "9000000", "ﾃﾞﾓ)ﾎﾟｲﾝﾄﾊﾌﾞ")
ORIGINATOR = "9999999999"


async def enter(conn: AsyncConnection, parties: Sequence[str], why: Why) -> None:
    """Whoever is owed is paid by transfer, whoever owes is debited; no account is anybody's."""
    from_on, now = demo.FIRST_ON.replace(month=4, day=1), wall()
    await entering.set_profile(conn, Profile(Originator(ORIGINATOR, OWN)), from_on, why, now)
    for number, party in enumerate(parties, start=1):
        account = account_of(number)
        await entering.enter_account(conn, party, "payee", account, from_on, why, now)
        await entering.enter_account(
            conn, party, "debtor", account, from_on, why, now, customer=f"{number:011}"
        )
        await entering.set_route(conn, party, "DIRECT_DEBIT", from_on, why, now)


def account_of(number: int) -> Account:
    """The n-th party's account."""
    return Account("0001", "001", "1", f"{9_000_000 + number}", f"ﾃﾞﾓ{number:03}")

"""精算書の周り: what others know of a statement: who approved it, how it is paid, what came before.

Until its cycle is approved a paper is a 速報 with room for three stamps; then it is 確定, and says
who drafted, confirmed and approved it, and when.
"""

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.sql import statement
from settlement.bank.orders import Account, Debit, Transfer
from settlement.paper.paper import Edition, Lang, Signature

BESIDE = statement(__file__, "beside")
# How a party is paid where no account is named.
ROUTES: dict[str, dict[Lang, str]] = {
    "OFFSET_SALES_DEPOSIT": {"ja": "売上預り金と相殺", "en": "Set off against sales deposits"},
    "INVOICE": {"ja": "請求書払い", "en": "By invoice"},
}


class Beside(Struct, frozen=True):
    """What others know of a statement: its edition, by the plan that was approved; who signed; the
    account or the way it is paid; what was received for the statement before."""

    edition: Edition = "provisional"
    plan: int | None = None
    signatures: tuple[Signature, ...] = ()
    route: str = ""
    account: Account | None = None
    received_yen: int | None = None

    def paid_by(self, lang: Lang) -> str | None:
        """How it is paid, as a paper says it."""
        if self.account is not None:
            return self.account.shown(lang)
        return ROUTES.get(self.route, {}).get(lang)


async def beside(
    conn: AsyncConnection, cycle_id: int, party_id: int | None = None
) -> dict[int, Beside]:
    """What is known beside the statements of a cycle, by party; the reader sees all (worker)."""
    found = await rows(conn, BESIDE, {"cycle_id": cycle_id, "party_id": party_id})
    return {row["party_id"]: known(row) for row in found}


def known(row: dict[str, object]) -> Beside:
    """One party's, from its row."""
    plan, route = row["plan"], str(row["route"] or "")
    assert plan is None or isinstance(plan, int)
    received = row["received_yen"]
    assert received is None or isinstance(received, int)
    return Beside(
        edition="provisional" if plan is None else "final",
        plan=plan,
        signatures=() if plan is None else signatures(row),
        route=route,
        account=account_in(route, row["account"]),
        received_yen=received,
    )


def signatures(row: dict[str, object]) -> tuple[Signature, ...]:
    """Who closed the cycle, who confirmed it, who approved it."""
    told = [
        {"step": step, "name": name_of(row[f"{step}_by"]), "at": row[f"{step}_at"]}
        for step in ("drafted", "confirmed", "approved")
    ]
    return msgspec.convert(told, tuple[Signature, ...])


def name_of(author: object) -> str:
    """Who it was, without saying by which door."""
    return str(author).removeprefix("cli:")


def account_in(route: str, account: object) -> Account | None:
    """The account that is paid, or that pays."""
    if not isinstance(account, str):
        return None
    if route == "TRANSFER":
        return msgspec.json.decode(account, type=Transfer).to
    return msgspec.json.decode(account, type=Debit).account

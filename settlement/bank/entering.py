"""口座・経路・合意・銀行設定の登録: each row with who entered it, when and why; nothing is changed.

The callers run these in one transaction as the worker. What is in force on a day is read from here
too, as the plain values that `routing.plan` takes.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Literal

import msgspec
from msgspec import Struct, structs
from psycopg import AsyncConnection
from psycopg.rows import DictRow, class_row, dict_row

from federation.sql import statement
from settlement.bank.orders import Account, Originator
from settlement.bank.profile import Profile, Window, accept
from settlement.bank.refusals import UnknownParty
from settlement.bank.routing import Agreed, Consent, Route
from tenants.layout import Why

ADD_ACCOUNT = statement(__file__, "add_account")
ADD_ROUTE = statement(__file__, "add_route")
ADD_CONSENT = statement(__file__, "add_consent")
ADD_PROFILE = statement(__file__, "add_profile")
ACCOUNTS = statement(__file__, "accounts")
ROUTES = statement(__file__, "routes")
CONSENTS = statement(__file__, "consents")
PROFILE = statement(__file__, "profile")

Purpose = Literal["payee", "debtor"]
Named = Callable[[Account], Account]  # puts the names of bank and branch to an account


class Kept(Struct, frozen=True):
    """An account as it stands in the books, with who entered it, when and why."""

    party: str
    purpose: Purpose
    from_on: date
    entered_at: datetime
    closed: bool
    bank: str
    branch: str
    deposit: str
    number: str
    holder: str
    customer: str
    author: str
    reason: str

    @property
    def account(self) -> Account:
        """Where the money goes."""
        return Account(self.bank, self.branch, self.deposit, self.number, self.holder)


async def enter_account(
    conn: AsyncConnection,
    party: str,
    purpose: Purpose,
    account: Account,
    from_on: date,
    why: Why,
    now: datetime,
    *,
    customer: str = "",
    closed: bool = False,
) -> None:
    """A party's account from a day on, or that it is used no more; `UnknownParty`."""
    sound = msgspec.convert(structs.asdict(account), Account)
    asked = {
        **structs.asdict(sound),
        "party": party,
        "purpose": purpose,
        "from_on": from_on,
        "entered_at": now,
        "closed": closed,
        "customer": customer,
        **structs.asdict(why),
    }
    await _entered(conn, ADD_ACCOUNT, asked)


async def set_route(
    conn: AsyncConnection,
    party: str,
    route: Route,
    from_on: date,
    why: Why,
    now: datetime,
    payee_fee_yen: int = 0,
) -> None:
    """How a party is paid, or pays, from a day on, and the fee of its transfers where it bears that
    itself (先方負担); `UnknownParty`."""
    asked = {"party": party, "route": route, "from_on": from_on, "entered_at": now}
    asked["payee_fee_yen"] = payee_fee_yen
    await _entered(conn, ADD_ROUTE, {**asked, **structs.asdict(why)})


async def enter_consent(
    conn: AsyncConnection, consent: Consent, why: Why, now: datetime, *, withdrawn: bool = False
) -> None:
    """相殺合意 of a party from a day on, or its withdrawal; `UnknownParty`."""
    asked = {**structs.asdict(consent), "entered_at": now, "withdrawn": withdrawn}
    await _entered(conn, ADD_CONSENT, {**asked, **structs.asdict(why)})


async def set_profile(
    conn: AsyncConnection,
    profile: Profile,
    from_on: date,
    why: Why,
    now: datetime,
    window: Window | None = None,
) -> None:
    """What the operator's bank asks for; `DueBeforeApproval` where a cycle of the coming year could
    not be approved in time."""
    accept(profile, window or Window(), from_on)
    own = profile.originator.account
    asked = {
        **structs.asdict(profile),
        **structs.asdict(own),
        "originator_code": profile.originator.code,
        "from_on": from_on,
        "entered_at": now,
        **structs.asdict(why),
    }
    del asked["originator"], asked["bank_name"], asked["branch_name"]
    asked["payer_fees_yen"] = list(profile.payer_fees_yen)
    await _entered(conn, ADD_PROFILE, asked)


async def accounts(conn: AsyncConnection, day: date) -> list[Kept]:
    """The accounts in force on a day, closed ones among them."""
    async with conn.cursor(row_factory=class_row(Kept)) as cursor:
        await cursor.execute(ACCOUNTS, {"day": day})
        return await cursor.fetchall()


async def profile(conn: AsyncConnection, day: date, named: Named) -> Profile | None:
    """The bank profile in force on a day, if one was entered."""
    rows = await _rows(conn, PROFILE, day)
    if not rows:
        return None
    row = dict(rows[0])
    code, fees = row.pop("originator_code"), tuple(row.pop("payer_fees_yen"))
    place = {name: row.pop(name) for name in ("bank", "branch", "deposit", "number", "holder")}
    own = Originator(code, named(Account(**place)))
    return Profile(own, payer_fees_yen=fees, **row)


async def agreed(conn: AsyncConnection, day: date, named: Named) -> Agreed:
    """Routes, accounts and consents in force on a day, by the parties' codes."""
    known = await _rows(conn, ROUTES, day)
    routes: Mapping[str, Route] = {row["party"]: row["route"] for row in known}
    held = [one for one in await accounts(conn, day) if not one.closed]
    consents = [row for row in await _rows(conn, CONSENTS, day) if not row.pop("withdrawn")]
    return Agreed(
        routes,
        {one.party: named(one.account) for one in held if one.purpose == "payee"},
        {one.party: named(one.account) for one in held if one.purpose == "debtor"},
        {row["debtor"]: Consent(**row) for row in consents},
        {one.party: one.customer for one in held if one.purpose == "debtor"},
        payee_fees={row["party"]: row["payee_fee_yen"] for row in known if row["payee_fee_yen"]},
    )


async def _entered(conn: AsyncConnection, query: str, asked: Mapping[str, object]) -> None:
    if (await conn.execute(query, asked)).rowcount != 1:
        raise UnknownParty


async def _rows(conn: AsyncConnection, query: str, day: date) -> list[DictRow]:
    async with conn.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, {"day": day})
        return await cursor.fetchall()

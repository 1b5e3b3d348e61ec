"""People who bring a cycle from its seal to its last yen, in a mall that serves over HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time
from typing import Any

import msgspec
from psycopg import AsyncConnection

from federation.days import TOKYO
from settlement.bank import entering, zengin
from settlement.bank.orders import Account, Originator
from settlement.bank.profile import Profile
from settlement.bank.routing import Consent, Route
from settlement.life import confirm, papers, results, send
from settlement.life.papers import File
from tests.mall import LONG_AGO, WHY, Answered, Mall, Shop

JUNE = date(2026, 6, 3)
ID = 20260601
CYCLE = "2026-06-01"
OWN = Account("9999", "101", "1", "1234567", "ｶ)ｼｺｸﾎﾟｲﾝﾄﾊﾌﾞ")
PAYEES = {
    "bakery": Account("0001", "001", "1", "1111111", "ｶ)ﾊﾟﾝﾔ"),
    "bookshop": Account("0001", "001", "1", "2222222", "ﾎﾝﾔ(ｶ"),
    "florist": Account("0001", "001", "1", "3333333", "ﾊﾅﾔ(ｶ"),
}
CUSTOMERS = {"bakery": "20260601001", "bookshop": "20260601002", "florist": "20260601003"}
KEEPER, CHIEF = "keiko", "masao"
MARGIN = datetime(2026, 6, 23, 10, 0, tzinfo=TOKYO)


class Finance:
    """The finance office of a mall: one prepares, another approves, the bank answers."""

    def __init__(self, mall: Mall) -> None:
        self.mall = mall

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[AsyncConnection]:
        async with self.mall.hub.pools.bare("worker") as conn:
            yield conn

    async def opens(
        self, *parties: str, route: Route = "DIRECT_DEBIT", payer_fees: tuple[int, ...] = ()
    ) -> None:
        """The bank's profile, and everybody's accounts and routes."""
        async with self.mall.hub.pools.use("worker") as conn:
            us = Originator("1234567890", OWN)
            own = Profile(us, takes_test_bank=True, payer_fees_yen=payer_fees)
            await entering.set_profile(conn, own, LONG_AGO, WHY, self.mall.now)
            for party in parties:
                await self.account(conn, party, PAYEES[party], "payee")
                await self.account(conn, party, PAYEES[party], "debtor")
                await entering.set_route(conn, party, route, LONG_AGO, WHY, self.mall.now)

    async def account(
        self, conn: AsyncConnection, party: str, account: Account, purpose: entering.Purpose,
        from_on: date = LONG_AGO,
    ) -> None:  # fmt: skip
        customer = CUSTOMERS[party] if purpose == "debtor" else ""
        await entering.enter_account(
            conn, party, purpose, account, from_on, WHY, self.mall.now, customer=customer
        )

    async def moves_account(self, party: str, number: str) -> None:
        """Its account is another one from now on."""
        async with self.mall.hub.pools.use("worker") as conn:
            account = msgspec.structs.replace(PAYEES[party], number=number)
            await self.account(conn, party, account, "payee", date(2026, 6, 1))

    async def consents(self, party: str, holder: str) -> None:
        """Its deposit may be set off."""
        async with self.mall.hub.pools.use("worker") as conn:
            consent = Consent(party, "operator", holder, LONG_AGO)
            await entering.enter_consent(conn, consent, WHY, self.mall.now)
            route: Route = "OFFSET_SALES_DEPOSIT"
            await entering.set_route(conn, party, route, LONG_AGO, WHY, self.mall.now)

    async def confirms(self, cycle: str = CYCLE) -> Answered:
        operator = await self.mall.operator()
        return await operator.ask("POST", f"/v1/admin/cycles/{cycle}/confirm")

    async def prepares(self, who: str = KEEPER) -> confirm.Prepared:
        async with self.desk() as conn:
            return await confirm.prepare_again(conn, ID, who, "口座変更", self.mall.now)

    async def approves(self, who: str = CHIEF, cycle_id: int = ID) -> confirm.Approved:
        async with self.desk() as conn:
            return await confirm.approve(conn, cycle_id, who, self.mall.now)

    async def sends(self, cycle_id: int = ID) -> send.Sent:
        async with self.desk() as conn:
            return await send.send(conn, cycle_id, KEEPER, self.mall.now)

    async def sends_again(self, who: str = KEEPER) -> confirm.Prepared:
        async with self.desk() as conn:
            return await send.send_again(conn, ID, who, "組戻し", self.mall.now)

    async def carries(self, reference: str) -> send.Carried:
        async with self.desk() as conn:
            return await send.carry(conn, reference, KEEPER, self.mall.now)

    async def takes_results(self, content: bytes, cycle_id: int = ID) -> Any:
        async with self.desk() as conn:
            return await results.take_results(conn, cycle_id, content, KEEPER, self.mall.now)

    async def takes_statement(self, content: bytes) -> bytes:
        async with self.desk() as conn:
            return await results.take_statement(conn, content, KEEPER, self.mall.now)

    async def files(self, plan: int | None = None) -> dict[str, File]:
        async with self.desk() as conn:
            of = await papers.life(conn, ID)
            number = plan or of.plan
            assert number is not None
            return {one.kind: one for one in await papers.files(conn, ID, number)}

    async def paid(self, cycle: str = CYCLE) -> dict[str, Any]:
        """The payments of a cycle by party, as the operator sees them; the last of each."""
        operator = await self.mall.operator()
        answer = await operator.get(f"/v1/admin/cycles/{cycle}/payments")
        assert answer.status == 200, answer
        return {one["party"]: one for one in answer.json["payments"]}

    async def state(self, cycle: str = CYCLE) -> str:
        operator = await self.mall.operator()
        return str((await operator.get(f"/v1/settlement/cycles/{cycle}")).json["state"])

    async def due(self, shop: Shop, cycle: str = CYCLE) -> Any:
        office = await self.mall.office(shop)
        answer = await office.get(f"/v1/settlement/cycles/{cycle}/payment")
        assert answer.status == 200, answer
        return answer.json

    async def until_sent(self) -> None:
        """Closed, confirmed, approved, sent: as far as the bank takes files today."""
        assert (await self.mall.close(JUNE)).status == 200
        assert (await self.confirms()).status == 200
        await self.until_approved()
        await self.sends()

    async def until_approved(self) -> None:
        """The objections are over, and somebody else approves."""
        await self.mall.turn_to(MARGIN.date(), time(10, 0))
        await self.approves()


def answered(file: bytes, codes: dict[str, str]) -> bytes:
    """口座振替の結果: the request, with a result for each customer and the totals filled in."""
    batch = zengin.read_debits(file, date(2026, 7, 27))[0]
    records = [file[at : at + 120] for at in range(0, len(file), 122)]
    given = [codes.get(one.customer.lstrip("0"), "0") for one in batch.debits]
    sums = [
        [one.yen for one, code in zip(batch.debits, given, strict=True) if (code == "0") is done]
        for done in (True, False)
    ]
    told = "".join(f"{len(yen):06}{sum(yen):012}" for yen in sums).encode()
    lines = iter(given)
    out = [
        one[:111] + next(lines).encode() + one[112:]
        if one[:1] == b"2"
        else one[:19] + told + one[55:]
        if one[:1] == b"8"
        else one
        for one in records
    ]
    return b"\r\n".join(out) + b"\r\n"

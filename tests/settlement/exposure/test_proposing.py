"""A cap or a movement of a deposit holds once another person than who proposed it approved it."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from psycopg import errors

from federation.refusals import NotFound, Validation
from settlement.exposure import caps, proposing
from settlement.exposure.caps import Account
from settlement.exposure.proposing import Asked, OneWaits, Proposal
from settlement.refusals import DepositTooSmall
from tenants.proposals import AlreadyDecided, SecondPersonNeeded
from tests.mall import LONG_AGO, Mall, Shop

KEIKO, MASAO, JIRO = "p_keikokeikoke", "p_masaomasaoma", "p_jirojirojiro"
CAP = Asked("cap", LONG_AGO, "契約書 4", 100, 150)


class Eyes:
    """The people of the finance office at one tenant's account."""

    def __init__(self, mall: Mall, shop: Shop) -> None:
        self.mall, self.shop = mall, shop

    async def proposes(self, asked: Asked, who: str = KEIKO) -> Proposal:
        async with self.mall.hub.pools.bare("worker") as conn:
            return await proposing.propose(conn, self.shop.tenant, asked, who, self.mall.now)

    async def decides(self, number: int, state: Any, who: str) -> Proposal:
        async with self.mall.hub.pools.bare("worker") as conn:
            return await proposing.decide(conn, self.shop.tenant, number, state, who, self.mall.now)

    async def account(self) -> Account:
        async with self.mall.hub.pools.use("auditor") as conn:
            return await caps.account(
                conn, (self.shop.tenant_id, self.shop.tenant), self.mall.today
            )

    def deposit(self, yen: int) -> Asked:
        return Asked("deposit", self.mall.today, "預託 6/1", yen=yen)


@pytest.fixture
async def eyes(mall: Mall) -> Eyes:
    return Eyes(mall, await mall.shop("bakery"))


async def test_a_cap_holds_once_another_approved_it(eyes: Eyes) -> None:
    one = await eyes.proposes(CAP)
    assert (one.state, (await eyes.account()).caps) == ("proposed", ())
    with pytest.raises(SecondPersonNeeded):
        await eyes.decides(one.proposal_id, "approved", KEIKO)
    with pytest.raises(SecondPersonNeeded):
        await eyes.decides(one.proposal_id, "rejected", KEIKO)
    assert (await eyes.account()).caps == ()
    done = await eyes.decides(one.proposal_id, "approved", MASAO)
    assert (done.state, done.decided_by) == ("approved", MASAO)
    [cap] = (await eyes.account()).caps
    assert (cap.warning_yen, cap.refusal_yen, cap.author) == (100, 150, KEIKO)
    assert await eyes.decides(one.proposal_id, "approved", MASAO) == done, "again, the same"
    assert len((await eyes.account()).caps) == 1


async def test_a_cap_that_is_passed_stops_the_tenant_as_it_is_approved(
    mall: Mall, eyes: Eyes
) -> None:
    await mall.scheme("at-issue", date(2026, 6, 1))
    await eyes.shop.sells(await mall.member(), yen=110_000)
    one = await eyes.proposes(CAP)
    await eyes.decides(one.proposal_id, "approved", MASAO)
    assert (await eyes.account()).exposure.level == "refused"
    assert [each.level for each in (await eyes.account()).levels] == ["refused"]


async def test_of_many_who_approve_at_once_one_does(eyes: Eyes) -> None:
    """Two approvers, three times each: the deposit moves once."""
    one = await eyes.proposes(eyes.deposit(500))
    told = await asyncio.gather(
        *(eyes.decides(one.proposal_id, "approved", who) for who in (MASAO, JIRO) * 3),
        return_exceptions=True,
    )
    done = [each for each in told if isinstance(each, Proposal)]
    late = [each for each in told if isinstance(each, AlreadyDecided)]
    assert (len(done), len(late)) == (3, 3), told
    assert len({each.decided_by for each in done}) == 1
    assert [each.yen for each in (await eyes.account()).prefunding] == [500]


async def test_whoever_proposed_withdraws_and_nobody_else(eyes: Eyes) -> None:
    one = await eyes.proposes(CAP)
    with pytest.raises(NotFound):
        await eyes.decides(one.proposal_id, "withdrawn", MASAO)
    assert (await eyes.decides(one.proposal_id, "withdrawn", KEIKO)).state == "withdrawn"
    for state in ("approved", "rejected"):
        with pytest.raises(AlreadyDecided):
            await eyes.decides(one.proposal_id, state, MASAO)
    assert (await eyes.account()).caps == ()
    other = await eyes.proposes(CAP)
    assert (await eyes.decides(other.proposal_id, "rejected", MASAO)).state == "rejected"
    assert (await eyes.account()).caps == ()


async def test_a_button_that_is_pressed_twice_proposes_once(eyes: Eyes) -> None:
    told = await asyncio.gather(
        *(eyes.proposes(eyes.deposit(500)) for _ in range(3)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in told) == ["OneWaits", "OneWaits", "Proposal"]
    with pytest.raises(OneWaits):
        await eyes.proposes(eyes.deposit(700), JIRO)
    await eyes.proposes(CAP)  # another kind


async def test_more_than_is_there_is_not_paid_back_and_still_waits(eyes: Eyes) -> None:
    one = await eyes.proposes(eyes.deposit(-500))
    with pytest.raises(DepositTooSmall):
        await eyes.decides(one.proposal_id, "approved", MASAO)
    async with eyes.mall.hub.pools.use("auditor") as conn:
        [waits] = await proposing.proposals(conn, waiting=True)
    assert (waits.proposal_id, waits.state) == (one.proposal_id, "proposed")


async def test_what_could_never_hold_is_not_proposed(mall: Mall, eyes: Eyes) -> None:
    for asked, pointer in (
        (Asked("cap", LONG_AGO, "x", 200, 100), "/warning_yen"),
        (Asked("cap", LONG_AGO, "x", yen=5), "/yen"),
        (Asked("cap", LONG_AGO, " "), "/reason"),
        (Asked("deposit", mall.today, "x"), "/yen"),
        (Asked("deposit", mall.today, "x", yen=0), "/yen"),
        (Asked("deposit", mall.today, "x", 1, yen=5), "/yen"),
        (Asked("deposit", mall.today + timedelta(days=1), "x", yen=5), "/on_day"),
    ):
        with pytest.raises(Validation) as refused:
            await eyes.proposes(asked)
        assert refused.value.extra["pointer"] == pointer
    async with mall.hub.pools.bare("worker") as conn:
        with pytest.raises(NotFound):
            await proposing.propose(conn, "operator", CAP, KEIKO, mall.now)
    one = await eyes.proposes(CAP)
    florist = Eyes(mall, await mall.shop("florist"))
    with pytest.raises(NotFound):
        await florist.decides(one.proposal_id, "approved", MASAO)


async def test_the_table_says_so_too(mall: Mall, eyes: Eyes) -> None:
    """Whoever may write there: nobody approves their own, and no words are changed."""
    one = await eyes.proposes(CAP)
    asked = {"one": one.proposal_id, "who": KEIKO, "now": mall.now}
    own = (
        "UPDATE settlement.exposure_proposals SET state = 'approved', decided_by = %(who)s,"
        " decided_at = %(now)s WHERE proposal_id = %(one)s"
    )
    words = "UPDATE settlement.exposure_proposals SET refusal_yen = 9 WHERE proposal_id = %(one)s"
    async with mall.hub.pools.bare("worker") as conn:
        with pytest.raises(errors.CheckViolation, match="exposure_four_eyes"):
            await conn.execute(own, asked)
        with pytest.raises(errors.InsufficientPrivilege):
            await conn.execute(words, asked)

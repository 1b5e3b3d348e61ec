"""Which refusals are remembered for ever, and which are forgotten once their cause is mended."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from auth.scopes import TILL
from federation.join import join
from tests.conftest import Given
from tests.mall import LONG_AGO, Client, Mall, Member, serving, settings_for
from tests.races.hubs import cloned
from tests.stories.scene import (
    UNKNOWN,
    Fault,
    Scene,
    at_a_till_stopped,
    begun,
    by_a_client_shut_out,
    by_a_number_alone,
    by_one_who_owes,
    for_a_receipt_that_earned,
    from_a_wallet_frozen,
    named,
    of_a_tenant_suspended,
    of_another_day,
    with_a_card_stopped,
    with_a_card_unknown,
    with_a_fast_clock,
    with_points_that_are_gone,
    without_scope,
)


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub for all that is remembered; each has a tenant of its own."""
    folder = tmp_path_factory.mktemp("remembered")
    with cloned(given.database_url, template, "meguri_test_remembered") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture
async def scene(mall: Mall) -> Scene:
    return await begun(mall)


async def active_again(scene: Scene) -> None:
    await with_a_card_stopped(scene, "active")


async def thawed(scene: Scene) -> None:
    await from_a_wallet_frozen(scene, "active")


async def paid_back(scene: Scene) -> None:
    paid = "UPDATE federation.shortages SET points_paid = points WHERE member_id = %s"
    owe = "UPDATE federation.wallets SET points_owed = 0 WHERE member_id = %s"
    await scene.change(paid, scene.member.member_id, role="desk")
    await scene.change(owe, scene.member.member_id, role="desk")


async def limit_raised(scene: Scene) -> None:
    await scene.mall.agree(scene.shop, scene.mall.today, static_card_limit_points=500)


async def earned_anew(scene: Scene) -> None:
    await scene.shop.sells(scene.member, yen=110_000)


async def joined(scene: Scene) -> None:
    async with scene.mall.hub.pools.use("worker") as conn:
        await join(conn, [(UNKNOWN, "general")], LONG_AGO)
    await scene.shop.sells(Member(0, UNKNOWN), yen=110)


async def no_longer_suspended(scene: Scene) -> None:
    await of_a_tenant_suspended(scene, "active")
    scene.mall.hub.forget()


async def till_opened(scene: Scene) -> None:
    reopen = "UPDATE tenants.tills SET state = 'active' WHERE tenant_id = %s"
    await scene.lay_out(reopen, scene.shop.tenant_id)
    scene.mall.hub.forget()


async def another_client(scene: Scene) -> None:
    registered = await scene.mall.register(
        scene.shop.tenant, TILL, ["points:accrue", "points:redeem", "points:read"]
    )
    scene.client = Client(scene.mall, scene.shop.tenant, registered)


async def time_went_on(scene: Scene) -> None:
    scene.mall.clock.set(scene.mall.now + timedelta(minutes=2))


async def nothing_helps(scene: Scene) -> None:
    """A day that is past stays past."""


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        (with_a_card_stopped, active_again),
        (from_a_wallet_frozen, thawed),
        (by_one_who_owes, paid_back),
        (by_a_number_alone, limit_raised),
        (with_points_that_are_gone, earned_anew),
        (for_a_receipt_that_earned, nothing_helps),
        (of_another_day, nothing_helps),
    ],
    ids=named,
)
async def test_what_the_books_refused_stays_refused(
    scene: Scene, fault: Fault, mend: Fault
) -> None:
    await fault(scene)
    first = await scene.send()
    assert first.status == 409, first
    await mend(scene)
    points = await scene.mall.points_of(scene.member)
    again, asked = await scene.send(), await scene.asked()
    for answer in (again, asked):
        assert (answer.status, answer.content) == (409, first.content)
        assert answer.headers["idempotent-replayed"] == "true"
        assert answer.headers["content-type"] == "application/problem+json"
    assert await scene.mall.points_of(scene.member) == points
    scene.body["staff"] = "1007"
    assert (await scene.send()).slug == "slip-reused"


@pytest.mark.parametrize(
    ("fault", "mend"),
    [
        (with_a_card_unknown, joined),
        (at_a_till_stopped, till_opened),
        (of_a_tenant_suspended, no_longer_suspended),
        (by_a_client_shut_out, another_client),
        (without_scope, another_client),
        (with_a_fast_clock, time_went_on),
    ],
    ids=named,
)
async def test_what_was_no_fault_of_the_slip_is_forgotten_once_it_is_mended(
    scene: Scene, fault: Fault, mend: Fault
) -> None:
    await fault(scene)
    for _ in range(2):
        refused = await scene.send()
        assert refused.status >= 400, refused
        assert "idempotent-replayed" not in refused.headers
    slips = "SELECT count(*) FROM federation.slips WHERE shop_id = %s AND slip = %s"
    asked = (scene.shop.shop_id, scene.body["slip"])
    assert await scene.mall.value(slips, *asked) == 0
    await mend(scene)
    mended = await scene.send()
    assert (mended.status, mended.json["redeemed_points"]) == (201, 1), mended
    assert "idempotent-replayed" not in mended.headers

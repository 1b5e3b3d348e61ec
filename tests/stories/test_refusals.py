"""Which refusal comes first, and who is not let in at all."""

from collections.abc import AsyncIterator

import pytest

from auth.scopes import TILL
from tests.conftest import Given
from tests.mall import Client, Mall, serving, settings_for
from tests.races.hubs import cloned
from tests.stories.scene import (
    Fault,
    Scene,
    as_text,
    at_a_till_stopped,
    at_a_till_unknown,
    begun,
    by_a_client_shut_out,
    by_a_number_alone,
    by_one_who_owes,
    cut_short,
    for_a_receipt_that_earned,
    from_a_wallet_frozen,
    named,
    of_a_tenant_suspended,
    of_another_day,
    too_large,
    under_a_used_slip,
    with_a_card_stopped,
    with_a_card_unknown,
    with_a_fast_clock,
    with_a_shop_in_it,
    with_lines_that_do_not_sum,
    with_points_that_are_gone,
    without_scope,
    without_token,
)


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """One hub for all the refusals; each has a tenant of its own."""
    folder = tmp_path_factory.mktemp("refusals")
    with cloned(given.database_url, template, "meguri_test_refusals") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


@pytest.fixture
async def scene(mall: Mall) -> Scene:
    return await begun(mall)


IN_ORDER: list[tuple[Fault, int, str]] = [
    (too_large, 413, "too-large"),
    (as_text, 415, "unsupported-media-type"),
    (cut_short, 400, "validation"),
    (without_token, 401, "invalid-token"),
    (without_scope, 403, "insufficient-scope"),
    (by_a_client_shut_out, 401, "invalid-token"),
    (with_a_shop_in_it, 400, "validation"),
    (at_a_till_unknown, 404, "not-found"),
    (of_a_tenant_suspended, 409, "tenant-suspended"),
    (at_a_till_stopped, 409, "till-not-active"),
    (under_a_used_slip, 422, "slip-reused"),
    (with_a_fast_clock, 400, "clock-ahead"),
    (of_another_day, 409, "too-late"),
    (with_a_card_unknown, 404, "not-found"),
    (with_a_card_stopped, 409, "card-not-active"),
    (for_a_receipt_that_earned, 409, "receipt-already-booked"),
    (with_lines_that_do_not_sum, 400, "validation"),
    (from_a_wallet_frozen, 409, "card-not-active"),
    (by_one_who_owes, 409, "points-owed"),
    (by_a_number_alone, 409, "needs-member-code"),
    (with_points_that_are_gone, 409, "not-enough-points"),
]


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "before all that follow"])
@pytest.mark.parametrize(("fault", "status", "slug"), IN_ORDER, ids=named)
async def test_of_several_faults_the_first_is_told(
    scene: Scene, fault: Fault, status: int, slug: str, alone: bool
) -> None:
    faults = [one for one, _, _ in IN_ORDER]
    later = faults[faults.index(fault) + 1 :]
    for one in [fault] if alone else [*reversed(later), fault]:
        await one(scene)
    before = await scene.mall.value("SELECT count(*) FROM federation.entries")
    answer = await scene.send()
    assert (answer.status, answer.slug) == (status, slug), answer
    assert await scene.mall.value("SELECT count(*) FROM federation.entries") == before


@pytest.mark.parametrize("shut", [by_a_client_shut_out, at_a_till_stopped], ids=named)
async def test_the_very_next_call_for_money_after_a_door_was_shut_is_refused(
    scene: Scene, shut: Fault
) -> None:
    """Nobody rang the bell: the gate still remembers the token, and the desk asks for itself."""
    booked = await scene.send()
    assert booked.status == 201
    await shut(scene)
    refused = (401, "invalid-token") if shut is by_a_client_shut_out else (409, "till-not-active")
    replay = await scene.send()
    assert (replay.status, replay.slug) == refused, "not even what was answered before"
    fresh = await scene.shop.post("/v1/accruals", **scene.shop.sale(scene.member, 110))
    assert (fresh.status, fresh.slug) == refused
    assert await scene.mall.points_of(scene.member) == booked.json["balance"]["points"]


async def test_whoever_is_shut_out_at_the_desk_is_told_how_to_come_in(scene: Scene) -> None:
    await by_a_client_shut_out(scene)
    for _ in ("at the desk", "at the gate"):
        refused = await scene.send()
        assert (refused.status, refused.slug) == (401, "invalid-token")
        assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_a_developers_token_to_accrue_does_not_redeem(scene: Scene) -> None:
    registered = await scene.mall.register(scene.shop.tenant, TILL, ["points:accrue"])
    narrow = Client(scene.mall, scene.shop.tenant, registered)
    sale = scene.shop.sale(scene.member, 110)
    assert (await narrow.post("/v1/accruals", **sale)).status == 201
    for call, body in (
        ("/v1/redemptions", scene.shop.spending(scene.member, 1)),
        ("/v1/purchases", scene.body),
    ):
        refused = await narrow.post(call, **body)
        assert (refused.status, refused.slug) == (403, "insufficient-scope")
    assert await scene.mall.points_of(scene.member) == 2


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer junk",
        "Bearer a.b.c",
        "Basic {}",
        "DPoP {}",
        "{}",
        "Bearer {}x",
    ],
)
@pytest.mark.parametrize("call", ["accruals", "redemptions", "purchases", "quotes", "reversals"])
async def test_without_a_token_of_ours_nobody_comes_in(
    mall: Mall, authorization: str, call: str
) -> None:
    operator = await mall.operator()
    wrong = authorization.format(await operator.token())
    refused = await operator.ask("POST", f"/v1/{call}", json={}, headers={"authorization": wrong})
    assert (refused.status, refused.slug) == (401, "invalid-token")
    assert refused.headers["www-authenticate"].startswith(("Bearer ", "DPoP "))
    assert refused.headers["cache-control"] == "no-store"

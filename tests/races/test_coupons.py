"""A coupon of which there are five, and one that a member has once: forty tills at the same moment,
at one process of the hub and at two."""

from collections.abc import AsyncIterator

import pytest

from tests.coupons.town import DRAFT, use
from tests.mall import Member, Shop
from tests.races.conftest import Town
from tests.races.hubs import Asks, all_at_once, slugs


@pytest.fixture(autouse=True)
async def promises(town: Town) -> AsyncIterator[None]:
    """Whatever the tills did, every promise of the books is kept."""
    yield
    assert await town.mall.broken() == []


async def publish(town: Town, code: str, **terms: object) -> None:
    operator = await town.mall.operator()
    asked = {**DRAFT, "code": code, "name": code, "name_en": code, **terms}
    assert (await operator.post("/v1/admin/coupons", **asked)).status == 201
    answer = await operator.post(f"/v1/admin/coupons/{code}/publish", reason="先着")
    assert answer.status == 200, answer


async def figures(town: Town, code: str) -> tuple[int, int, int | None]:
    operator = await town.mall.operator()
    told = (await operator.get(f"/v1/admin/coupons/{code}/figures")).json
    return told["uses"], told["discount_yen"], told["stock_left"]


def taken(shop: Shop, member: Member, code: str) -> tuple[Shop, str, Asks]:
    return shop, "/v1/coupon-uses", use(shop, member, code, 1_000)


async def test_of_a_coupon_with_a_stock_of_five_exactly_five_are_used(
    town: Town, processes: int
) -> None:
    code = f"five-{processes}"
    await publish(town, code, stock=5)
    members = await town.mall.members(40)
    tills = town.tills(40, processes)
    answers = await all_at_once(
        [taken(till, member, code) for till, member in zip(tills, members, strict=True)]
    )
    assert slugs(answers) == {"booked": 5, "coupon-out-of-stock": 35}
    assert await figures(town, code) == (5, 2_500, 0)


async def test_a_member_uses_once_what_it_has_once_however_many_tills_ask(
    town: Town, processes: int
) -> None:
    code = f"once-{processes}"
    await publish(town, code, stock=100)
    [hanako] = await town.mall.members(1)
    answers = await all_at_once([taken(till, hanako, code) for till in town.tills(40, processes)])
    assert slugs(answers) == {"booked": 1, "coupon-used": 39}
    assert await figures(town, code) == (1, 500, 99)

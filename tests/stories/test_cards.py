"""What leads to a member: a lost card is swapped, several things lead to one account."""

import pytest

from tests.mall import Mall, Member
from tests.office import card, office


async def test_a_lost_card_is_swapped_and_the_balance_stays(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako, clerk = await mall.member(), await office(mall)
    await bakery.sells(hanako, yen=11_000)
    new = Member(hanako.member_id, card())
    swapped = await clerk.replace(hanako, hanako.card, new.card)
    assert swapped.status == 201, swapped
    assert {(one["ends"][-4:], one["state"]) for one in swapped.json["carriers"]} == {
        (hanako.card[-4:], "stopped"),
        (new.card[-4:], "active"),
    }
    assert hanako.card not in swapped.content.decode()
    refused = await bakery.post("/v1/accruals", **bakery.sale(hanako, 110))
    assert refused.slug == "card-not-active"
    assert (await bakery.accepts(new, 100))["balance"]["points"] == 0
    again = await clerk.replace(hanako, hanako.card, new.card)
    assert again.status == 201
    assert again.json["carriers"] == swapped.json["carriers"], "asked again, nothing changes"


async def test_a_card_that_is_found_again_is_swapped_back(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako, clerk = await mall.member(), await office(mall)
    new = Member(hanako.member_id, card())
    assert (await clerk.replace(hanako, hanako.card, new.card)).status == 201
    assert (await clerk.replace(hanako, new.card, hanako.card)).status == 201
    assert (await bakery.sells(hanako, yen=110))["balance"]["points"] == 1
    refused = await bakery.post("/v1/accruals", **bakery.sale(new, 110))
    assert refused.slug == "card-not-active"


async def test_a_card_that_leads_to_somebody_is_nobodys_new_card(mall: Mall) -> None:
    (hanako, taro), clerk = await mall.members(2), await office(mall)
    refused = await clerk.replace(hanako, hanako.card, taro.card)
    assert (refused.status, refused.slug) == (409, "card-known")
    assert (await clerk.replace(hanako, hanako.card, hanako.card)).slug == "card-known"
    strange = await clerk.replace(hanako, taro.card, card())
    assert (strange.status, strange.json["pointer"]) == (404, "/old_card")
    assert (await clerk.replace(hanako, card(), card())).status == 404
    assert (await clerk.replace(hanako, hanako.card, "1" * 20)).slug == "validation"


async def test_phone_card_and_line_lead_to_one_account(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako, clerk = await mall.member(), await office(mall)
    second = Member(hanako.member_id, card())
    line = "U" + "0" * 32
    for carrier in (
        {"card": second.card},
        {"phone": "090-1234-5678"},
        {"line": line},
        {"external_id": "CRM-77"},
    ):
        assert (await clerk.add(hanako, **carrier)).status == 201, carrier
        assert (await clerk.add(hanako, **carrier)).status == 201, "asked again, nothing changes"
    await bakery.sells(hanako, yen=110)
    assert (await bakery.sells(second, yen=110))["balance"]["points"] == 2
    for sought in ({"phone": "+819012345678"}, {"line": line}, {"external_id": "CRM-77"}):
        found = await clerk.client.post("/v1/admin/member-searches", **sought)
        assert (found.status, found.json["member"]) == (200, clerk.handle(hanako)), found
    taro = await mall.member()
    assert (await clerk.add(taro, phone="09012345678")).slug == "card-known"
    assert (await clerk.client.post("/v1/admin/member-searches", card=card())).status == 404
    assert (await clerk.add(taro)).slug == "validation"
    assert (await clerk.add(taro, phone="0312345678", card=card())).slug == "validation"


async def test_a_frozen_member_earns_and_does_not_spend(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako, clerk = await mall.member(), await office(mall)
    await bakery.sells(hanako, yen=11_000)
    assert (await clerk.freeze(hanako)).status == 204
    refused = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 1))
    assert refused.slug == "card-not-active"
    await bakery.sells(hanako, yen=110)
    assert (await clerk.freeze(hanako, "unfreeze")).status == 204
    assert (await bakery.accepts(hanako, 101))["balance"]["points"] == 0


async def test_every_act_keeps_who_and_why(mall: Mall) -> None:
    hanako, clerk = await mall.member(), await office(mall)
    await clerk.replace(hanako, hanako.card, card())
    await clerk.freeze(hanako)
    await clerk.freeze(hanako, "unfreeze")
    await clerk.add(hanako, phone="0312345678")
    acts = "SELECT json_agg(json_build_array(what, client_id, reason) ORDER BY act_id)"
    kept = await mall.value(f"{acts} FROM tenants.acts WHERE member_id = %s", hanako.member_id)
    assert [one[0] for one in kept] == ["card-replaced", "frozen", "unfrozen", "carrier-added"]
    assert {tuple(one[1:]) for one in kept} == {(clerk.client.client_id, "窓口で確認")}


@pytest.mark.parametrize("word", ["", "/profile"])
async def test_another_tenants_handle_leads_the_office_nowhere(mall: Mall, word: str) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    clerk = await office(mall)
    theirs = (await bakery.quote(hanako))["member"]
    assert (await clerk.client.get(f"/v1/admin/members/{theirs}{word}")).status == 404

"""Who stands at the till: a masked name, and never more often than thirty times a minute."""

from datetime import timedelta

from tests.mall import Mall, Shop
from tests.office import office


def look(shop: Shop, **carrier: str) -> dict[str, str]:
    return {"till": shop.till, **carrier}


async def test_a_till_is_told_a_masked_name_a_rank_and_what_it_may_do(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, clerk = await mall.member("premium"), await office(mall)
    await clerk.write(hanako, name="山田　花子", email="hanako@example.jp", phone="03-1234-5678")
    await clerk.add(hanako, phone="090-1234-5678")
    by_card = await bakery.post("/v1/member-lookups", **look(bakery, card=hanako.card))
    assert by_card.status == 200, by_card
    handle = (await bakery.quote(hanako))["member"]
    assert by_card.json == {
        "member": handle, "rank": "premium", "rank_name": "プレミアム会員",
        "rank_name_en": "Premium member", "may": ["accrue", "redeem"], "name": "山* 花*",
    }  # fmt: skip
    by_phone = await bakery.post("/v1/member-lookups", **look(bakery, phone="09012345678"))
    earning = by_phone.json["card"]
    assert by_phone.json == {**by_card.json, "may": ["accrue"], "card": earning}
    theirs = await bookshop.post("/v1/member-lookups", **look(bookshop, card=hanako.card))
    assert theirs.json["member"] != handle
    assert by_card.headers["cache-control"] == "no-store"
    await clerk.freeze(hanako)
    frozen = await bakery.post("/v1/member-lookups", **look(bakery, card=hanako.card))
    assert frozen.json["may"] == ["accrue"]


async def test_a_contact_number_alone_leads_to_nobody(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    clerk = await office(mall)
    await clerk.write(hanako, phone="0312345678")
    for asked in ({"phone": "0312345678"}, {"phone": "0312340000"}):
        assert (await bakery.post("/v1/member-lookups", **look(bakery, **asked))).status == 404
    for asked in ({}, {"phone": "0312345678", "card": hanako.card}, {"phone": "12"}):
        refused = await bakery.post("/v1/member-lookups", **look(bakery, **asked))
        assert refused.slug == "validation"


async def test_nobody_walks_through_the_phone_book(mall: Mall) -> None:
    """What finds nobody counts as well, and each till has its own thirty."""
    bakery = await mall.shop("bakery", tills=["T01", "T02"])
    hanako = await mall.member()
    mall.clock.set(mall.now.replace(second=15))
    for number in range(30):
        asked = look(bakery, phone=f"0901234{number:04}")
        assert (await bakery.post("/v1/member-lookups", **asked)).status == 404
    refused = await bakery.post("/v1/member-lookups", **look(bakery, card=hanako.card))
    assert (refused.status, refused.slug) == (429, "rate-limited")
    assert refused.headers["retry-after"] == "45"
    other = await bakery.post("/v1/member-lookups", till="T02", card=hanako.card)
    assert other.status == 200
    mall.clock.set(mall.now + timedelta(seconds=45))
    again = await bakery.post("/v1/member-lookups", **look(bakery, card=hanako.card))
    assert again.status == 200

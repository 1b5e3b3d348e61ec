"""A small believable scene for the pages of figures: three shops, two areas, a week of sales."""

from datetime import time, timedelta

from auth.people.people import Given
from tenants import areas
from tenants.layout import Named
from tests.mall import Mall, Shop
from tests.people.persons import Person, Staff

SHOPS = {"bakery": "tokushima", "bookshop": "tokushima", "florist": "takamatsu"}
AREAS = {"tokushima-area": "tokushima", "kagawa-area": "takamatsu"}


async def laid_out(mall: Mall) -> dict[str, Shop]:
    """The shops, in their areas, after eight days of sales, some of which were undone."""
    shops = {code: await mall.shop(code, facility=place) for code, place in SHOPS.items()}
    async with mall.hub.pools.use("worker") as conn:
        for code, facility in AREAS.items():
            area_id = await areas.add_area(conn, Named(code, code.title(), code.title()))
            await areas.put_facility(conn, area_id, mall.facilities[facility])
    hanako, taro = await mall.members(2)
    first = mall.today
    for day in (0, 6, 7):
        await mall.turn_to(first + timedelta(days=day), at=time(10 + day // 6))
        await shops["bakery"].sells(hanako, yen=11_000 + 1_100 * day)
        await shops["florist"].sells(taro, yen=22_000)
        await shops["bookshop"].sells_for_points(hanako, points=30, yen=2_200)
    mistake = await shops["bakery"].sells(taro, yen=5_500)
    undoing = shops["bakery"].asked(taro, of=mistake["slip"], reason="打ち間違い")
    del undoing["card"]
    assert (await shops["bakery"].post("/v1/reversals", **undoing)).status == 201
    await mall.turn_to(first + timedelta(days=7), at=time(15))
    for code in ("bakery", "florist"):
        shop = shops[code]
        counted = {"count": 1, "points": 100}
        declared = await shop.post(
            "/v1/daily-totals", till=shop.till, business_date=str(mall.today),
            at=mall.now.isoformat(), close_no=1, accruals={**counted, "yen": 22_000},
            redemptions=counted, reversals=0, returns=0, sales_yen=99_000, customers=40,
        )  # fmt: skip
        assert declared.status == 200, declared.json
    return shops


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """Every page of figures, as headquarters see it, and some as a shop does."""
    shops = await laid_out(mall)
    hq = await staff.person("figures-hq", Given("hq"))
    shop = await staff.person("figures-shop", Given("shop", shops["bakery"].shop_id))
    listed = await shops["bakery"].get("/v1/entries", limit=1)
    entry = listed.json["entries"][0]["entry"]
    return [
        ("today", hq, "/console/today"),
        ("trends", hq, "/console/trends"),
        ("trends-places", hq, "/console/trends?view=places&grain=month"),
        ("trends-members", hq, "/console/trends?view=members"),
        ("trends-sales", hq, "/console/trends?view=sales"),
        ("compare", hq, "/console/compare"),
        ("visits", hq, "/console/visits"),
        ("board", hq, "/console/board"),
        ("entries", hq, "/console/entries"),
        ("entry", hq, f"/console/entries/{entry}"),
        ("lapsing", hq, "/console/lapsing"),
        ("joined", hq, "/console/joined?who=active"),
        ("elsewhere", hq, "/console/elsewhere"),
        ("declared", hq, "/console/declared"),
        ("today-of-a-shop", shop, "/console/today"),
        ("board-of-a-shop", shop, "/console/board"),
    ]

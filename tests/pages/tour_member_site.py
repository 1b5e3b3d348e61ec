"""A small mall as its members see it: a member with points, a campaign, a shop that told of itself,
a facility in its own green."""

from datetime import timedelta
from typing import Any

from federation import profiles
from federation.profiles import Profile
from tenants.guide import branding, shops
from tenants.guide.branding import Look
from tenants.guide.shops import Question, ShopPage
from tests.mall import WHY, Mall
from tests.pages.members import holder
from tests.people.persons import Person, Staff

LOOK = Look("阿波おどりモール", "Awa Odori Mall", "#1b6b3a", "#7fd6a2", "ようこそ。", "Welcome.")
BREAD = ShopPage(
    floor="1階 北", floor_en="1F north", phone="088-000-1111", hours="10:00–20:00",
    hours_en="10:00–20:00", guide="毎朝焼きたての食パンが自慢です。",
    guide_en="Fresh bread each morning.",
    faq=(Question("予約できますか", "お電話で承ります。", "Can I reserve?", "Yes, call us."),),
)  # fmt: skip


async def laid_out(mall: Mall, staff: Staff) -> Any:
    """The scene; the phone of its member."""
    bakery, books = await mall.shops("bakery", "books")
    day = mall.today
    shares = {"tenant": 1}
    until = day + timedelta(days=200)
    await mall.campaign("bread-week", "tokushima", (day, day + timedelta(days=7)), until, 5, shares)
    hanako = await mall.member()
    async with mall.hub.pools.use("worker") as conn:
        known = Profile(name="徳島 花子", email="hanako@example.jp", postcode="7700001")
        await profiles.write(conn, hanako.member_id, known, mall.now)
        (place,) = await branding.brands(conn, day, "tokushima")
        await branding.choose(conn, place.facility_id, day, LOOK, None, WHY, mall.now)
        await shops.save(conn, bakery.shop_id, BREAD, "test", mall.now)
    await bakery.sells(hanako, yen=33_000)
    await books.sells(hanako, yen=5_500)
    return await holder(mall, staff, hanako)


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """Every page of the member site, and the two with which it is dressed."""
    phone = await laid_out(mall, staff)
    hq = await staff.person("member-site-hq", "hq")
    own = ("", "/card", "/offline", "/more", "/history", "/points", "/rank", "/coupons",
           "/campaigns", "/shops", "/profile", "/settings", "/devices", "/notices", "/consents",
           "/export", "/withdraw")  # fmt: skip
    shop = await mall.value(
        "SELECT owners.code || '/' || shops.code FROM tenants.shops"
        " JOIN tenants.parties AS owners ON owners.party_id = shops.tenant_id"
        " WHERE shops.shop_id IN (SELECT shop_id FROM tenants.shop_pages) LIMIT %s", 1
    )  # fmt: skip
    pages: list[tuple[str, Person | None, str]] = [
        (f"member{path.replace('/', '-')}", phone, f"/member{path}") for path in own
    ]
    pages.append(("member-shop", phone, f"/member/shops/{shop}"))
    open_ = ("join", "sign-in", "password")
    pages += [(f"member-{name}", None, f"/member/{name}?facility=tokushima") for name in open_]
    pages += [("branding", hq, "/console/branding?of=tokushima"),
              ("shop-page", hq, f"/console/shop-page?shop={shop}")]  # fmt: skip
    return pages

"""A small scene of registers and programme, and every page of them, for pictures and the sweep."""

from datetime import timedelta

from auth.people.people import Given
from tenants import areas
from tenants.layout import Named
from tests.mall import Mall
from tests.people.persons import Person, Staff

CAMPAIGN = {
    "code": "summer", "name": "夏の5倍デー", "name_en": "Summer ×5", "reason": "夏の販促",
    "multiplier": "5", "share_tenant": "1", "share_operator": "1", "budget_points": "50000",
    "metric": "sales", "no_control_reason": "全会員が対象", "facility": "tokushima",
}  # fmt: skip
COUPON = {
    "code": "welcome", "name": "初回300円引", "name_en": "300 yen off", "kind": "SCAN",
    "benefit": "FIXED", "off_yen": "300", "reason": "新規会員", "share_operator": "1",
    "per_member": "1", "stock": "500", "least_yen": "1000",
}  # fmt: skip
SEGMENT = {
    "segment": "lapsed", "name": "離反ぎみ", "name_en": "Lapsing", "reason": "呼び戻し",
    "visits_days": "60", "visits_at_most": "0",
}  # fmt: skip
NOTICE = {
    "level": "all", "title": "年末年始の営業時間", "title_en": "New year's hours",
    "body": "12月31日は18時に閉館します。", "body_en": "We close at 18:00 on 31 December.",
    "to_be_seen": "on",
}  # fmt: skip
QUESTION = {"title": "レシートの再発行", "words": "再発行の印字は付与になりますか。"}


async def sends(who: Person, path: str, **told: str) -> str:
    """Send a form of a page; where it led."""
    page = await who.browser.post(path, form_token=await who.form_token(), **told)
    assert page.status == 303, (path, page.status, page.text.partition("<main")[2][:300])
    assert "no=" not in page.to, page.to
    return page.to


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """The scene, and (name, who, path) of every page."""
    bakery = await mall.shop("bakery")
    async with mall.hub.pools.use("worker") as conn:
        area = await areas.add_area(conn, Named("shikoku", "四国", "Shikoku"))
        await areas.put_facility(conn, area, mall.facilities["tokushima"])
    hanako = await mall.member()
    for _ in range(7):
        await bakery.sells(hanako, 11_000)
    hq = await staff.person("haruko", Given("hq"))
    desk = await staff.person("madoka", Given("hq"), Given("support"))
    auditor = await staff.person("kansa", Given("auditor"))
    shop = await staff.person("mise", Given("shop", bakery.shop_id))
    first, last = str(mall.today), str(mall.today + timedelta(days=30))
    days = {"from_on": first, "to_on": last}
    plan = {"plan_from_on": first, "plan_to_on": last}
    await sends(hq, "/console/campaigns", **CAMPAIGN, **days, **plan)
    await sends(desk, "/console/campaigns/summer/review", reason="確認")
    await sends(hq, "/console/campaigns/summer/steps", to="start", reason="開始")
    await sends(hq, "/console/campaigns", **{**CAMPAIGN, "code": "winter", "name": "冬"}, **days)
    await sends(hq, "/console/coupons", **COUPON, **days)
    await sends(hq, "/console/segments", **SEGMENT)
    await sends(hq, "/console/segments/lapsed/count")
    await sends(hq, "/console/notices", **NOTICE, **days)
    await sends(shop, "/console/support", **QUESTION)
    run = {"run": "r1", "campaign": "summer", "from_on": first, "to_on": first, "reason": "誤り"}
    await sends(desk, "/console/corrections", **run, multiplier="1", shortage="WAIVE")
    notice = await mall.value("SELECT max(notice_id) FROM tenants.board_notices")
    question = await mall.value("SELECT max(question_id) FROM tenants.questions")
    member = mall.hub.names.seal("member", 1, hanako.member_id)
    own = mall.hub.names.seal("member", bakery.tenant_id, hanako.member_id)
    campaigns = "/console/campaigns"
    return [
        ("campaigns", hq, campaigns), ("campaign-new", hq, f"{campaigns}/new"),
        ("campaign", hq, f"{campaigns}/summer"), ("campaign-draft", desk, f"{campaigns}/winter"),
        ("campaign-edit", hq, f"{campaigns}/winter/edit"),
        ("campaign-preview", hq, f"{campaigns}/summer/preview"),
        ("campaign-outcome", hq, f"{campaigns}/summer/outcome"),
        ("campaign-shops", hq, f"{campaigns}/summer/shops"),
        ("segments", hq, "/console/segments"), ("coupons", hq, "/console/coupons"),
        ("coupon-new", hq, "/console/coupons/new"), ("coupon", hq, "/console/coupons/welcome"),
        ("corrections", desk, "/console/corrections"),
        ("correction", desk, "/console/corrections/r1"),
        ("members", desk, "/console/members"), ("member", desk, f"/console/members/{member}"),
        ("member-entries", desk, f"/console/members/{member}/entries"),
        ("member-glance", shop, f"/console/members/{own}"),
        ("proposals", desk, "/console/proposals"),
        ("shops", hq, "/console/shops"), ("shop", hq, "/console/shops/bakery/bakery"),
        ("notices", hq, "/console/notices"), ("notice", hq, f"/console/notices/{notice}"),
        ("home-of-a-shop", shop, "/console"), ("support", desk, "/console/support"),
        ("question", desk, f"/console/support/{question}"), ("help", shop, "/console/help"),
        ("help-page", shop, "/console/help/first-accrual"), ("start", hq, "/console/start"),
        ("signals", hq, "/console/signals"), ("audit", hq, "/console/audit"),
        ("audit-of-people", auditor, "/console/audit/people"),
        ("setting-edit", hq, "/console/settings/edit"),
        ("shop-settings", shop, "/console/shop-settings"), ("terms", hq, "/console/terms"),
    ]  # fmt: skip

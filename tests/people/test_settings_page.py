"""設定の画面: somebody at headquarters reads which level won at a shop, in both languages."""

from datetime import timedelta

from tests.mall import Mall
from tests.people.persons import Staff


async def test_the_screen_shows_which_level_won_and_what_it_overrode(
    mall: Mall, staff: Staff
) -> None:
    await mall.shop("bakery")
    operator, tomorrow = await mall.operator(), str(mall.today + timedelta(days=1))
    shop, operators = {"level": "shop", "code": "bakery/bakery"}, {"level": "operator"}
    for where, value in ((operators, ["tobacco"]), (shop, ["stamps", "cards"])):
        asked = {"key": "excluded_categories", "value": value, "reason": "<規約>"}
        answer = await operator.post("/v1/admin/settings", **where, **asked, from_on=tomorrow)
        assert answer.status == 201, answer
    hq = await staff.person("haruko", "hq")
    path = f"/console/settings?shop=bakery/bakery&on={tomorrow}"
    shown = await hq.browser.get(path)
    assert shown.status == 200, shown.text
    for words in (
        "設定の継承",
        "stamps, cards",
        "本部: tobacco",
        "&lt;規約&gt;",
        "1ポイントに要する円",
    ):
        assert words in shown.text, words
    english = await hq.browser.get(f"{path}&lang=en")
    for words in ("Settings and who set them", "Operator: tobacco", "Yen for a point"):
        assert words in english.text, words
    assert (await hq.browser.get("/console/settings?shop=no/shop")).status == 404
    other = await staff.person("mise", "support")
    assert (await other.browser.get(path)).status == 403

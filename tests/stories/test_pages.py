"""Pages for everyone: what a refusal means, whether the promises hold, the docs, the numbers."""

from deploy.pages import kinds
from federation.refusals import Refusal, slug_of
from tests.mall import Mall


async def test_every_refusal_has_a_page_in_both_languages(mall: Mall) -> None:
    for kind in kinds(Refusal):
        for lang, words in (("ja", "どうすればよいか"), ("en", "What to do")):
            async with mall.http.get(f"{mall.url}/problems/{slug_of(kind)}?lang={lang}") as page:
                text = await page.text()
                assert page.status == 200, slug_of(kind)
                assert words in text
                assert kind.staff_text in text
    async with mall.http.get(f"{mall.url}/problems/nothing-like-it") as page:
        assert page.status == 404


FILES_OF_DOCS = ("/static/vendor/swagger-ui.css", "/static/vendor/swagger-ui-bundle.js")


async def test_pages_fetch_nothing_from_elsewhere(mall: Mall) -> None:
    for path in ("/problems", "/problems/busy", "/status", "/expiry", "/docs"):
        async with mall.http.get(mall.url + path) as page:
            text = await page.text()
            assert "//" not in text.replace("://schema", ""), path
            assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in ("style.css", "docs.js", "vendor/swagger-ui.css", "vendor/swagger-ui-bundle.js"):
        async with mall.http.get(f"{mall.url}/static/{path}") as file:
            assert file.status == 200
    async with mall.http.get(f"{mall.url}/static/../settings.py") as file:
        assert file.status == 404


async def test_the_page_of_the_api_weighs_less_than_a_page_may(mall: Mall) -> None:
    """As it is sent: its files come packed, to whoever unpacks, and are the same files."""
    sent = 0
    for path in ("/docs", "/openapi.json", "/static/docs.js", *FILES_OF_DOCS):
        headers = {"accept-encoding": "gzip"}
        async with mall.http.get(mall.url + path, headers=headers) as answer:
            sent += int(answer.headers["content-length"])
            text = await answer.text()
        plain = {"accept-encoding": "identity"}
        async with mall.http.get(mall.url + path, headers=plain) as answer:
            assert "content-encoding" not in answer.headers
            assert await answer.text() == text
    assert sent <= 1_500_000


async def test_the_status_turns_red_when_a_promise_breaks(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    assert (await mall.hub.watch.look()).sound
    tamper = "UPDATE federation.lots SET points_left = points_left + %s WHERE member_id = %s"
    async with mall.hub.pools.use("desk") as conn:
        await conn.execute(tamper, (-1, hanako.member_id))
    seen = await mall.hub.watch.look()
    assert not seen.sound
    assert {one.promise for one in seen.promises if one.broken} == {"wallets", "lots"}
    async with mall.http.get(f"{mall.url}/status", headers={"accept": "application/json"}) as page:
        assert page.status == 503
    async with mall.hub.pools.use("desk") as conn:
        await conn.execute(tamper, (1, hanako.member_id))
    assert (await mall.hub.watch.look()).sound


async def test_metrics_are_for_those_who_run_the_hub(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    assert (await bakery.get("/metrics")).status == 403
    assert (await (await mall.operator()).get("/metrics")).status == 200

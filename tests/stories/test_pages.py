"""Pages for everyone: what a refusal means, whether the promises hold, the docs, the numbers."""

import html
from itertools import chain

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


async def test_pages_fetch_nothing_from_elsewhere(mall: Mall) -> None:
    for path in (
        "/problems",
        "/problems/busy",
        "/status",
        "/expiry",
        "/docs",
        "/docs/V1AccrualsPostAccrual",
    ):
        async with mall.http.get(mall.url + path) as page:
            text = await page.text()
            assert "//" not in text.replace("://schema", ""), path
            assert "default-src 'none'" in page.headers["content-security-policy"]
    for path in ("style.css", "charts.js", "vendor/htmx.min.js"):
        async with mall.http.get(f"{mall.url}/static/{path}") as file:
            assert file.status == 200
    async with mall.http.get(f"{mall.url}/static/../settings.py") as file:
        assert file.status == 404


async def test_whoever_unpacks_gets_a_file_packed_and_the_same(mall: Mall) -> None:
    path = f"{mall.url}/static/style.css"
    async with mall.http.get(path, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        packed, text = int(answer.headers["content-length"]), await answer.text()
    async with mall.http.get(path, headers={"accept-encoding": "identity"}) as answer:
        assert "content-encoding" not in answer.headers
        assert await answer.text() == text
        assert packed < int(answer.headers["content-length"])


async def test_every_operation_of_the_api_has_a_page_in_both_languages(mall: Mall) -> None:
    """And its page names each scope, each refusal, and each field of what is sent."""
    async with mall.http.get(f"{mall.url}/openapi.json") as answer:
        told = await answer.json()
    async with mall.http.get(f"{mall.url}/docs?lang=ja") as answer:
        listed = await answer.text()
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            name = one["operationId"]
            assert f'href="/docs/{name}?lang=ja"' in listed, name
            assert f"{method.upper()} {path}" in listed.replace("&lt;", "<")
            en, _, ja = one["description"].rpartition(" / ")
            assert en, f"{name} says what it does in one language only"
            for lang, words in (("ja", ja), ("en", en)):
                async with mall.http.get(f"{mall.url}/docs/{name}?lang={lang}") as answer:
                    assert answer.status == 200, name
                    page = html.unescape(await answer.text())
                assert words in page, (name, lang)
            for status, answered in one["responses"].items():
                assert f"<h3>{status}</h3>" in page
                if "application/problem+json" in answered.get("content", {}):
                    for slug in answered["description"].split(" · "):
                        assert f"<code>{slug}</code>" in page, (name, slug)
            for way in one["security"]:
                for scope in chain.from_iterable(way.values()):
                    assert f"<code>{scope}</code>" in page, (name, scope)
    async with mall.http.get(f"{mall.url}/docs/NothingLikeIt") as answer:
        assert answer.status == 404


async def test_the_page_of_an_operation_names_what_is_sent_down_to_its_lines(mall: Mall) -> None:
    async with mall.http.get(f"{mall.url}/docs/V1AccrualsPostAccrual?lang=en") as answer:
        page = html.unescape(await answer.text())
    for field in ("slip", "paid_yen", "lines", "lines[].amount_yen", "tenders[].kind"):
        assert f"<td><code>{field}</code></td>" in page, field
    assert "≥ 0 ≤ 10000000" in page


async def test_the_status_turns_red_when_a_promise_breaks(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    assert (await mall.hub.watch.look()).sound
    tamper = "UPDATE federation.lots SET points_left = points_left + %s WHERE member_id = %s"
    async with await mall.hub.pools.desk() as conn:
        await conn.execute(tamper, (-1, hanako.member_id))
    seen = await mall.hub.watch.look()
    assert not seen.sound
    assert {one.promise for one in seen.promises if one.broken} == {"wallets", "lots"}
    async with mall.http.get(f"{mall.url}/status", headers={"accept": "application/json"}) as page:
        assert page.status == 503
    async with await mall.hub.pools.desk() as conn:
        await conn.execute(tamper, (1, hanako.member_id))
    assert (await mall.hub.watch.look()).sound


async def test_metrics_are_for_those_who_run_the_hub(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    assert (await bakery.get("/metrics")).status == 403
    assert (await (await mall.operator()).get("/metrics")).status == 200

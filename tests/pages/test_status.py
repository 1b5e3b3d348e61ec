"""稼働状況: a break is red within the watch's next look, and is still seen after it was mended."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, expect

from deploy import history
from tests.mall import Mall
from tests.pages.conftest import visit

JSON = {"accept": "application/json"}
TAMPER = "UPDATE federation.lots SET points_left = points_left + %s WHERE member_id = %s"


async def told(mall: Mall, query: str = "") -> tuple[int, dict]:  # type: ignore[type-arg]
    async with mall.http.get(f"{mall.url}/status{query}", headers=JSON) as page:
        return page.status, await page.json()


@pytest.fixture(scope="module")
async def broken_at(mall: Mall) -> datetime:
    """A lot was changed behind the books' back, the watch looked, and it was mended."""
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    assert (await mall.hub.watch.look()).sound
    async with await mall.hub.pools.desk() as conn:
        await conn.execute(TAMPER, (-1, hanako.member_id))
    seen = await mall.hub.watch.look()
    assert not seen.sound
    status, stood = await told(mall)
    assert (status, stood["sound"]) == (503, False)
    async with await mall.hub.pools.desk() as conn:
        await conn.execute(TAMPER, (1, hanako.member_id))
    assert (await mall.hub.watch.look()).sound
    return seen.looked_at


async def test_what_was_broken_is_seen_at_its_minute_for_ever_after(
    mall: Mall, broken_at: datetime
) -> None:
    now, stands = await told(mall)
    assert (now, stands["sound"]) == (200, True)
    at = quote(broken_at.isoformat())
    status, stood = await told(mall, f"?at={at}")
    assert (status, stood["sound"]) == (200, False)
    broken = {one["promise"]: one["broken"] for one in stood["promises"] if one["broken"]}
    assert broken == {"wallets": 1, "lots": 1}
    breaks = {one["promise"]: one for one in stood["breaks"]}
    assert breaks.keys() == broken.keys()
    for one in breaks.values():
        assert datetime.fromisoformat(one["from_at"]) == broken_at
        assert datetime.fromisoformat(one["until_at"]) > broken_at
    assert stood["days"][-1]["broken_minutes"] == 1
    assert len(stood["days"]) == 90


async def test_a_minute_at_which_nobody_looked_is_not_called_sound(mall: Mall) -> None:
    then = datetime.now(UTC) - timedelta(days=3)
    status, _ = await told(mall, f"?at={quote(then.isoformat())}")
    assert status == 404
    async with mall.http.get(f"{mall.url}/status?at={then:%Y-%m-%dT%H:%M}&lang=en") as page:
        assert "Nobody looked at that minute" in await page.text()


@pytest.mark.parametrize("at", ["soon", "0001-01-01T00:00Z", "2026-13-01T00:00", "2026-06-01"])
async def test_what_is_no_instant_is_refused(mall: Mall, at: str) -> None:
    status, why = await told(mall, f"?at={at}")
    assert (status, why["pointer"]) == (400, "/at")


async def test_minutes_are_kept_for_ninety_days_and_breaks_for_ever(
    mall: Mall, broken_at: datetime
) -> None:
    later = broken_at + timedelta(days=91)
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute("SAVEPOINT before")
        assert await history.forget(conn, later) >= 1
        row = await (await conn.execute("SELECT count(*) FROM federation.looks")).fetchone()
        kept = await (await conn.execute("SELECT count(*) FROM federation.breaks")).fetchone()
        await conn.execute("ROLLBACK TO before")
    assert (row, kept) == ((0,), (2,))


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_now_or_then(
    chromium: Browser, mall: Mall, broken_at: datetime, lang: str, scheme: str
) -> None:
    async with visit(chromium, mall, color_scheme=scheme) as here:
        at = quote(broken_at.isoformat())
        for path in (f"/status?lang={lang}", f"/status?lang={lang}&at={at}",
                     f"/status?lang={lang}&on=2026-01-02&minute=720"):  # fmt: skip
            await here.goes(path)
            assert await here.found_by_axe() == []
        here.whole()


async def test_the_page_turns_red_by_itself_and_the_slider_leads_to_the_minute(
    chromium: Browser, mall: Mall, broken_at: datetime
) -> None:
    async with visit(chromium, mall) as here:
        await here.goes("/status?lang=ja", "すべて守られています")
        taro, kiosk = await mall.member(), await mall.shop("kiosk")
        await kiosk.sells(taro, yen=1_100)
        async with await mall.hub.pools.desk() as conn:
            await conn.execute(TAMPER, (-1, taro.member_id))
        red = here.page.get_by_text("確認が必要です")
        await expect(red).to_be_visible(timeout=60_000)
        async with await mall.hub.pools.desk() as conn:
            await conn.execute(TAMPER, (1, taro.member_id))
        await expect(here.page.get_by_text("すべて守られています")).to_be_visible(timeout=60_000)
        await here.page.locator("input[type=range]").fill("605")
        assert await here.page.inner_text("output") == "10:05"
        await here.page.get_by_role("button", name="この時点を見る").click()
        assert "minute=605" in here.page.url
        here.whole()

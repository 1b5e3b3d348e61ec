"""How long a till waits for a hub that does not answer: three seconds, by the clock (O4)."""

from itertools import pairwise
from time import monotonic

from playwright.async_api import Browser, Route, expect

from tests.mall import Mall
from tests.pages.at_till import EARNED, HURRIED, at_till, opened

# What each try waits for an answer, and what rests before the next one (docs/offline.md).
PATIENCE, RESTS = 3, (1, 3)
LOOSE = 10  # seconds that a busy machine may add


async def test_a_hub_that_does_not_answer_is_waited_for_three_seconds_then_the_sale_is_queued(
    chromium: Browser, mall: Mall
) -> None:
    """The line is there, and nothing ever comes back on it: the same bytes three times, each given
    up after three real seconds; the sale is kept, and booked once when it is sent later."""
    shop, goro = await opened(mall, "patience"), await mall.member()
    async with at_till(chromium, shop, service_workers="block") as till:
        tries: list[tuple[float, str]] = []

        async def silent(route: Route) -> None:
            tries.append((monotonic(), route.request.post_data or ""))

        await till.sells(goro.card, 1_100)
        await till.says("10 pt 付与", "good")
        entries = await till.count()
        await till.page.route("**/v1/accruals", silent)
        await till.page.evaluate(HURRIED)
        await till.sells(goro.card, 2_200)
        kept = till.page.locator(".answer[data-tone=wait] [data-big]")
        await expect(kept).to_contain_text("お預かりしました", timeout=60_000)
        given_up = monotonic() - tries[-1][0]

        assert len(tries) == 3
        assert len({body for _, body in tries}) == 1
        for (before, after), rest in zip(pairwise(at for at, _ in tries), RESTS, strict=True):
            assert PATIENCE + rest - 0.5 < after - before < PATIENCE + rest + LOOSE
        assert PATIENCE - 0.5 < given_up < PATIENCE + LOOSE

        await till.page.keyboard.press("F7")
        row = till.page.locator("[data-outbox] tr").first
        await expect(row).to_contain_text("記帳しました", timeout=60_000)
        assert await till.count() == entries + 1
        assert await till.count(EARNED, "accrual") == 10 + 20

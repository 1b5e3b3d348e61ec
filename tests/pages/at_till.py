"""Somebody who stands at a till in a browser, with a keyboard and a scanner."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import time
from typing import Any

from playwright.async_api import Browser, Page, expect

from auth import enrolments
from auth.enrolments import Offered
from deploy.clock import wall
from tests.mall import Mall, Shop
from tests.pages.conftest import Visit, visit

SHOTS = os.environ.get("MEGURI_SHOTS")
SMALL = {"width": 1024, "height": 600}
OF_SHOP = "SELECT count(*) FROM federation.entries WHERE shop_id = %s"
OF_SLIPS = "SELECT count(*) FROM federation.slips WHERE shop_id = %s"
# A busy machine is not a line that is cut: here only what is cut on purpose is, until HURRIED.
PATIENT = """
{
  const real = AbortSignal.timeout.bind(AbortSignal);
  AbortSignal.timeout = (wait) => window.hurried ? real(wait) : new AbortController().signal;
}
"""
HURRIED = "window.hurried = true"
LOOKS_FOR_LOST = "import('/static/till/booking.js').then((it) => it.recovered()).then(() => null)"
expect.set_options(timeout=20_000)
EARNED = "SELECT coalesce(sum(points), 0) FROM federation.entries WHERE shop_id = %s AND kind = %s"


async def opened(mall: Mall, code: str, **terms: Any) -> Shop:
    """A shop that the hub knows at once, as by the bell."""
    shop = await mall.shop(code, **terms)
    mall.hub.forget()
    return shop


class AtTill:
    """Somebody who stands at a till in a browser, with a keyboard and nothing else."""

    def __init__(self, here: Visit, shop: Shop, till: str) -> None:
        self.here = here
        self.page: Page = here.page
        self.context = here.context
        self.shop = shop
        self.till = till

    @property
    def big(self) -> Any:
        return self.page.locator("[data-big]")

    async def opens(self, lang: str = "ja") -> None:
        await self.here.goes(f"/till?lang={lang}")
        await self.ready()

    async def ready(self) -> None:
        await self.page.wait_for_selector("body[data-ready=yes]")

    async def scans(self, text: str) -> None:
        """A scanner: a letter every ten milliseconds by the events' own time, however busy this
        machine is, then Enter, wherever the cursor is."""
        line = await self.context.new_cdp_session(self.page)
        begins = time()
        for turn, letter in enumerate([*text, "\r"]):
            key = "Enter" if letter == "\r" else letter
            event = {"key": key, "text": letter, "timestamp": begins + turn / 100}
            await line.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
            await line.send("Input.dispatchKeyEvent", {"type": "keyUp", **event, "text": ""})
        await line.detach()

    async def types(self, name: str, text: str) -> None:
        field = self.page.locator(f"section:not([hidden]) [name={name}]")
        await field.focus()
        await field.press("Control+a")
        await self.page.keyboard.type(text)

    async def sells(self, card: str, yen: int, receipt_no: str = "", points: int = 0) -> None:
        """The main job, by keys alone: F1, scan, amount, Enter."""
        await self.page.keyboard.press("F1")
        await self.scans(card)
        if receipt_no:
            await self.types("receipt_no", receipt_no)
        if points:
            await self.types("points", str(points))
        await self.types("total_yen", str(yen))
        await self.page.keyboard.press("Enter")

    async def says(self, words: str, tone: str) -> None:
        await expect(self.page.locator(f".answer[data-tone={tone}] [data-big]")).to_contain_text(
            words
        )

    async def facts(self) -> str:
        return await self.page.locator("[data-facts]").inner_text()

    def whole(self) -> None:
        """As everywhere, but for what a browser notes of each refusal: the till shows those, and
        that a nonce is told by one is OAuth's own way (RFC 9449, 8)."""
        ours = ("/oauth/token", "/v1/")
        self.here.complaints = [
            one
            for one in self.here.complaints
            if not (one.startswith("Failed to load") and any(path in one for path in ours))
        ]
        self.here.whole()

    async def count(self, query: str = OF_SHOP, *more: Any) -> int:
        return int(await self.shop.mall.value(query, self.shop.shop_id, *more))


@asynccontextmanager
async def at_till(
    chromium: Browser, shop: Shop, till: str = "T01", *, dpop: bool = True, **how: Any
) -> AsyncIterator[AtTill]:
    """A browser that has just been made a till, as the office and the shop do it."""
    async with visit(chromium, shop.mall, viewport=SMALL, **how) as here:
        one = AtTill(here, shop, till)
        await here.page.add_init_script(PATIENT)
        await one.opens()
        async with shop.mall.hub.pools.use("worker") as conn:
            offered = Offered(tenant=shop.tenant, till=till, dpop=dpop)
            code = await enrolments.offer(conn, offered, wall())
        await one.page.fill("[name=code]", code)
        await one.page.keyboard.press("Enter")
        await one.page.wait_for_selector("nav.keys:not([hidden])")
        await one.ready()
        yield one

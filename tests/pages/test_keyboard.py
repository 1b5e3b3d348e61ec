"""Without a mouse: on every page of the member site, of a tenant's people and of the console Tab
leads past the skip link through everything there is, and where one stands is named, outlined and in
sight."""

import importlib
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.conftest import Given
from tests.pages.conftest import opened, visit
from tests.pages.members import PHONE
from tests.people.persons import Staff

MOST = 150
# Over the third of a field, not its middle: what is wider than a phone ends beside it.
STANDS = """
(() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), at = one.getBoundingClientRect();
  const over = document.elementFromPoint(at.left + Math.min(at.width / 3, 40), at.top + Math.min(at.height / 2, 30));
  const named = one.getAttribute('aria-label') || one.labels?.[0]?.textContent || one.textContent
    || document.getElementById(one.getAttribute('aria-labelledby'))?.textContent || '';
  const wrong = [];
  if (!named.trim()) wrong.push('it has no name');
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) wrong.push('it has no outline');
  if (!over || !(one.contains(over) || over.contains(one))) wrong.push(`it lies under ${over?.outerHTML.slice(0, 60)}`);
  return [one.outerHTML.slice(0, 120), one.className, wrong];
})()
"""  # noqa: E501  a script of the browser's


CONSOLE = ("finance", "figures", "registers")


@pytest.mark.parametrize(
    "area",
    ["member_site", "portal", *(pytest.param(one, marks=pytest.mark.long) for one in CONSOLE)],
)
async def test_every_page_is_gone_through_by_tab(
    chromium: Browser, given: Given, template: str, tmp_path: Any, area: str
) -> None:
    module = importlib.import_module(f"tests.pages.tour_{area}")
    found: dict[str, list[str]] = {}
    async with opened(given, template, tmp_path, f"keys_{area}") as mall:
        pages = await module.tour(mall, Staff(mall))
        for who in {id(who): who for _, who, _ in pages}.values():
            how = PHONE if area == "member_site" else {}
            async with visit(chromium, mall, who, **how) as here:
                for name, own, path in pages:
                    if own is not who:
                        continue
                    await here.goes(path)
                    found[name] = await gone_through(here.page)
                here.whole()
    assert len(found) > 10
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def gone_through(page: Any) -> list[str]:
    """What is wrong on the way from the top of a page to its end."""
    # What has the focus when a page opens is left, so that the way begins at the top.
    await page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    await page.evaluate("document.body.removeAttribute('tabindex')")
    wrong: list[str] = []
    seen: list[str] = []
    for _ in range(MOST):
        await page.keyboard.press("Tab")
        stands = await page.evaluate(STANDS)
        if stands is None:
            break
        html, kind, faults = stands
        if not seen and kind != "skip":
            wrong.append(f"the first stop is {html}")
        seen.append(html)
        wrong += [f"{fault}: {html}" for fault in faults]
    else:
        wrong.append("it never ends")
    if len(seen) < 3:
        wrong.append(f"only {seen}")
    return wrong

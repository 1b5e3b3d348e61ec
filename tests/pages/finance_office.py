"""経理の机: the people of the finance office, their pages, and how figures are read from them."""

import asyncio
import csv
import io

from playwright.async_api import Page

from tests.mall import Mall
from tests.pages.tour_finance import tour
from tests.people.persons import Person, Staff

Tour = list[tuple[str, Person | None, str]]


class Office:
    """The pages, and the people who work with them."""

    pages: Tour
    keiko: Person  # prepares
    masao: Person  # approves
    both: Person


async def opened(mall: Mall, staff: Staff) -> Office:
    """The office of a mall whose month is under way."""
    here = Office()
    here.pages = await tour(mall, staff)
    people = {one.login: one for _, one, _ in here.pages if one is not None}
    here.keiko, here.masao = people["keiko"], people["masao"]
    here.both = await staff.person("both", "finance-preparer", "finance-approver", passkey=True)
    return here


def sheet_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def told(yen: str) -> int:
    """A figure as the pages write it."""
    return int(yen.replace(",", "").replace("▲", "-"))


async def table_of(page: Page, name: str) -> list[list[str]]:
    """The cells of a table, row by row."""
    return list(await page.eval_on_selector_all(
        f"#{name} tbody tr",
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim()))",
    ))  # fmt: skip


async def arrived(person: Person, path: str) -> str:
    """A page once what it shows has been worked out."""
    for _ in range(300):
        page = (await person.browser.get(path)).text
        if 'hx-select="#main"' not in page:
            return page
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path} is being worked out for ever")

"""A long list of the finance office is read leaf by leaf, and its sum is of all of it."""

import re

import pytest

from deploy.finance import shared
from tests.mall import Mall
from tests.people.persons import Person, Staff
from tests.settlement.life.offices import CYCLE, JUNE, Finance

OWN = f"/console/cycles/{CYCLE}"


@pytest.fixture
async def keiko(mall: Mall, staff: Staff, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Who reads the first cycle of June, one row a leaf."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    assert (await mall.close(JUNE)).status == 200
    assert (await finance.confirms()).status == 200
    monkeypatch.setattr(shared, "A_LEAF", 1)
    return await staff.person("keiko", "finance-preparer")


async def test_nets_and_payments_are_read_leaf_by_leaf(keiko: Person) -> None:
    for page, table in ((OWN, "nets"), (f"{OWN}/payments", "payments")):
        parties, sums, skip, total = [], set(), "0", "0"
        while skip:
            told = (await keiko.browser.get(f"{page}?lang=en&skip={skip}")).text
            found = re.search(f'<table id="{table}">.*?</table>', told, re.DOTALL)
            assert found, told
            body, _, foot = found.group().partition("<tfoot>")
            parties += sorted(set(re.findall(r"/statements/([a-z]+)", body)))
            sums.add(foot)
            [(total, first, last)] = re.findall(r"(\d+) in all: (\d+)–(\d+)", told)
            assert first == last == str(int(skip) + 1)
            skip = "".join(re.findall(r"skip=(\d+)\">next<", told))
        assert len(parties) == len(set(parties)) == int(total)
        assert {"bakery", "bookshop"} <= set(parties)
        assert len(sums) == 1, "the sum of every leaf is that of all"
    for page in (OWN, f"{OWN}/payments", "/console/carried"):
        assert (await keiko.browser.get(f"{page}?skip=-1")).status == 400

"""What stands twice is named, where no key of a table forbids it."""

import psycopg

from federation.checks import broken
from tests.mall import Mall
from tests.races.hubs import until_so

NUMBERED = "SELECT count(*) = 1 FROM federation.journal"
ANSWERED_TWICE = "INSERT INTO federation.answers SELECT * FROM federation.answers"
NUMBERED_TWICE = """
INSERT INTO federation.journal
SELECT number + 1, member_id, entry_id, booked_at, format, hash, chain FROM federation.journal
"""


async def test_a_slip_has_one_answer_and_an_entry_one_number(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=1_100)
    url = mall.hub.settings.database_url
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as owner:
        await until_so(owner, NUMBERED)
        async with owner.transaction(force_rollback=True):
            await owner.execute(ANSWERED_TWICE)
            await owner.execute(NUMBERED_TWICE)
            named = {one.promise for one in await broken(owner)}
    assert {"slip with two answers", "entry with two numbers"} <= named

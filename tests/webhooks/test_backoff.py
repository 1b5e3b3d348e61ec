"""間隔: a try that failed is made again later and later, never at one instant with all the others,
and no longer than three days."""

from datetime import timedelta
from itertools import accumulate

import pytest
from psycopg import AsyncConnection

from tenants.webhooks.delivering import TRIED_FOR, Backoff
from tests.mall import Mall
from tests.webhooks.heard import endpoint, logged, opened
from tests.webhooks.receiver import Receiver

WAITS = (
    "SELECT extract(epoch FROM d.due_at - a.at)::float FROM tenants.deliveries AS d"
    " JOIN tenants.attempts AS a USING (tenant_id, endpoint_id, delivery)"
    " WHERE d.tenant_id = %s AND d.tries = 1 AND a.try = 1"
)


@pytest.mark.parametrize(("tries", "seconds"), [
    (1, 5), (2, 15), (3, 45), (4, 135), (8, 10_935), (9, 28_800), (40, 28_800), (10_000, 28_800),
])  # fmt: skip
def test_each_wait_is_three_times_the_last_give_or_take_a_fifth(tries: int, seconds: int) -> None:
    waits = [Backoff().after(tries, chance).total_seconds() for chance in (0, 0.5, 1)]
    assert waits == pytest.approx([seconds * 0.8, seconds, seconds * 1.2])


def test_three_days_are_some_fifteen_tries() -> None:
    waits = accumulate(Backoff().after(tries, 0.5) for tries in range(1, 40))
    within = [one for one in waits if one < TRIED_FOR]
    assert 14 <= len(within) <= 18
    assert within[3] < timedelta(minutes=4)


async def test_what_fails_together_is_not_sent_again_together(
    mall: Mall, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's own waits, as they stand in its database after the first try of each."""
    monkeypatch.setattr(mall.hub.messenger, "_backoff", Backoff())
    receiver.answers = lambda path, event: 503
    shop = (await opened(mall, "florist"))[0]
    office = await mall.office(shop)
    await endpoint(office, receiver, "/florist")
    for member in await mall.members(4):
        await shop.sells(member, yen=1_100)
    await logged(office, "florist", 4)
    async with await AsyncConnection.connect(mall.hub.settings.database_url) as owner:
        rows = await (await owner.execute(WAITS, (shop.tenant_id,))).fetchall()
    waits = [row[0] for row in rows]
    assert len(waits) == 4
    assert all(4 <= one <= 6 for one in waits), waits
    assert max(waits) - min(waits) > 0.001, waits

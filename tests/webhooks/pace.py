"""速さ: how long after its answer a sale's event first comes to a receiver (security G15):
`python -m tests.webhooks.pace [--sales 2000] [--per-second 50] [--endpoints 4]`.

Hub, messenger, receiver and tills are one process on one machine, so this measures from above.
"""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from deploy.embedded import embedded
from deploy.migrate import migrate
from tests.mall import BEGIN, Mall, serving, settings_for
from tests.webhooks.receiver import Receiver, allow, certificates, receiving

PATIENCE_SECONDS = 120


def of_hundred(waits: Sequence[float], part: int) -> float:
    """The wait that so many of a hundred do not exceed."""
    return sorted(waits)[max(0, -(-len(waits) * part // 100) - 1)]


class Pace:
    """When each slip was answered, and when it first came."""

    def __init__(self) -> None:
        self.answered: dict[str, float] = {}
        self.came: dict[str, float] = {}

    def take(self, path: str, event: object) -> int:
        """A receiver that takes everything."""
        assert isinstance(event, dict)
        self.came.setdefault(f"{path} {event['data']['slip']}", monotonic())
        return 204

    def waits(self, endpoints: int) -> list[float]:
        """Of each endpoint and slip, the seconds between; what came before its answer waited 0."""
        return [
            max(self.came[f"/hook-{n} {slip}"] - at, 0.0)
            for slip, at in self.answered.items()
            for n in range(endpoints)
        ]


async def told(mall: Mall, receiver: Receiver, sales: int, per_second: int, endpoints: int) -> Pace:
    """Sell at an even pace, until every event has come everywhere."""
    pace = Pace()
    receiver.answers = pace.take
    bakery = await mall.shop("bakery")
    mall.hub.forget()
    office, members = await mall.office(bakery), await mall.members(min(sales, 500))
    for n in range(endpoints):
        url = {"url": receiver.url(f"/hook-{n}")}
        made = await office.ask("PUT", f"/v1/webhook-endpoints/hook-{n}", json=url)
        assert made.status == 201, made

    async def sell(number: int) -> None:
        sale = bakery.sale(members[number % len(members)], 1_100)
        answer = await bakery.post("/v1/accruals", **sale)
        assert answer.status == 201, answer
        pace.answered[str(sale["slip"])] = monotonic()

    await bakery.token()
    began = monotonic()
    async with asyncio.TaskGroup() as tills:
        for number in range(sales):
            await asyncio.sleep(max(0.0, began + number / per_second - monotonic()))
            tills.create_task(sell(number))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(pace.came) < sales * endpoints:  # noqa: ASYNC110  the receiver only counts
            await asyncio.sleep(0.05)
    return pace


async def measured(sales: int, per_second: int, endpoints: int, folder: Path) -> dict[str, object]:
    """One run against servers of its own."""
    trusted, _ = certificates(folder)
    os.environ["SSL_CERT_FILE"] = str(trusted)
    with embedded(folder, tuned_for_tests=True) as ours:
        settings = settings_for(ours.database_url, ours.redis_url, folder)
        migrate(settings, BEGIN - timedelta(days=62))
        async with serving(settings) as mall, receiving(folder) as receiver:
            await allow(mall, receiver)
            pace = await told(mall, receiver, sales, per_second, endpoints)
    waits = pace.waits(endpoints)
    return {
        "sales": sales, "per_second": per_second, "endpoints": endpoints, "events": len(waits),
        **{f"p{part}_seconds": round(of_hundred(waits, part), 3) for part in (50, 99)},
        "most_seconds": round(max(waits), 3),
    }  # fmt: skip


def main() -> int:
    """Measure, and say it as one JSON line; 1 where the bar of G15 is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.webhooks.pace")
    for name, usual in (("sales", 2_000), ("per-second", 50), ("endpoints", 4)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="meguri-pace-") as folder:
        found = asyncio.run(measured(asked.sales, asked.per_second, asked.endpoints, Path(folder)))
    sys.stdout.write(json.dumps(found) + "\n")
    p99 = found["p99_seconds"]
    assert isinstance(p99, float)
    return int(p99 >= 5)


if __name__ == "__main__":
    sys.exit(main())

"""What a tenant's office is told, asked for until it is there."""

import asyncio
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.mall import Client, Mall, Shop
from tests.webhooks.receiver import Came, Receiver

# What is told waits for the oldest transaction of the whole server, which other tests share: it is
# asked for less and less often, for some fifty seconds in all.
PATIENT = 10_000


async def opened(mall: Mall, *codes: str) -> list[Shop]:
    """Shops that open while the hub serves; it hears of them as by the bell."""
    made = await mall.shops(*codes)
    mall.hub.forget()
    return made


async def every_event(office: Client, after: str | None = None, limit: int = 50) -> list[Any]:
    """All that there is behind a place, page by page."""
    found: list[Any] = []
    while True:
        query = {"limit": limit, **({"after": after} if after else {})}
        answer = await office.get("/v1/events", **query)
        assert answer.status == 200, answer
        found += answer.json["events"]
        after = answer.json["next"]
        if not answer.json["more"]:
            return found


async def told(office: Client, count: int, kind: str = "") -> list[Any]:
    """The tenant's events once so many of a kind are told."""
    found: list[Any] = []
    for tries in range(1_000):
        found = await every_event(office)
        if sum(one["type"].startswith(kind) for one in found) >= count:
            return found
        await asyncio.sleep(tries / PATIENT)
    pytest.fail(f"only {found}")


async def endpoint(office: Client, receiver: Receiver, path: str = "/hook", **more: Any) -> str:
    """An endpoint at the receiver; its secret."""
    name = path.strip("/")
    asked = {"url": receiver.url(path), **more}
    answer = await office.ask("PUT", f"/v1/webhook-endpoints/{name}", json=asked)
    assert answer.status == 201, answer
    return str(answer.json["secret"])


async def logged(office: Client, name: str, count: int) -> list[Any]:
    """The log of an endpoint, once so many tries are written down."""
    log: list[Any] = []
    for tries in range(1_000):
        log = (await office.get(f"/v1/webhook-endpoints/{name}/deliveries")).json["deliveries"]
        if len(log) >= count:
            return log
        await asyncio.sleep(tries / PATIENT)
    pytest.fail(f"only {log}")


def verified(secret: str, came: Came) -> Any:
    """What came, as a receiver reads it that checks it first."""
    return Webhook(secret).verify(came.body, came.headers)

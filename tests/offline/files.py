"""Sending files to a hub and waiting for what becomes of them."""

import asyncio
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest

from deploy.clock import wall
from tenants import layout, till_keys
from tests.mall import LONG_AGO, WHY, Answered, Client, Mall, Member, Shop
from tests.offline_till import OfflineTill, file_of

NDJSON = "application/x-ndjson"


async def code_for(mall: Mall, shop: Shop, till: str = "T01") -> str:
    """A fresh enrolment code, as `meguri till enrol` prints it."""
    async with mall.hub.pools.use("worker") as conn:
        return await till_keys.offer(conn, shop.tenant, till, wall())


async def enrol(mall: Mall, code: str, jwk: Any) -> Answered:
    """Enrol a key; who asks has no token."""
    asked = {"code": code, "jwk": jwk}
    async with mall.http.post(f"{mall.url}/v1/till-enrolments", json=asked) as answer:
        return Answered(answer.status, await answer.read(), answer.headers)


async def offline_till(mall: Mall, shop: Shop, till: str = "T01") -> OfflineTill:
    """A till of the shop with a key of its own."""
    own = OfflineTill()
    answer = await enrol(mall, await code_for(mall, shop, till), own.jwk)
    assert answer.status == 201, answer
    assert answer.json["kid"] == own.kid
    return own


async def accept_risk(mall: Mall, shop: Shop, per_line: int = 500, per_day: int = 2_000) -> None:
    """The tenant lets its tills take points offline, at its own risk."""
    async with mall.hub.pools.use("worker") as conn:
        await layout.accept_offline(
            conn,
            shop.tenant_id,
            LONG_AGO,
            WHY,
            per_line_points=per_line,
            per_till_day_points=per_day,
        )


async def send(client: Client, content: bytes, media_type: str = NDJSON) -> Answered:
    """Upload a file."""
    headers = {"content-type": media_type}
    return await client.ask("POST", "/v1/batches", data=BytesIO(content), headers=headers)


async def outcomes(client: Client, batch: str, limit: int = 200) -> tuple[Any, list[Any]]:
    """The last page of a batch, and all its lines."""
    lines: list[Any] = []
    query: dict[str, Any] = {"limit": limit}
    while True:
        answer = await client.get(f"/v1/batches/{batch}", **query)
        assert answer.status == 200, answer
        lines += answer.json["outcomes"]
        if answer.json["next"] is None:
            return answer.json, lines
        query["after"] = answer.json["next"]


async def decided(client: Client, batch: str, waiting: int = 0, tries: int = 1_000) -> list[Any]:
    """The lines, when all but so many that wait are decided."""
    for _ in range(tries):
        page = (await client.get(f"/v1/batches/{batch}", limit=1)).json
        counts = page["counts"]
        if not counts.get("received"):
            if counts.get("waiting", 0) == waiting:
                return (await outcomes(client, batch))[1]
            await client.mall.hub.uploads.round()
        await asyncio.sleep(0.01)
    pytest.fail(f"nobody decides {batch}: {page['counts']}")


async def settled(client: Client, *lines: bytes, waiting: int = 0) -> list[Any]:
    """Send these lines and wait for their outcomes."""
    answer = await send(client, file_of(*lines))
    assert answer.status == 202, answer
    assert answer.json["lines"] == len(lines)
    return await decided(client, answer.json["batch"], waiting)


def states(lines: Sequence[Any]) -> list[str]:
    """What became of each: its state, and the name of the refusal."""
    return [
        one["state"] + (":" + one["problem"]["type"].rpartition("/")[2] if "problem" in one else "")
        for one in lines
    ]


def unasked(shop: Shop, member: Member, of: str, **more: Any) -> dict[str, Any]:
    """The body of a reversal."""
    asked = {**shop.asked(member), "of": of, "reason": "打ち間違い", **more}
    return {name: said for name, said in asked.items() if name != "card"}

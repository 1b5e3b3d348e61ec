"""What a hub in a process of its own says on standard error: JSON, and nobody's data."""

import asyncio
import copy
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import psycopg
import pytest

from deploy.settings import ROLES, password
from tests.mall import Mall, Member, Shop
from tests.races.hubs import HubProcess, hubs, through

KAGUYA = "Kaguya"  # stands in slips, receipts, staff codes and junk


class Told:
    """Everything that was sent or given out, and must stand in no line."""

    def __init__(self, mall: Mall, shop: Shop, member: Member) -> None:
        settings = mall.hub.settings
        self.words = [KAGUYA, member.card, shop.client_id, shop.tenant, settings.secret]
        self.words += [password(settings.secret, role) for role in ROLES]

    def token(self, token: str) -> None:
        """A token, whole and in its parts."""
        self.words += [token, *token.split(".")]


@pytest.fixture
async def hub(mall: Mall, tmp_path: Path) -> AsyncIterator[HubProcess]:
    """The same books, served by a process of its own."""
    async with hubs(mall.hub.settings, tmp_path) as (one,):
        yield one


async def sells(shop: Shop, member: Member, number: int, **more: Any) -> tuple[int, str]:
    """A sale with Kaguya all over it; what came of it."""
    known = {"slip": f"{KAGUYA}-{number}", "receipt_no": f"{KAGUYA}/{number}", "staff": KAGUYA}
    answer = await shop.post("/v1/accruals", **shop.sale(member, 1_100, **known, **more))
    return answer.status, answer.slug


async def sends_junk(shop: Shop, member: Member) -> None:
    """Bodies, paths and headers that no till would send."""
    for junk in (b"\xff\xfe", b"[" * 100_000, b'{"a": 1, "a": 2}', b"{", b'"\\ud800"', b"NaN"):
        answer = await shop.post_bytes("/v1/accruals", KAGUYA.encode() + junk)
        assert answer.status == 400
    for path in (
        f"/v1/entries/{KAGUYA}",
        f"/{KAGUYA}?card={member.card}",
        f"/v1/entries?after={KAGUYA}",
    ):
        assert (await shop.get(path)).status == 404
    for header in (f"Bearer {KAGUYA}", f"Basic {KAGUYA}", KAGUYA * 1_000):
        answer = await shop.ask("GET", "/v1/entries", headers={"authorization": header})
        assert answer.status == 401
    sale = shop.sale(member, 1_100, slip=f"{KAGUYA}-junk")
    for fault in ({"shop": KAGUYA}, {"paid_yen": KAGUYA}, {"till": KAGUYA}, {"lines": [{}]}):
        assert (await shop.post("/v1/accruals", **{**sale, **fault})).status in (400, 404)
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", int(shop.mall.url.rpartition(":")[2])
    )
    writer.write(f"{KAGUYA} {member.card}\r\n\r\n".encode())  # this is not even HTTP
    await reader.read()
    writer.close()


async def knocks_wrongly(shop: Shop) -> None:
    """The token endpoint with a wrong secret, and with junk."""
    url = f"{shop.mall.url}/oauth/token"
    wrong = {"authorization": aiohttp.encode_basic_auth(shop.client_id, KAGUYA)}
    for form, headers in (
        ({"grant_type": "client_credentials"}, wrong),
        ({"grant_type": KAGUYA, "client_assertion": f"{KAGUYA}.{KAGUYA}.{KAGUYA}"}, {}),
    ):
        async with shop.mall.http.post(url, data=form, headers=headers) as answer:
            assert answer.status in (400, 401)


# Faults of ours, of which the database speaks with the clerk, the slip or the card in its mouth.
NO_ENTRY = "ALTER TABLE federation.entries ADD CONSTRAINT broken CHECK (staff::int > 0) NOT VALID"
NO_SLIP = "ALTER TABLE federation.slips ADD CONSTRAINT broken CHECK (slip::int > 0) NOT VALID"
NO_CARD = (
    "ALTER TABLE federation.carriers ENABLE ROW LEVEL SECURITY; CREATE POLICY broken"
    " ON federation.carriers TO meguri_counter USING (('card' || carrier)::bigint > 0)"
)
MEND = (
    "ALTER TABLE federation.entries DROP CONSTRAINT IF EXISTS broken;"
    " ALTER TABLE federation.slips DROP CONSTRAINT IF EXISTS broken;"
    " ALTER TABLE federation.carriers DISABLE ROW LEVEL SECURITY"
)


async def fails(shop: Shop, member: Member) -> None:
    """Break the books under the hub's hands, ask, and mend them. Whoever waits for a table lets
    this process go on: its own hub may be the one that looks at it."""
    settings = shop.mall.hub.settings
    async with await psycopg.AsyncConnection.connect(
        settings.database_url, autocommit=True
    ) as owner:
        for number, fault in ((100, NO_ENTRY), (101, NO_SLIP)):
            await owner.execute(fault.encode())
            assert await sells(shop, member, number) == (500, "broken")
            await owner.execute(MEND.encode())
        await owner.execute(NO_CARD.encode())
        asked = {**shop.asked(member), "paid_yen": 1, "staff": KAGUYA}
        answer = await shop.post("/v1/quotes", **{k: v for k, v in asked.items() if k != "slip"})
        assert (answer.status, answer.slug) == (500, "broken")
        await owner.execute(MEND.encode())
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'meguri desk' AND datname = current_database()"
        )
    assert await sells(shop, member, 200) == (503, "busy")
    assert await sells(shop, member, 200) == (201, "")


async def test_the_log_of_a_hub_is_json_and_says_nothing_of_anybody(
    mall: Mall, hub: HubProcess
) -> None:
    bakery, hanako = await mall.shop(f"bakery-{KAGUYA}"), await mall.member()
    told = Told(mall, bakery, hanako)
    bakery = through(bakery, hub)
    told.token(await bakery.token())
    for number in range(3):
        assert await sells(bakery, hanako, number) == (201, "")
    assert await sells(bakery, hanako, 0, paid_yen=9) == (422, "slip-reused")
    assert (await sells(bakery, hanako, 9, business_date="2026-06-01"))[1] == "too-late"
    spent = await bakery.post("/v1/redemptions", **bakery.spending(hanako, 31))
    assert spent.slug == "not-enough-points"
    await sends_junk(bakery, hanako)
    await knocks_wrongly(bakery)
    await fails(bakery, hanako)
    gone = copy.copy(hanako)
    gone.card = "6304000000000000"
    assert await sells(bakery, gone, 10) == (404, "not-found")
    hub.send(signal.SIGTERM)
    await hub.gone()

    lines = hub.log.read_text().splitlines()
    events = [msgspec.json.decode(line) for line in lines]
    assert all(event.keys() >= {"at", "level", "logger", "event"} for event in events)
    assert {event["logger"] for event in events} >= {"meguri.desk", "meguri.http"}
    broken = [event for event in events if event["level"] == "error"]
    assert [event["error"] for event in broken] == ["InvalidTextRepresentation"] * 3
    assert any(event["event"] == "the desk lost its connection" for event in events)
    for line in lines:
        for word in (*told.words, gone.card):
            assert word not in line
        assert not re.search(r"\d{13,}", line), "nothing as long as a card"
        assert "paid_yen" not in line

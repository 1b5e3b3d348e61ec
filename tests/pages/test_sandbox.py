"""試験環境: what a tenant tries with its sandbox key never comes near the real books."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import aiohttp
import msgspec
import pytest

from auth.people.people import Given as Role
from tests.conftest import Given
from tests.mall import Mall, serving, settings_for
from tests.pages.test_portal import pressed
from tests.people.persons import Person, Staff
from tests.races.hubs import cloned


class Two:
    """The real hub and its sandbox."""

    real: Mall
    sandbox: Mall
    ann: Person


@pytest.fixture(scope="module")
async def two(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Two]:
    both = Two()
    async with AsyncExitStack() as stack:
        urls = [
            stack.enter_context(cloned(given.database_url, template, f"meguri_sandbox_{n}"))
            for n in range(2)
        ]
        there = settings_for(urls[1], given.redis_url, tmp_path_factory.mktemp("sandbox"))
        both.sandbox = await stack.enter_async_context(serving(there))
        here = msgspec.structs.replace(
            settings_for(urls[0], given.redis_url, tmp_path_factory.mktemp("real")),
            sandbox=both.sandbox.url, sandbox_database_url=there.url("worker"),
        )  # fmt: skip
        both.real = await stack.enter_async_context(serving(here))
        bakery = await both.real.shop("bakery")
        both.ann = await Staff(both.real).person("ann", Role("tenant", bakery.tenant_id))
        yield both


async def key_of(two: Two) -> dict[str, str]:
    """A new key from the portal."""
    shown = await pressed(two.ann, "/portal/sandbox", do="new")
    assert shown.status == 200, shown.text
    return dict(re.findall(r'<code data-key="([a-z]+)">([^<]+)</code>', shown.text))


async def token_of(mall: Mall, key: dict[str, str]) -> tuple[int, str]:
    basic = aiohttp.encode_basic_auth(key["client"], key["secret"])
    told, headers = {"grant_type": "client_credentials"}, {"authorization": basic}
    async with mall.http.post(f"{mall.url}/oauth/token", data=told, headers=headers) as answer:
        return answer.status, (await answer.json()).get("access_token", "")


async def sells(mall: Mall, token: str, card: str) -> int:
    asked = {
        "slip": "TRY-1", "till": "T01", "business_date": mall.today.isoformat(),
        "at": mall.now.isoformat(), "card": card, "paid_yen": 11_000, "receipt_no": "R1",
    }  # fmt: skip
    headers = {"authorization": f"Bearer {token}"}
    async with mall.http.post(f"{mall.url}/v1/accruals", json=asked, headers=headers) as answer:
        return answer.status


async def test_a_sandbox_key_books_in_the_sandbox_and_nowhere_else(two: Two) -> None:
    key = await key_of(two)
    status, token = await token_of(two.sandbox, key)
    assert status == 200
    assert await sells(two.sandbox, token, key["card"]) == 201
    assert await two.sandbox.value("SELECT count(*) FROM federation.entries") == 1
    assert (await token_of(two.real, key))[0] == 401
    assert await sells(two.real, token, key["card"]) == 401
    closed = await two.real.close(two.real.today)
    assert closed.status == 200
    for table in ("federation.entries", "settlement.flows", "federation.carriers"):
        assert await two.real.value(f"SELECT count(*) FROM {table}") == 0, table
    assert await two.real.nets(two.real.today.replace(month=6, day=3)) == {}


async def test_the_sandbox_is_shut_with_its_key_and_keys_are_few(two: Two) -> None:
    key = await key_of(two)
    gone = await pressed(two.ann, "/portal/sandbox", do="revoke", of=key["client"])
    assert gone.status == 200
    assert (await token_of(two.sandbox, key))[0] == 401
    assert (await pressed(two.ann, "/portal/sandbox", do="revoke", of="c_x")).status == 404
    for _ in range(4):
        await key_of(two)
    full = await pressed(two.ann, "/portal/sandbox", do="new")
    assert (full.status, "五つまで" in full.text) == (409, True)


async def test_ones_own_books_are_no_sandbox(two: Two) -> None:
    settings = two.real.hub.settings
    msgspec.structs.force_setattr(settings, "sandbox_database_url", settings.url("worker"))
    refused = await two.ann.browser.get("/portal/sandbox")
    assert (refused.status, "本番と同じ鍵" in refused.text) == (409, True)

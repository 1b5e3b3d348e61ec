"""試験用の宛先: none is allowed until somebody says so at the command line, by name and with a
reason; that stands in the trail, and where no test runs nothing is allowed at all."""

import asyncio
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.cli import main
from tenants.webhooks import endpoints
from tests.mall import Mall
from tests.webhooks.heard import opened
from tests.webhooks.receiver import Receiver

HOST, PORT = "own.localhost", "9443"
URL = f"https://{HOST}:{PORT}/hook"
WHY = ("--author", "haruko", "--reason", "受信側の試験")


async def said(*words: str) -> Any:
    return await asyncio.to_thread(CliRunner().invoke, main, ["webhooks", *words])


async def test_a_destination_is_allowed_by_name_and_reason_and_stands_in_the_trail(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    office = await mall.office((await opened(mall, "tester"))[0])
    path = "/v1/webhook-endpoints/own"
    assert (await office.ask("PUT", path, json={"url": URL})).slug == "destination-not-allowed"
    assert (await said("allow", HOST, PORT, "127.0.0.1")).exit_code == 2, "nobody says why"
    told = await said("allow", HOST, PORT, "127.0.0.1", *WHY)
    assert told.exit_code == 0, told.output
    assert (await office.ask("PUT", path, json={"url": URL})).status == 201
    listed = (await said("allowances")).output
    assert "own.localhost 9443 127.0.0.1" in listed
    assert "haruko 受信側の試験" in listed
    assert (await said("withdraw", HOST, PORT)).exit_code == 0
    again = await office.ask("PUT", f"{path}-2", json={"url": URL})
    assert again.slug == "destination-not-allowed"
    assert "own.localhost 9443" in (await said("allowances")).output, "the record stays"
    acts = await (await mall.operator()).get("/v1/admin/audit", verb="meguri webhooks")
    noted = [(one["verb"], one.get("status"), one.get("reason")) for one in acts.json["acts"]]
    assert ("meguri webhooks allow", 200, "受信側の試験") in noted
    assert ("meguri webhooks withdraw", 200, None) in noted


async def test_where_no_test_runs_nothing_is_allowed_whatever_stands_in_the_table(
    mall: Mall, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**mall.hub.settings.env(), "MEGURI_CLOCK": "system"}.items():
        monkeypatch.setenv(name, value)
    told = await said("allow", HOST, PORT, "127.0.0.1", *WHY)
    assert (told.exit_code, "only in a demo or test" in told.output) == (1, True)
    async with mall.hub.pools.use("worker") as conn:
        assert await endpoints.allowances(conn, True), "the receiver of these tests"
        assert list(await endpoints.allowances(conn, False)) == []
    office = await mall.office((await opened(mall, "live"))[0])
    path, url = "/v1/webhook-endpoints/own", {"url": receiver.url("/live")}
    assert (await office.ask("PUT", path, json=url)).status == 201
    monkeypatch.setattr(mall.hub, "in_test", False)
    refused = await office.ask("PUT", f"{path}-2", json=url)
    assert refused.slug == "destination-not-allowed"

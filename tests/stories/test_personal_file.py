"""本人の権利: a member is told all that is kept, agrees to a version of a notice and takes it back;
and what was handed to somebody else is written down."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from auth.scopes import BACKOFFICE, SCOPES, TILL
from deploy.cli import main
from tests.fuzz.contract import DOCUMENT, SCHEMAS, routes
from tests.mall import Mall
from tests.office import office


async def test_a_member_is_told_everything_as_a_file_and_the_look_is_noted(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako, taro = await mall.members(2)
    clerk = await office(mall)
    await clerk.write(hanako, name="山田 花子", email="h@example.jp")
    await clerk.add(hanako, phone="09012345678")
    await bakery.sells(hanako, yen=11_000)
    await bookshop.accepts(hanako, points=40)
    await bookshop.sells(taro, yen=5_500)
    handed = {"recipient": "警察署", "what": "購買の記録", "basis": "law"}
    assert (
        await clerk.client.post("/v1/admin/disclosures", member=clerk.handle(hanako), **handed)
    ).status == 204
    told = await clerk.client.get(clerk.path(hanako, "/export"))
    assert told.status == 200, told
    file = told.json
    assert (file["points"], file["profile"]["name"]) == (60, "山田 花子")
    assert [(one["kind"], one["shop"], one["points"]) for one in file["entries"]] == [
        ("accrual", "bakery", 100), ("redemption", "bookshop", -40),
    ]  # fmt: skip
    assert {one["kind"] for one in file["carriers"]} == {"card", "phone"}
    assert hanako.card in str(file["carriers"])
    assert [one["what"] for one in file["acts"]] == ["profile-written", "carrier-added"]
    assert [one["points"] for one in file["lots"]] == [60]
    assert [one["basis"] for one in file["disclosures"]] == ["law"]
    assert "attachment" in told.headers["content-disposition"]
    every = (await clerk.client.get("/v1/admin/disclosures")).json["disclosures"]
    assert [one["recipient"] for one in every] == ["警察署"]
    await mall.hub.trail.flush()
    asked = {"object": clerk.handle(hanako), "verb": "export"}
    looked = (await clerk.client.get("/v1/admin/audit", **asked)).json["acts"]
    assert [one["status"] for one in looked] == [200]
    theirs = await mall.office(bakery)
    assert (await theirs.get(clerk.path(hanako, "/export"))).status == 403


async def test_a_member_agrees_to_a_version_and_takes_it_back(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanako, clerk = await mall.member(), await office(mall)
    path = clerk.path(hanako, "/consents")
    said = {"notice": "joint-use", "version": 1, "given": True, "how": "app"}
    assert (await clerk.client.post(path, **said)).status == 201
    assert (await clerk.client.post(path, **{**said, "version": 2})).status == 404
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    tomorrow = mall.today + timedelta(days=1)
    words = ["members", "notice", "joint-use", "--from", tomorrow.isoformat(), "--words", "改版"]
    more = ["--words-en", "anew", "--reason", "住所の変更"]
    done = await asyncio.to_thread(CliRunner().invoke, main, [*words, *more])
    assert done.output == "joint-use 2\n", done.output
    assert (await clerk.client.post(path, **{**said, "version": 2})).status == 404, "not yet"
    await mall.turn_to(tomorrow)
    for version, given in ((2, True), (1, False)):
        answer = await clerk.client.post(path, **{**said, "version": version, "given": given})
    assert [(one["version"], one["given"]) for one in answer.json["consents"]] == [
        (1, True), (2, True), (1, False),
    ]  # fmt: skip
    async with mall.http.get(f"{mall.url}/v1/notices") as open_to_all:
        notices = (await open_to_all.json())["notices"]
    assert [(one["version"], one["from_on"] <= tomorrow.isoformat()) for one in notices] == [
        (1, True), (2, True),
    ]  # fmt: skip


PEOPLE = {"members", "customers", "people", "visitors", "persons"}
OWN = {"DayEnd", "DayEndTold"}  # what the till itself told of its own day


def within(node: Any) -> set[str]:
    """The schemas that something of the document is made of."""
    found: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            name = one.get("$ref", "").rpartition("/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(SCHEMAS[name])
            waiting += one.values()
    return found


def test_no_tenant_is_told_how_many_people_came_from_another() -> None:
    """Counts of people across tenants would need ten of them (k ≥ 10): none is told to anybody but
    the operator, who knows every member anyway."""
    told = {}
    for path, ways in DOCUMENT["paths"].items():
        for name in () if path.startswith("/v1/admin/") else within(ways):
            counts = PEOPLE & set(SCHEMAS[name].get("properties", {}))
            if counts and not name.startswith(("DayEnd", "Used")):
                told[path] = counts
    assert told == {}
    usage = [one for one in routes() if one.path == "/v1/admin/usage"]
    assert usage, "which is the operator's, who knows every member anyway"
    assert not SCOPES["usage:read"].audiences & {TILL, BACKOFFICE}

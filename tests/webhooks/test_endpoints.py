"""A tenant's endpoints: given up and had again, off and on, with a new secret, nobody else's."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection
from standardwebhooks.webhooks import WebhookVerificationError

from auth.scopes import BACKOFFICE
from deploy.clock import wall
from tenants.webhooks.delivering import give_up
from tests.mall import Client, Mall
from tests.webhooks.heard import PATIENT, endpoint, every_event, logged, opened, told, verified
from tests.webhooks.receiver import Receiver, until


async def standing(office: Client, **wanted: int) -> Any:
    """How the endpoint stands, once so many of its deliveries do as is wanted."""
    for tries in range(1_000):
        stands = (await office.get("/v1/webhook-endpoints/closed")).json
        if all(stands[name] == count for name, count in wanted.items()):
            return stands
        await asyncio.sleep(tries / PATIENT)
    pytest.fail(f"it stands at {stands}")


async def test_what_nobody_takes_for_three_days_is_given_up_and_can_be_had_again(
    mall: Mall, receiver: Receiver
) -> None:
    shop = (await opened(mall, "closed"))[0]
    office = await mall.office(shop)
    receiver.answers = lambda path, event: 503
    await endpoint(office, receiver, "/closed")
    member = await mall.member()
    slips = [(await shop.sells(member, yen=1_100))["slip"] for _ in range(2)]
    await logged(office, "closed", 1)
    stands = await standing(office, waiting=2)
    assert stands["failing_since"] is not None
    async with await AsyncConnection.connect(
        mall.hub.settings.database_url, autocommit=True
    ) as owner:
        await owner.execute(
            "UPDATE tenants.deliveries SET laid_at = laid_at - interval '3 days' WHERE sequence ="
            " (SELECT min(sequence) FROM tenants.deliveries WHERE tenant_id = %s)",
            (shop.tenant_id,),
        )
    stands = await standing(office, dead=1)
    assert (stands["waiting"], stands["state"]) == (1, "enabled")
    later = {slips[1]}
    await until(lambda: later <= {one.event["data"]["slip"] for one in receiver.came[-1:]})
    async with mall.hub.pools.bare("worker") as conn:
        off = await give_up(conn, wall() + timedelta(days=3))
    assert f"{shop.tenant_id}/closed" in off
    assert (await office.get("/v1/webhook-endpoints/closed")).json["state"] == "failed"
    [told_of_it] = [one for one in await told(office, 1, "webhook.") if one["type"][0] == "w"]
    assert told_of_it["type"] == "webhook.disabled"
    assert told_of_it["data"]["endpoint"] == "closed"
    receiver.answers = lambda path, event: 204
    await office.post("/v1/webhook-endpoints/closed/replay", after=0)
    url = {"url": receiver.url("/closed")}
    assert (await office.ask("PUT", "/v1/webhook-endpoints/closed", json=url)).status == 200
    await until(lambda: len(receiver.taken("/closed")) == 3)
    data = [one.event["data"] for one in receiver.taken("/closed")]
    assert [one["slip"] for one in data if "slip" in one] == slips


async def test_while_a_secret_changes_both_sign_and_then_the_new_one_alone(
    mall: Mall, receiver: Receiver
) -> None:
    grocer = (await opened(mall, "grocer"))[0]
    office = await mall.office(grocer)
    receiver.answers = lambda path, event: 200
    old = await endpoint(office, receiver, "/grocer")
    changed = await office.post("/v1/webhook-endpoints/grocer/secret")
    assert changed.status == 201, changed
    new = changed.json["secret"]
    assert changed.json["both_sign_until"]
    await office.post("/v1/webhook-endpoints/grocer/test")
    await until(lambda: len(receiver.taken("/grocer")) == 1)
    [ping] = receiver.taken("/grocer")
    assert verified(old, ping) == verified(new, ping)
    assert ping.event["type"] == "ping"
    third = (await office.post("/v1/webhook-endpoints/grocer/secret")).json["secret"]
    await office.post("/v1/webhook-endpoints/grocer/test")
    await until(lambda: len(receiver.taken("/grocer")) == 2)
    latest = receiver.taken("/grocer")[1]
    made = latest.headers["webhook-signature"].split()
    assert [one.partition(",")[0] for one in made] == ["v1", "v1", "v1a"]
    assert verified(third, latest) == verified(new, latest)
    with pytest.raises(WebhookVerificationError):
        verified(old, latest)
    assert await every_event(office) == [], "a ping is no event"


async def test_a_replay_sends_the_same_events_again_under_the_same_ids(
    mall: Mall, receiver: Receiver
) -> None:
    shop = (await opened(mall, "toyshop"))[0]
    office = await mall.office(shop)
    receiver.answers = lambda path, event: 204
    await endpoint(office, receiver, "/toys")
    member = await mall.member()
    for _ in range(4):
        await shop.sells(member, yen=1_100)
    await until(lambda: len(receiver.taken("/toys")) == 4)
    first = receiver.taken("/toys")
    after = first[1].event["sequence"]
    again = await office.post("/v1/webhook-endpoints/toys/replay", after=after)
    assert (again.status, again.json) == (202, {"after": after})
    await until(lambda: len(receiver.taken("/toys")) == 6)
    for one, before in zip(receiver.taken("/toys")[4:], first[2:], strict=True):
        assert one.body == before.body
        assert one.headers["webhook-id"] == before.headers["webhook-id"]


async def test_an_endpoint_that_is_off_is_sent_nothing_and_loses_nothing(
    mall: Mall, receiver: Receiver
) -> None:
    shop = (await opened(mall, "butcher"))[0]
    office = await mall.office(shop)
    await endpoint(office, receiver, "/butcher")
    member = await mall.member()
    url = receiver.url("/butcher")
    put = "/v1/webhook-endpoints/butcher"
    off = await office.ask("PUT", put, json={"url": url, "enabled": False})
    assert (off.status, off.json["state"]) == (200, "disabled")
    assert (await office.post(f"{put}/test")).slug == "endpoint-not-enabled"
    slips = [(await shop.sells(member, yen=1_100))["slip"] for _ in range(3)]
    await told(office, 3)
    assert receiver.taken("/butcher") == []
    assert (await office.ask("PUT", put, json={"url": url})).json["state"] == "enabled"
    await until(lambda: len(receiver.taken("/butcher")) == 3)
    assert [one.event["data"]["slip"] for one in receiver.taken("/butcher")] == slips
    assert (await office.ask("DELETE", put)).status == 204
    assert (await office.get(put)).slug == "not-found"
    assert (await office.ask("DELETE", put)).slug == "not-found"


REFUSED = {
    "http://hooks.example.com/": "destination-not-allowed",
    "https://127.0.0.1/hook": "destination-not-allowed",
    "https://hooks.example.com:8443/": "destination-not-allowed",
    "https://localhost/hook": "destination-not-allowed",
    "x": "validation",
}


@pytest.mark.parametrize("url", REFUSED)
async def test_an_endpoint_that_leads_nowhere_public_is_not_taken(mall: Mall, url: str) -> None:
    office = Client(mall, "operator", await mall.register("operator", BACKOFFICE, ["events:write"]))
    answer = await office.ask("PUT", "/v1/webhook-endpoints/a", json={"url": url})
    assert (answer.status, answer.slug) == (400, REFUSED[url])


async def test_of_another_tenants_endpoint_nobody_hears_that_it_exists(
    mall: Mall, receiver: Receiver
) -> None:
    one, other = await opened(mall, "optician", "tailor")
    own, theirs = [await mall.office(shop) for shop in (one, other)]
    secret = await endpoint(own, receiver, "/shared-name")
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/secret"),
        ("POST", "/test"),
        ("POST", "/replay"),
        ("GET", "/deliveries"),
    ):
        sent = {"json": {"after": 0}} if path == "/replay" else {}
        told_of = [
            await theirs.ask(method, f"/v1/webhook-endpoints/{name}{path}", **sent)
            for name in ("shared-name", "never-was")
        ]
        assert {(answer.status, answer.content) for answer in told_of} == {
            (404, told_of[0].content)
        }
    assert (await theirs.get("/v1/webhook-endpoints")).json == {"endpoints": []}
    assert await endpoint(theirs, receiver, "/shared-name") != secret, "a name of its own"
    listed = (await own.get("/v1/webhook-endpoints")).json["endpoints"]
    assert Counter(item["endpoint"] for item in listed) == {"shared-name": 1}

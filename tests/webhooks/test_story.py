"""What a tenant is told, and how: by asking, and by being sent it."""

import asyncio
import base64
from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from auth import clients
from auth.scopes import BACKOFFICE
from deploy.clock import wall
from deploy.messenger import EACH
from tenants.webhooks.delivering import give_up
from tests.mall import Client, Mall, Shop
from tests.webhooks.receiver import Came, Receiver, until


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
    for _ in range(1_000):
        found = await every_event(office)
        if sum(one["type"].startswith(kind) for one in found) >= count:
            return found
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
    for _ in range(1_000):
        log = (await office.get(f"/v1/webhook-endpoints/{name}/deliveries")).json["deliveries"]
        if len(log) >= count:
            return log
    pytest.fail(f"only {log}")


def verified(secret: str, came: Came) -> Any:
    """What came, as a receiver reads it that checks it first."""
    return Webhook(secret).verify(came.body, came.headers)


async def test_every_booking_is_told_once_in_order_to_its_own_tenant_alone(mall: Mall) -> None:
    bakery, bookshop = await opened(mall, "bakery", "bookshop")
    offices = [await mall.office(shop) for shop in (bakery, bookshop)]
    hanako, taro = await mall.members(2)
    slips = [(await bakery.sells(one, yen=1_100))["slip"] for one in (hanako, taro, hanako)]
    theirs = (await bookshop.sells(hanako, yen=2_200))["slip"]
    slips.append((await bakery.accepts(hanako, points=5))["slip"])
    refused = await bakery.post("/v1/redemptions", **bakery.spending(taro, 1_000_000))
    assert refused.status == 409
    found = await told(offices[0], 4)
    assert [one["data"]["slip"] for one in found] == slips, "and none for what was refused"
    assert [one["type"] for one in found] == ["entry.accrual"] * 3 + ["entry.redemption"]
    assert found[0]["data"]["member"] == (await bakery.quote(hanako))["member"]
    assert [one["data"]["slip"] for one in await told(offices[1], 1)] == [theirs]
    numbers = [one["sequence"] for one in found]
    assert numbers == sorted(set(numbers))
    assert await every_event(offices[0], limit=1) == found, "page by page, and again, the same"
    assert await every_event(offices[0], after=found[1]["id"]) == found[2:], "an id is a cursor"
    for after in (found[0]["id"], "a" * 26, "junk"):
        assert (await offices[1].get("/v1/events", after=after)).slug == "not-found"
    entry = found[0]["data"]["entry"]
    assert (await bakery.get(f"/v1/entries/{entry}")).json == found[0]["data"]


async def test_changes_of_state_stand_among_the_entries_that_came_before_them(mall: Mall) -> None:
    florist = (await opened(mall, "florist"))[0]
    office = await mall.office(florist)
    jiro = await mall.member()
    first = await florist.sells(jiro, yen=1_100)
    handle = await in_the_operators_words(mall, jiro.card)
    operator = await mall.operator()
    for step in ("freeze", "unfreeze"):
        done = await operator.post(f"/v1/admin/members/{handle}/{step}", reason="盗難の届け出")
        assert done.status == 204, done
    last = await florist.sells(jiro, yen=1_100)
    registered = await mall.register("florist", "till", ["points:accrue"])
    async with mall.hub.pools.bare("worker") as conn:
        assert await clients.revoke(conn, registered.client_id, wall())
        assert not await clients.revoke(conn, registered.client_id, wall())
        assert await clients.revoke_till(conn, "florist", "T01")
    found = await told(office, 6)
    kinds = [one["type"] for one in found]
    assert sorted(kinds[1:]) == sorted(
        ["member.frozen", "member.unfrozen", "entry.accrual", "client.revoked", "till.revoked"]
    )
    assert kinds.index("member.frozen") < kinds.index("member.unfrozen")
    assert kinds.index("client.revoked") < kinds.index("till.revoked")
    by_kind = {one["type"]: one["data"] for one in found}
    assert found[0]["data"]["slip"] == first["slip"]
    assert last["slip"] in {one["data"].get("slip") for one in found}
    assert by_kind["client.revoked"] == {"client": registered.client_id}
    assert by_kind["till.revoked"] == {"till": "T01"}
    assert by_kind["member.frozen"]["member"] == found[0]["data"]["member"]
    numbers = [one["sequence"] for one in found]
    assert numbers == sorted(set(numbers))


async def in_the_operators_words(mall: Mall, card: str) -> str:
    """The operator's handle of a member."""
    found = await (await mall.operator()).post("/v1/admin/member-searches", card=card)
    return str(found.json["member"])


async def test_what_was_undone_is_told_to_nobody(mall: Mall) -> None:
    kiosk = (await opened(mall, "kiosk"))[0]
    office = await mall.office(kiosk)
    registered = await mall.register("kiosk", "till", ["points:accrue"])
    async with mall.hub.pools.bare("worker") as conn:
        async with conn.transaction(force_rollback=True):
            assert await clients.revoke(conn, registered.client_id, wall())
        assert await clients.revoke_till(conn, "kiosk", "T01")
    assert [one["type"] for one in await told(office, 1)] == ["till.revoked"]


async def test_an_endpoint_gets_what_it_asked_for_signed_and_once(
    mall: Mall, receiver: Receiver
) -> None:
    deli = (await opened(mall, "deli"))[0]
    office = await mall.office(deli)
    hanako = await mall.member()
    await deli.sells(hanako, yen=1_100)
    await told(office, 1)
    all_of_it = await endpoint(office, receiver, "/deli-all")
    spent = await endpoint(office, receiver, "/deli-spent", types=["entry.redemption"])
    for points in (1, 2):
        await deli.sells(hanako, yen=1_100)
        await deli.accepts(hanako, points=points)
    await until(lambda: len(receiver.taken("/deli-all")) == 4)
    await until(lambda: len(receiver.taken("/deli-spent")) == 2)
    found = (await told(office, 5))[1:]
    everything = receiver.taken("/deli-all")
    assert [verified(all_of_it, one) for one in everything] == found, "since it was there, in order"
    assert [one.headers["webhook-id"] for one in everything] == [one["id"] for one in found]
    assert [verified(spent, one)["type"] for one in receiver.taken("/deli-spent")] == (
        ["entry.redemption"] * 2
    )
    with pytest.raises(WebhookVerificationError):
        verified(spent, everything[0])
    assert len(base64.b64decode(all_of_it.removeprefix("whsec_"))) == 32
    log = await logged(office, "deli-all", 4)
    assert [(one["status"], one["state"]) for one in log] == [(204, "delivered")] * 4
    assert {one["event"] for one in log} == {one["id"] for one in found}
    deliveries = "/v1/webhook-endpoints/deli-all/deliveries"
    page = (await office.get(deliveries, limit=3)).json
    assert page["deliveries"] == log[:3]
    assert (await office.get(deliveries, after=page["next"])).json["deliveries"] == log[3:]


async def test_a_failing_event_holds_only_its_own_members_later_ones(
    mall: Mall, receiver: Receiver
) -> None:
    cafe = (await opened(mall, "cafe"))[0]
    office = await mall.office(cafe)
    members = await mall.members(4)
    refusing = True
    poisoned = (await cafe.quote(members[0]))["member"]

    def answers(path: str, event: Any) -> int:
        return 500 if refusing and event["data"].get("member") == poisoned else 204

    receiver.answers = answers
    await endpoint(office, receiver, "/cafe")
    asked = [(await cafe.sells(one, yen=1_100))["slip"] for _ in range(5) for one in members]
    await until(lambda: len(receiver.taken("/cafe")) == 15, lambda: len(receiver.came))
    assert {one.event["data"]["slip"] for one in receiver.taken("/cafe")} == {
        slip for at, slip in enumerate(asked) if at % 4
    }
    tried = {one.event["data"]["slip"] for one in receiver.came if one.path == "/cafe"}
    assert tried & set(asked[::4]) == {asked[0]}, "none overtakes the one that fails"
    refusing = False
    await until(lambda: len(receiver.taken("/cafe")) == 20)
    by_member: defaultdict[str, list[str]] = defaultdict(list)
    for one in receiver.taken("/cafe"):
        by_member[one.event["data"]["member"]].append(one.event["data"]["slip"])
    assert sorted(by_member.values()) == sorted(asked[at::4] for at in range(4))


async def test_a_tenant_whose_receiver_hangs_delays_nobody_else(
    mall: Mall, receiver: Receiver
) -> None:
    slow, quick = await opened(mall, "slow", "quick")
    offices = [await mall.office(shop) for shop in (slow, quick)]
    released, hanging, most = asyncio.Event(), 0, 0

    async def answers(path: str, event: Any) -> int:
        nonlocal hanging, most
        if path == "/slow":
            hanging += 1
            most = max(most, hanging)
            await released.wait()
            hanging -= 1
        return 204

    receiver.answers = answers
    for office, path in zip(offices, ("/slow", "/quick"), strict=True):
        await endpoint(office, receiver, path)
    members = await mall.members(12)
    for one in members:
        await slow.sells(one, yen=1_100)
        await quick.sells(one, yen=1_100)
    await until(lambda: len(receiver.taken("/quick")) == len(members))
    assert receiver.taken("/slow") == []
    await until(lambda: hanging == EACH)
    released.set()
    await until(lambda: len(receiver.taken("/slow")) == len(members))
    assert most == EACH


async def standing(office: Client, **wanted: int) -> Any:
    """How the endpoint stands, once so many of its deliveries do as is wanted."""
    for _ in range(1_000):
        stands = (await office.get("/v1/webhook-endpoints/closed")).json
        if all(stands[name] == count for name, count in wanted.items()):
            return stands
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
    assert len(latest.headers["webhook-signature"].split()) == 2
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

"""What a tenant is told, and how: by asking, and by being sent it."""

import asyncio
import base64
from collections import defaultdict
from typing import Any

import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from auth import clients
from deploy.clock import wall
from deploy.messenger import EACH, FAILING
from tests.mall import Mall
from tests.webhooks.heard import endpoint, every_event, logged, opened, told, verified
from tests.webhooks.receiver import Receiver, until


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
    asked = [(await cafe.sells(members[0], yen=1_100))["slip"]]
    await until(lambda: len(receiver.came) > FAILING)
    rest = [one for _ in range(5) for one in members][1:]
    asked += [(await cafe.sells(one, yen=1_100))["slip"] for one in rest]
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


async def test_a_delivery_that_stumbles_over_a_fault_of_ours_is_tried_again(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def resolve(host: str, port: int) -> list[str]:
        nonlocal asked
        asked += 1
        raise RuntimeError(host)

    monkeypatch.setattr(mall.hub.messenger, "_resolve", resolve)
    florist = (await opened(mall, "florist-two"))[0]
    office = await mall.office(florist)
    url = {"url": "https://florist.example.com/hook"}
    assert (await office.ask("PUT", "/v1/webhook-endpoints/florist", json=url)).status == 201
    await florist.sells(await mall.member(), yen=1_100)
    await until(lambda: asked >= 3, lambda: asked)
    log = await logged(office, "florist", 2)
    assert {one["failure"] for one in log} == {"no-answer"}
    removed = await office.ask("DELETE", "/v1/webhook-endpoints/florist")
    assert removed.status == 204, removed


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

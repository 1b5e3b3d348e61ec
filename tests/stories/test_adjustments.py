"""The office gives and takes: with a reason, a funder, and a second pair of eyes above 1,000."""

import asyncio

import pytest

from tests.mall import Mall, Member
from tests.office import REASON, Office, office

LOT = """
SELECT lots.rule, parties.code, expires_on::text, scheme_id, entries.kind, entries.reason,
    entries.till, entries.shop_id
FROM federation.lots
INNER JOIN federation.entries USING (member_id, entry_id)
INNER JOIN tenants.parties ON parties.party_id = lots.funder_id
WHERE member_id = %s
"""


async def town(mall: Mall) -> tuple[Office, Office, Member]:
    """Two people at the office, and a member."""
    return await office(mall), await office(mall), await mall.member()


async def test_points_are_given_with_a_reason_and_a_funder(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    clerk, _, hanako = await town(mall)
    given = await clerk.adjust(hanako, 500, funder="bakery", rule="adjustment:goodwill")
    assert given.status == 201, given
    assert (given.json["points"], given.json["expires_on"]) == (500, "2028-03-31")
    async with mall.hub.pools.use("auditor") as conn:
        row = await (await conn.execute(LOT, (hanako.member_id,))).fetchone()
    assert row == (
        "adjustment:goodwill", "bakery", "2028-03-31", mall.scheme_id, "adjustment", REASON,
        "office", 1,
    )  # fmt: skip
    spent = await bakery.accepts(hanako, 500)
    assert spent["balance"]["points"] == 0


async def test_points_are_taken_in_the_order_in_which_they_are_spent(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    clerk, _, hanako = await town(mall)
    await bakery.sells(hanako, yen=11_000)
    taken = await clerk.adjust(hanako, -30, funder=None)
    assert taken.status == 400, "what is not there is left out"
    body = clerk.asked(member=clerk.handle(hanako), points=-30)
    taken = await clerk.client.post("/v1/admin/adjustments", **body)
    assert (taken.status, taken.json["points"]) == (201, -30), taken
    assert taken.json["balance"]["points"] == 70
    assert (await clerk.adjust(hanako, -71)).slug == "not-enough-points"
    assert (await mall.close(mall.today)).status == 200
    assert await mall.nets(mall.today.replace(day=1, month=6)) == {}, "nobody honoured anything"


async def test_taking_points_and_undoing_it_moves_no_money(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    clerk, _, hanako = await town(mall)
    await bakery.sells(hanako, yen=11_000)
    slip = (await clerk.adjust(hanako, -30)).json["slip"]
    assert (await clerk.undo(slip)).status == 201
    assert await mall.points_of(hanako) == 100
    assert (await mall.close(mall.today)).status == 200
    assert await mall.nets(mall.today.replace(day=1, month=6)) == {}


async def test_the_same_slip_is_answered_with_the_same_bytes(mall: Mall) -> None:
    clerk, _, hanako = await town(mall)
    body = clerk.asked(member=clerk.handle(hanako), points=10, funder="operator")
    first, again = [await clerk.client.post("/v1/admin/adjustments", **body) for _ in range(2)]
    assert (first.status, first.content) == (again.status, again.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = await clerk.client.post("/v1/admin/adjustments", **{**body, "points": 11})
    assert other.slug == "slip-reused"
    assert await mall.points_of(hanako) == 10


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"points": 0}, "/points"),
        ({"funder": "nobody"}, "/funder"),
        ({"funder": "fund"}, "/funder"),
        ({"till": "clock"}, "/till"),
        ({"till": "T01"}, "/till"),
    ],
)
async def test_what_an_adjustment_must_say(
    mall: Mall, more: dict[str, object], pointer: str
) -> None:
    clerk, _, hanako = await town(mall)
    refused = await clerk.adjust(hanako, **{"points": 10, **more})  # type: ignore[arg-type]
    assert refused.status in (400, 404)
    assert refused.json["pointer"] == pointer
    body = clerk.asked(member=clerk.handle(hanako), points=5, funder="operator")
    del body["reason"]
    assert (await clerk.client.post("/v1/admin/adjustments", **body)).slug == "validation"


async def test_above_a_thousand_another_client_must_agree(mall: Mall) -> None:
    clerk, other, hanako = await town(mall)
    asked = await clerk.adjust(hanako, 1_001)
    assert asked.status == 202, asked
    assert await mall.points_of(hanako) == 0
    proposal = asked.json["proposal"]
    path = f"/v1/admin/proposals/{proposal}"
    own = await clerk.client.post(f"{path}/approve")
    assert (own.status, own.slug) == (409, "second-person-needed")
    assert (await clerk.client.post(f"{path}/reject", reason=REASON)).slug == (
        "second-person-needed"
    )
    waiting = (await other.client.get("/v1/admin/proposals", only="proposed")).json
    (told,) = waiting["proposals"]
    assert (told["proposal"], told["points"], told["why"]) == (proposal, 1_001, REASON)
    assert told["member"] == other.handle(hanako)
    agreed = await other.client.post(f"{path}/approve")
    assert (agreed.status, agreed.json["points"]) == (201, 1_001), agreed
    again = await other.client.post(f"{path}/approve")
    assert again.content == agreed.content
    assert (await other.client.post(f"{path}/reject", reason=REASON)).slug == "already-decided"
    assert await mall.points_of(hanako) == 1_001
    (told,) = (await clerk.client.get("/v1/admin/proposals")).json["proposals"]
    assert (told["state"], told["decided_by"]) == ("approved", other.client.client_id)
    assert told["proposed_by"] == clerk.client.client_id


async def test_exactly_a_thousand_one_person_may_give(mall: Mall) -> None:
    clerk, _, hanako = await town(mall)
    assert (await clerk.adjust(hanako, 1_000)).status == 201


async def test_a_proposal_is_proposed_once_and_its_slip_means_one_thing(mall: Mall) -> None:
    clerk, other, hanako = await town(mall)
    body = clerk.asked(member=clerk.handle(hanako), points=-5_000)
    first, again = [await clerk.client.post("/v1/admin/adjustments", **body) for _ in range(2)]
    assert first.content == again.content
    changed = await clerk.client.post("/v1/admin/adjustments", **{**body, "points": -6_000})
    assert changed.slug == "slip-reused"
    path = f"/v1/admin/proposals/{first.json['proposal']}"
    left = await other.client.post(f"{path}/reject", reason="理由が不十分")
    assert (left.status, left.json["state"], left.json["reason"]) == (
        200, "rejected", "理由が不十分",
    )  # fmt: skip
    assert (await other.client.post(f"{path}/approve")).slug == "already-decided"
    assert await mall.value("SELECT count(*) FROM federation.entries") == 0


async def test_what_was_proposed_may_be_approved_within_a_month(mall: Mall) -> None:
    clerk, other, hanako = await town(mall)
    asked = await clerk.adjust(hanako, 2_000)
    await mall.turn_to(mall.today.replace(month=7))
    path = f"/v1/admin/proposals/{asked.json['proposal']}/approve"
    agreed = await other.client.post(path)
    assert agreed.status == 201, agreed
    assert await mall.points_of(hanako) == 2_000


async def test_two_halves_are_one_whole(mall: Mall) -> None:
    """What one person gives a member on a day counts together, whichever way it goes."""
    clerk, other, hanako = await town(mall)
    assert (await clerk.adjust(hanako, 700)).status == 201
    assert (await clerk.adjust(hanako, -200)).status == 201
    more = clerk.asked(member=clerk.handle(hanako), points=200, funder="operator")
    refused = await clerk.client.post("/v1/admin/adjustments", **more)
    assert (refused.status, refused.slug) == (409, "needs-second-person")
    proposed = await clerk.client.post("/v1/admin/adjustments", **{**more, "propose": True})
    assert proposed.status == 202, "its slip was not used up"
    path = f"/v1/admin/proposals/{proposed.json['proposal']}/approve"
    assert (await other.client.post(path)).status == 201
    await mall.turn_to(mall.today.replace(day=4))
    assert (await clerk.adjust(hanako, 1_000)).status == 201


async def test_ten_at_once_give_no_more_than_one_person_may(mall: Mall) -> None:
    clerk, _, hanako = await town(mall)
    answers = await asyncio.gather(*(clerk.adjust(hanako, 300) for _ in range(10)))
    assert sorted(one.slug for one in answers) == [""] * 3 + ["needs-second-person"] * 7
    assert await mall.points_of(hanako) == 900


async def test_two_who_decide_at_once_book_once(mall: Mall) -> None:
    clerk, other, hanako = await town(mall)
    third = await office(mall)
    path = f"/v1/admin/proposals/{(await clerk.adjust(hanako, 4_000)).json['proposal']}"
    answers = await asyncio.gather(
        *(one.client.post(f"{path}/approve") for one in (other, third) for _ in range(3))
    )
    assert sorted(one.slug for one in answers) == [""] * 3 + ["already-decided"] * 3
    assert await mall.points_of(hanako) == 4_000


async def test_a_till_and_a_back_office_adjust_nothing(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    clerk, _, hanako = await town(mall)
    back = await mall.office(bakery)
    body = clerk.asked(member=clerk.handle(hanako), points=10, funder="operator")
    for stranger in (bakery, back):
        for call in ("adjustments", "merges", "reversals"):
            assert (await stranger.post(f"/v1/admin/{call}", **body)).status == 403
        assert (await stranger.get("/v1/admin/proposals")).status == 403
        assert (await stranger.get(clerk.path(hanako, "/profile"))).status == 403


async def test_what_the_office_gives_does_not_slide(mall: Mall) -> None:
    await mall.expiry(policy="SLIDING", months=12, qualifying=frozenset({"accrual"}))
    clerk, _, hanako = await town(mall)
    assert (await clerk.adjust(hanako, 10)).json["expires_on"] == "2027-06-03"

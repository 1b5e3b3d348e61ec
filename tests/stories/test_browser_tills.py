"""What makes a browser a till: a code that works once, keys of its own, and no more than the office
said; and the list of slips that it works from."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from auth import clients, enrolments
from auth.enrolments import Offered
from deploy.clock import wall
from federation.refusals import NotFound, Validation
from tenants.till_keys import LIFETIME
from tests.mall import Answered, Mall, Shop
from tests.offline_till import OfflineTill

ROUTE = "/v1/client-enrolments"


async def code_for(mall: Mall, shop: Shop, ago: timedelta = timedelta(), **more: Any) -> str:
    """A code as `meguri client browser` prints it."""
    asked = Offered(**{"tenant": shop.tenant, "till": shop.till, **more})
    async with mall.hub.pools.use("worker") as conn:
        return await enrolments.offer(conn, asked, wall() - ago)


async def enrols(mall: Mall, code: str, door: Any = None, line: Any = None) -> Answered:
    """A browser shows the code and its two keys; it has no token."""
    sent = {"code": code, "jwk": door or OfflineTill().jwk, "line_jwk": line or OfflineTill().jwk}
    async with mall.http.post(mall.url + ROUTE, json=sent) as answer:
        return Answered(answer.status, await answer.read(), answer.headers)


async def test_a_code_makes_one_client_of_one_till_with_what_the_office_said(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    code = await code_for(mall, bakery, scopes=("points:quote", "points:read"), dpop=True)
    door, line = OfflineTill(), OfflineTill()
    made = await enrols(mall, code.lower(), door.jwk, line.jwk)
    assert made.status == 201, made
    told = made.json
    assert (told["till"], told["scopes"]) == ("T01", ["points:quote", "points:read"])
    assert (told["kid"], told["line_kid"], told["dpop"]) == (door.kid, line.kid, True)
    async with mall.hub.pools.bare("worker") as conn:
        found = {one.client_id: one for one in await clients.listed(conn, "bakery")}
    one = found[told["client_id"]]
    assert (one.method, one.audience, one.tills, one.dpop, one.state) == (
        "private_key_jwt", "till", ["T01"], True, "active",
    )  # fmt: skip
    assert (await bakery.get("/v1/tills/T01")).json["offline"]["kid"] == line.kid
    again = await enrols(mall, code)
    assert (again.status, again.json["pointer"]) == (404, "/code")


async def test_a_code_that_is_wrong_used_or_over_is_answered_alike(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    used = await code_for(mall, bakery)
    assert (await enrols(mall, used)).status == 201
    over = await code_for(mall, bakery, LIFETIME + timedelta(seconds=1))
    answers = [await enrols(mall, code) for code in ("AAAAAA", used, over)]
    assert {(one.status, one.content) for one in answers} == {(404, answers[0].content)}


async def test_a_key_that_is_taken_or_private_leaves_the_code_good(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    line = OfflineTill()
    assert (await enrols(mall, await code_for(mall, bakery), None, line.jwk)).status == 201
    code = await code_for(mall, bakery)
    before = await mall.value("SELECT count(*) FROM auth.clients")
    taken = await enrols(mall, code, None, line.jwk)
    assert (taken.status, taken.json["pointer"]) == (400, "/jwk")
    private = await enrols(mall, code, {**OfflineTill().jwk, "d": "A" * 43})
    assert private.status == 400
    assert await mall.value("SELECT count(*) FROM auth.clients") == before, "not half of it"
    assert (await enrols(mall, code)).status == 201


async def test_no_code_is_given_for_a_till_of_nobodys_or_for_more_than_a_till_may(
    mall: Mall,
) -> None:
    bakery = await mall.shop("bakery")
    with pytest.raises(NotFound):
        await code_for(mall, bakery, till="T99")
    with pytest.raises(Validation):
        await code_for(mall, bakery, scopes=("cycles:close",))


async def test_the_serving_role_adds_no_client_that_no_code_describes(mall: Mall) -> None:
    """Not another's tenant, not more scopes, not with a code that is still unused: even by SQL."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    code = enrolments.digest(await code_for(mall, bakery, scopes=("points:read",)))
    asked = {
        "client_id": await mall.value("SELECT client_id FROM auth.client_enrolments"),
        "tenant_id": bakery.tenant_id, "name": "x", "jwk": '{"crv": "P-256"}', "till": "T01",
        "scopes": ["points:read"], "dpop": True, "now": wall(),
    }  # fmt: skip
    wrong: list[tuple[bool, dict[str, Any]]] = [
        (False, {}),  # the code is not used
        (True, {"tenant_id": bookshop.tenant_id}),
        (True, {"scopes": ["points:read", "points:redeem"]}),
        (True, {"dpop": False}),
        (True, {"till": "T02"}),
        (True, {"client_id": "c_aaaaaaaaaaaa"}),
    ]
    for uses, other in wrong:
        with psycopg.connect(mall.hub.settings.url("app")) as conn:
            conn.execute("SELECT set_config('meguri.enrolment', %s, true)", (code,))
            if uses:
                conn.execute(enrolments.USE.encode(), {"code": code, "now": wall()})
            with pytest.raises(InsufficientPrivilege):
                conn.execute(enrolments.ENROL.encode(), {**asked, **other})
            conn.rollback()


async def test_a_tills_slips_stand_with_what_became_of_them(mall: Mall) -> None:
    """Newest first, a page at a time; only this till's, only this day's."""
    shop = await mall.shop("bakery", tills=["T01", "T02"])
    hanako = await mall.member()
    sold = [await shop.sells(hanako, yen) for yen in (11_000, 5_500, 2_200)]
    await shop.sells(hanako, 1_100, till="T02")
    bought = await shop.sells_for_points(hanako, 30, 3_300)
    held = await shop.post("/v1/holds", **shop.asked(hanako, points=40))
    undo = shop.asked(hanako, of=sold[1]["slip"], reason="打ち間違い")
    back = shop.asked(hanako, of=sold[0]["slip"], returned_yen=1_100)
    for path, body in (("/v1/reversals", undo), ("/v1/returns", back)):
        body.pop("card")
        assert (await shop.post(path, **body)).status == 201
    told = await shop.get("/v1/tills/T01/slips", business_date=mall.today)
    slips = {one["slip"]: one for one in told.json["slips"]}
    assert [one["slip"] for one in told.json["slips"]] == [
        back["slip"], undo["slip"], held.json["slip"], bought["slip"],
        *(one["slip"] for one in reversed(sold)),
    ]  # fmt: skip
    assert slips[sold[0]["slip"]]["returned_yen"] == 1_100
    assert [slips[one["slip"]]["reversed"] for one in sold] == [False, True, False]
    both = slips[bought["slip"]]
    assert (both["kinds"], both["redeemed_points"], both["paid_yen"]) == (
        ["redemption", "accrual"], 30, 3_300,
    )  # fmt: skip
    hold = slips[held.json["slip"]]["hold"]
    assert (hold["points"], hold["state"]) == (40, "open")
    path = f"/v1/holds/{hold['hold_id']}/release"
    body = {k: v for k, v in shop.asked(hanako).items() if k != "card"}
    assert (await shop.post(path, **body)).status == 201, "its name is the one the till knows"

    paged: list[str] = []
    query: dict[str, Any] = {"business_date": mall.today, "limit": 3}
    while True:
        page = (await shop.get("/v1/tills/T01/slips", **query)).json
        paged += [one["slip"] for one in page["slips"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert paged == [one["slip"] for one in told.json["slips"]]
    yesterday = mall.today - timedelta(days=1)
    assert (await shop.get("/v1/tills/T01/slips", business_date=yesterday)).json["slips"] == []

"""端末台帳: the operator sees every till, and a till that was lost is refused at its next slip."""

from tests.mall import Mall


async def test_a_lost_till_is_stopped_and_its_next_slip_refused(mall: Mall) -> None:
    bakery = await mall.shop("bakery", tills=["T01", "T02"])
    hanako, operator = await mall.member(), await mall.operator()
    await bakery.sells(hanako, yen=1_100)
    stopped = await operator.post("/v1/admin/tills/bakery/T01/revoke", reason="紛失")
    assert stopped.status == 204, stopped
    refused = await bakery.post("/v1/accruals", **bakery.sale(hanako, 1_100))
    assert (refused.status, refused.slug) == (409, "till-not-active")
    other = await bakery.post("/v1/accruals", **bakery.sale(hanako, 1_100, till="T02"))
    assert other.status == 201, other
    found = (await operator.get("/v1/admin/tills", tenant="bakery")).json
    assert [(one["till"], one["state"], one.get("kid")) for one in found["tills"]] == [
        ("T01", "revoked", None), ("T02", "active", None),
    ]  # fmt: skip
    first = (await operator.get("/v1/admin/tills", limit=1)).json
    rest = (await operator.get("/v1/admin/tills", limit=200, after=first["next"])).json
    every = [(one["tenant"], one["till"]) for one in first["tills"] + rest["tills"]]
    assert ("operator", "office") in every
    assert every == sorted(set(every))
    assert rest["next"] is None
    missing = await operator.post("/v1/admin/tills/bakery/T77/revoke", reason="紛失")
    assert missing.status == 404
    await mall.hub.trail.flush()
    acts = (await operator.get("/v1/admin/audit", kind="till", object="T01")).json["acts"]
    assert [(one["reason"], one["status"]) for one in acts] == [("紛失", 204)]

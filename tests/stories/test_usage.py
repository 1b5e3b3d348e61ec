"""An operator invoices what each tenant used in a month: tills, members, slips."""

import asyncio
from datetime import date

import pytest
from click.testing import CliRunner

from deploy.cli import main
from tests.mall import Mall


async def test_a_month_is_counted_per_tenant_and_in_all(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakery = await mall.shop("bakery", tills=["T01", "T02"])
    bookshop = await mall.shop("bookshop")
    hanako, taro = await mall.members(2)
    await bakery.sells(hanako, yen=11_000)
    await bakery.sells(taro, yen=1_100)
    await bookshop.accepts(hanako, points=30)
    too_many = await bookshop.post("/v1/redemptions", **bookshop.spending(taro, 9_000))
    assert too_many.slug == "not-enough-points"
    await mall.turn_to(date(2026, 7, 1))
    await bookshop.sells(taro, yen=550)

    operator = await mall.operator()
    june = (await operator.get("/v1/admin/usage", month="2026-06")).json
    told = {one["tenant"]: one for one in june["tenants"]}
    assert told["bakery"] == {
        "tenant": "bakery", "tills": 2, "members": 2, "slips": 2, "refused": 0,
    }  # fmt: skip
    assert told["bookshop"] == {
        "tenant": "bookshop", "tills": 1, "members": 1, "slips": 2, "refused": 1,
    }  # fmt: skip
    assert (june["total"]["members"], june["total"]["slips"]) == (2, 4)
    july = (await operator.get("/v1/admin/usage", month="2026-07")).json
    assert july["total"]["slips"] == 1

    sheet = await operator.ask(
        "GET", "/v1/admin/usage?month=2026-06", headers={"accept": "text/csv"}
    )
    lines = sheet.content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "month,tenant,tills,members,slips,refused"
    assert "2026-06,bookshop,1,1,2,1" in lines
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    ran = await asyncio.to_thread(CliRunner().invoke, main, ["usage"])
    assert ran.exit_code == 0, ran.output
    assert "2026-06" in ran.output
    assert "bookshop" in ran.output


async def test_only_the_operator_sees_it_and_a_month_is_a_month(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    assert (await bakery.get("/v1/admin/usage", month="2026-06")).status == 403
    assert (await (await mall.office(bakery)).get("/v1/admin/usage", month="2026-06")).status == 403
    operator = await mall.operator()
    for wrong in ("2026", "2026-13", "June"):
        refused = await operator.get("/v1/admin/usage", month=wrong)
        assert (refused.status, refused.json["pointer"]) == (400, "/month")

"""A step that was cut short left nothing, and taken again ends as if nothing had happened."""

from collections.abc import Awaitable, Callable
from datetime import date, time
from typing import Any

import pytest

from settlement.life import confirm, disputes, results, send
from settlement.life.disputes import Decision, Objection
from tests.mall import Mall
from tests.settlement.life.offices import CYCLE, ID, JUNE, KEEPER, Finance, answered

# In each step, what is done last: killed there, before the commit that would keep it.
LAST = {
    "confirm": (confirm, "first_done"),
    "dispute": (disputes, "replan"),
    "decide": (disputes, "adjust"),
    "prepare": (confirm, "prepared"),
    "approve": (confirm, "approved_of"),
    "send": (send, "sent_of"),
    "results": (results, "follow"),
    "carry": (send, "follow"),
    "again": (send, "prepared"),
}


class Killed(Exception):
    """The process died here."""


def killed(*_: object, **__: object) -> Awaitable[None]:
    raise Killed


TABLES = (
    "cycles", "steps", "plans", "payments", "files", "approvals", "bank_uploads", "disputes",
    "adjustments",
)  # fmt: skip


async def everything(finance: Finance) -> list[str]:
    """Every row of every table that a step may write."""
    found = []
    async with finance.mall.hub.pools.use("auditor") as conn:
        for table in TABLES:
            columns = "cycle_id, state" if table == "cycles" else "*"
            query = (
                f"SELECT t::text FROM (SELECT {columns} FROM settlement.{table}) AS t ORDER BY 1"
            )
            found += [f"{table} {row[0]}" for row in await (await conn.execute(query)).fetchall()]
    return found


async def test_a_step_killed_at_its_end_leaves_nothing_and_is_taken_again(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await mall.close(JUNE)

    async def survives(name: str, step: Callable[[], Awaitable[Any]]) -> Any:
        before = await everything(finance)
        module, work = LAST[name]
        with monkeypatch.context() as patch:
            patch.setattr(module, work, killed)
            with pytest.raises(Killed):
                await step()
        assert await everything(finance) == before, name
        first = await step()
        after = await everything(finance)
        assert after != before, name
        assert await step() == first, name
        assert await everything(finance) == after, name
        return first

    async def with_desk(work: Callable[..., Awaitable[Any]], *sent: Any) -> Any:
        async with finance.desk() as conn:
            return await work(conn, *sent, mall.now)

    await survives("confirm", lambda: with_desk(confirm.confirm, ID, KEEPER))
    asked = Objection(CYCLE, 121, "取消が届いていない", "日計", yen=300)
    made = await survives(
        "dispute", lambda: with_desk(disputes.object_to, bakery.tenant_id, asked, "c_bakery")
    )
    ruling = Decision("rejected", "記録のとおり")
    await survives("decide", lambda: with_desk(disputes.decide, made.dispute, ruling, KEEPER))
    await mall.turn_to(date(2026, 6, 23), time(10, 0))
    await finance.moves_account("bookshop", "9999999")
    await survives("prepare", finance.prepares)
    await survives("approve", finance.approves)
    await survives("send", finance.sends)
    await mall.turn_to(date(2026, 7, 8), time(10, 0))
    await finance.sends()
    result = answered((await finance.files())["zengin-91"].body, {"20260601001": "2"})
    await mall.turn_to(date(2026, 7, 30), time(10, 0))
    await survives("results", lambda: finance.takes_results(result))
    await survives("again", finance.sends_again)
    reference = (await finance.paid())["bakery"]["reference"]
    await finance.approves()
    await mall.turn_to(date(2026, 8, 7), time(10, 0))
    await finance.sends()
    result = answered((await finance.files())["zengin-91"].body, {"20260601001": "2"})
    await mall.turn_to(date(2026, 8, 30), time(10, 0))
    await finance.takes_results(result)
    await survives("carry", lambda: finance.carries(reference))

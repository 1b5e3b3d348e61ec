"""Each party of a cycle is told of every step it takes, of its own disputes, and of its papers."""

from typing import Any

from tests.mall import Client, Mall
from tests.settlement.life.offices import CYCLE, JUNE, Finance


async def told(office: Client, count: int) -> list[tuple[str, Any]]:
    """What a tenant was told beside its entries, once it is so much."""
    found: list[Any] = []
    for _ in range(2_000):
        page = (await office.get("/v1/events", limit=200)).json
        found = [one for one in page["events"] if not one["type"].startswith("entry.")]
        if len(found) >= count:
            break
    return [(one["type"], one["data"]) for one in found]


async def test_parties_hear_of_their_cycle_its_disputes_and_their_papers(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    await mall.close(JUNE)
    assert (await finance.confirms()).status == 200
    own, theirs = [await mall.office(shop) for shop in (bakery, bookshop)]
    asked = {"cycle": CYCLE, "code": 121, "reason": "取消が届いていない", "evidence": "日計"}
    opened = await own.post("/v1/settlement/disputes", **asked)
    assert opened.status == 201, opened
    operator, name = await mall.operator(), opened.json["dispute"]
    ruling = {"outcome": "upheld", "reason": "レジの記録を確認"}
    decided = await operator.post(f"/v1/admin/disputes/{name}/decision", **ruling)
    assert decided.status == 200, decided
    paper = f"/v1/settlement/cycles/{CYCLE}/statement"
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    for _ in range(2):
        issued = await own.ask("GET", paper, headers={"accept": sheet})
        assert issued.status == 200, issued
    dispute = {"dispute": name, "cycle": CYCLE, "code": 121, "yen": -1_000}
    steps = [
        ("cycle.closed", {"cycle": CYCLE, "state": "closed"}),
        ("cycle.confirmed", {"cycle": CYCLE, "state": "confirmed"}),
    ]
    assert await told(own, 5) == [
        *steps,
        ("dispute.opened", {**dispute, "state": "open", "adjusted_yen": None}),
        ("dispute.decided", {**dispute, "state": "upheld", "adjusted_yen": 1_000}),
        ("paper.issued", {"cycle": CYCLE, "kind": "xlsx", "issue": 0}),
    ]
    assert await told(theirs, 2) == steps
    page = (await own.get("/v1/events", limit=200)).json["events"]
    kinds = [one["type"] for one in page]
    assert kinds.index("entry.accrual") < kinds.index("cycle.closed")

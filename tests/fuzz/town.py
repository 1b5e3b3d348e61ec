"""Who asks, and what they know: a till, another tenant's, an office, the operator, and a little of
everything booked, so that there is something to ask for."""

from typing import Any

from tests.mall import Client, Mall

SLIPS = [f"F-{n}" for n in range(40)]
LOOKED_UP = ("till", "card")


class Town:
    """A hub with somebody of every kind before it, and what they know of it."""

    def __init__(self, mall: Mall) -> None:
        self.mall = mall
        self.clients: dict[str, Client] = {}
        self.known: dict[str, list[Any]] = {}

    async def open(self) -> None:
        """A little of everything is booked, so that there is something to ask for."""
        mall = self.mall
        bakery, bookshop = await mall.shop("bakery"), await mall.shop("bookshop", "takamatsu")
        cards = [one.card for one in await mall.members(6)]
        hanako, taro = await mall.members(2)
        sold = await bakery.sells(hanako, yen=22_000)
        spent = await bakery.accepts(hanako, 30)
        held = (await bakery.post("/v1/holds", **bakery.asked(hanako, points=10))).json
        shown = await bakery.post(
            "/v1/member-lookups", **{k: v for k, v in bakery.asked(taro).items() if k in LOOKED_UP}
        )
        office, operator = await mall.office(bakery), await mall.operator()
        self.clients = {"till": bakery, "another": bookshop, "office": office, "operator": operator}
        for one in self.clients.values():
            await one.token()
        days = [mall.today.isoformat()] * 6 + ["2026-06-02", "2026-05-01", "2026-06-04"]
        instants = [mall.now.isoformat()] * 6 + [
            "2026-06-03T03:00:00Z",
            "2026-06-03T12:04:59+09:00",
        ]
        handles = [shown.json.get("member", "x"), "a" * 26]
        self.known = {
            "card": [hanako.card, taro.card, *cards],
            "to_card": cards,
            "till": ["T01"] * 9 + ["T99"],
            "slip": SLIPS,
            "of": [sold["slip"], spent["slip"], held["slip"], *SLIPS],
            "receipt_no": [f"R{n}" for n in range(9)],
            "business_date": days,
            "at": instants,
            "hold_id": [held["hold_id"]],
            "entry": [sold["entry"], spent["entry"]],
            "handle": handles,
            "member": handles,
            "cycle_id": ["2026-06-01", "2026-05-16", "2026-06-16", "20260601"],
            "month": ["2026-06", "2026-05"],
            "slug": ["validation", "not-found"],
            "lang": ["ja", "en"],
            "name": ["style.css"],
            "grant_type": ["client_credentials"],
            "limit": ["1", "200"],
            "after": [held["hold_id"]],
            "party": ["bakery", "operator"],
            "reason": ["test"],
            "phone": ["090-1234-5678"],
            "pin": ["0412"],
        }

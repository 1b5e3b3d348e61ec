"""The lean way in is the same way: what it takes is answered as the framework would have."""

from typing import Any

import pytest

from deploy.app import create_app
from deploy.settings import Settings
from tenants.pos_api import PLAIN
from tests.mall import Answered, Mall, Shop


def test_what_it_takes_is_what_the_routes_ask_and_require() -> None:
    app = create_app(
        Settings("postgresql://nobody@127.0.0.1/none", "s", None, "http://localhost", "file:clock")
    )
    for path, plain in PLAIN.items():
        handler: Any = app.route_handler_method_map[path]["POST"]
        assert handler.opt["requires"].split() == sorted(plain.requires)
        assert handler.parsed_data_field.annotation is plain.asks


def told(answer: Answered) -> tuple[int, bytes, dict[str, str]]:
    """All that a till can see, but for the connection's own headers."""
    own = {"connection", "keep-alive", "date", "server", "transfer-encoding"}
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return answer.status, answer.content, {k: v for k, v in headers.items() if k not in own}


async def both(shop: Shop, path: str, body: dict[str, Any]) -> tuple[Answered, Answered]:
    """The same slip by the lane, and by the framework, which a query calls."""
    plain = await shop.post(path, **body)
    return plain, await shop.post(f"{path}?by=framework", **body)


async def test_a_slip_is_answered_alike_by_both_ways(mall: Mall) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    sale = bakery.sale(hanako, 5_500)
    await bakery.post("/v1/accruals", **sale)  # the token is remembered from now on
    spent, bought = bakery.spending(hanako, 1), bakery.sale(hanako, 550, points=2)
    sent = {
        "/v1/redemptions": spent,
        "/v1/purchases": bought,
        "/v1/accruals": sale,
    }
    for path, body in sent.items():
        first, again = await both(bakery, path, body)
        assert first.status == 201
        assert again.content == first.content
        once_more, framework = await both(bakery, path, body)
        assert told(once_more) == told(framework)
        assert once_more.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    "wrong",
    [
        {"till": "T99"},
        {"card": "6304999999999999"},
        {"paid_yen": "110"},
        {"paid_yen": -1},
        {"paid_yen": None},
        {"unknown": 1},
        {"business_date": "2020-01-01"},
    ],
    ids=str,
)
async def test_a_refusal_is_told_alike_by_both_ways(mall: Mall, wrong: dict[str, Any]) -> None:
    bakery, hanako = await mall.shop("bakery"), await mall.member()
    await bakery.sells(hanako, yen=110)
    body = {**bakery.sale(hanako, 110), **wrong}
    await bakery.post("/v1/accruals", **body)  # one that burns its slip is known from now on
    lane, framework = await both(bakery, "/v1/accruals", body)
    assert lane.status >= 400
    assert told(lane) == told(framework)

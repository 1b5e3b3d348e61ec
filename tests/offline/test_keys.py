"""A till's own key: enrolled once per code, by whoever holds the code, and by nobody else."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.clock import wall
from tenants import till_keys
from tests.mall import Mall
from tests.offline.files import code_for, enrol, offline_till, settled, states
from tests.offline_till import OfflineTill, b64url


async def test_of_twenty_that_show_one_code_at_once_one_is_enrolled(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    code = await code_for(mall, bakery)
    tills = [OfflineTill() for _ in range(20)]
    answers = await asyncio.gather(*(enrol(mall, code, till.jwk) for till in tills))
    assert Counter(one.status for one in answers) == {201: 1, 404: 19}
    assert len({one.content for one in answers if one.status == 404}) == 1
    [kid] = [one.json["kid"] for one in answers if one.status == 201]
    assert (await bakery.get("/v1/tills/T01")).json["offline"]["kid"] == kid


async def test_a_code_that_is_wrong_over_or_used_is_answered_alike(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    used = await code_for(mall, bakery)
    assert 5 * len(used.replace("-", "")) >= 112, "bits that nobody guesses"
    assert timedelta(minutes=10) == till_keys.LIFETIME
    assert (await enrol(mall, used.lower().replace("-", ""), OfflineTill().jwk)).status == 201
    async with mall.hub.pools.use("worker") as conn:
        long_ago = wall() - till_keys.LIFETIME - timedelta(seconds=1)
        over = await till_keys.offer(conn, "bakery", "T01", long_ago)
    told = [
        await enrol(mall, code, OfflineTill().jwk) for code in (used, over, "AAAAA-AAAAA", "", "巡")
    ]
    assert {(one.status, one.content) for one in told} == {(404, told[0].content)}


KEY = OfflineTill(7).jwk
OTHER = OfflineTill(8).jwk


@pytest.mark.parametrize(
    "jwk",
    [
        {**KEY, "d": b64url((7).to_bytes(32))},
        {**KEY, "crv": "P-384"},
        {**KEY, "kty": "RSA"},
        {**KEY, "alg": "HS256"},
        {**KEY, "y": OTHER["y"]},
        {**KEY, "x": KEY["x"][:-1]},
        {**KEY, "x": "A" * 43, "y": "A" * 43},
        {name: said for name, said in KEY.items() if name != "y"},
        {},
        [],
        "key",
    ],
)
async def test_only_the_public_half_of_a_sound_key_is_taken(mall: Mall, jwk: Any) -> None:
    bakery = await mall.shop("bakery")
    code = await code_for(mall, bakery)
    refused = await enrol(mall, code, jwk)
    assert (refused.status, refused.slug) == (400, "validation")
    assert (await enrol(mall, code, KEY)).status == 201, "the code was not used up"


async def test_a_key_is_of_one_till(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    till = await offline_till(mall, bakery)
    stolen = await enrol(mall, await code_for(mall, bookshop), till.jwk)
    assert (stolen.status, stolen.json["pointer"]) == (400, "/jwk")
    hanako = await mall.member()
    lines = await settled(bookshop, till.line("accrual", bookshop.sale(hanako, 1_100)))
    assert states(lines) == ["refused:bad-signature"]


async def test_the_office_prints_a_code_for_a_till_that_is_there(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakery = await mall.shop("bakery")
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["till", "enrol", *words])

    printed = await asyncio.to_thread(run, bakery.tenant, "T01")
    assert printed.exit_code == 0, printed.output
    assert (await enrol(mall, printed.output.strip(), KEY)).json["till"] == "T01"
    assert (await asyncio.to_thread(run, bakery.tenant, "T99")).exit_code == 1

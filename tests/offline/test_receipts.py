"""The hub's word on what an offline till sent: signed, the same for ever, and checked by anyone
with the key and no hub. What is missing of a till's numbers its tenant sees."""

import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from deploy.cli import main
from tenants.offline_lines import PublicJwk
from tenants.receipts import NotTheHubs, ReceiptKey, verified
from tests.conftest import Given
from tests.mall import Client, Mall, Shop, serving, settings_for
from tests.offline.files import offline_till, outcomes, send, settled
from tests.offline_till import OfflineTill, b64url, file_of
from tests.races.hubs import cloned


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    folder = tmp_path_factory.mktemp("receipts")
    with cloned(given.database_url, template, "meguri_test_receipts") as url:
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            yield ours


async def opened(mall: Mall, code: str) -> tuple[Shop, OfflineTill]:
    """A shop whose till has a key of its own."""
    shop = await mall.shop(code)
    mall.hub.forget()
    return shop, await offline_till(mall, shop)


async def key_of(mall: Mall) -> PublicJwk:
    """The key that is published; who asks has no token."""
    async with mall.http.get(f"{mall.url}/v1/receipt-keys") as answer:
        assert answer.status == 200
        [key] = (await answer.json())["keys"]
    return msgspec.convert(key, PublicJwk)


async def test_each_line_that_is_decided_has_a_receipt_that_fits_it(mall: Mall) -> None:
    shop, till = await opened(mall, "bakery")
    member = await mall.member()
    lines = [
        till.line("accrual", shop.sale(member, 1_100)),
        till.line("redemption", shop.spending(member, 1_000_000)),
        till.line("accrual", {**shop.sale(member, 1_100), "card": "6304000000000000"}),
    ]
    told = await settled(shop, *lines, waiting=1)
    jwk = await key_of(mall)
    assert [one["state"] for one in told] == ["booked", "refused", "waiting"]
    assert "receipt" not in told[2]
    for line, one in zip(lines[:2], told[:2], strict=True):
        said = verified(one["receipt"], jwk)
        assert said.line_sha256 == hashlib.sha256(line).hexdigest()
        assert (said.line, said.state, said.slip) == (one["line"], one["state"], one["slip"])
        assert (said.seq, said.status, said.kind) == (one["seq"], one["status"], one["kind"])
    slip = await shop.get("/v1/slips", till="T01", slip=told[0]["slip"])
    assert (
        verified(told[0]["receipt"], jwk).answer_sha256 == hashlib.sha256(slip.content).hexdigest()
    )


async def test_a_batch_is_read_the_same_byte_for_byte_also_by_another_process(mall: Mall) -> None:
    shop, till = await opened(mall, "florist")
    member = await mall.member()
    file = file_of(*(till.line("accrual", shop.sale(member, 1_100)) for _ in range(3)))
    await settled(shop, *file.splitlines())
    batch = (await send(shop, file)).json["batch"]
    first = await shop.get(f"/v1/batches/{batch}")
    again = await shop.get(f"/v1/batches/{batch}")
    assert first.content == again.content
    [one, *_] = (await outcomes(shop, batch))[1]
    key, twin = (ReceiptKey(mall.hub.settings.secret) for _ in range(2))
    said = verified(one["receipt"], key.jwk)
    assert key.signed(said) == twin.signed(said) == one["receipt"]
    assert ReceiptKey("another secret").signed(said) != one["receipt"]


async def test_a_receipt_in_which_one_letter_changed_is_not_the_hubs(mall: Mall) -> None:
    shop, till = await opened(mall, "kiosk")
    [one] = await settled(shop, till.line("accrual", shop.sale(await mall.member(), 1_100)))
    token, jwk = one["receipt"], await key_of(mall)
    assert verified(token, jwk)
    for at in range(0, len(token), 7):
        changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(NotTheHubs):
            verified(changed, jwk)
    _, said, signature = token.split(".")
    none = b64url(json.dumps({"alg": "none"}).encode())
    for forged in (
        f"{none}.{said}.{signature}",
        f"{none}.{said}.",
        "",
        "a.b",
        "a.b.c.d",
        token + "A",
    ):
        with pytest.raises(NotTheHubs):
            verified(forged, jwk)
    with pytest.raises(NotTheHubs):
        verified(token, ReceiptKey("another secret").jwk)


async def test_who_keeps_line_answer_and_key_needs_no_hub_to_check(
    mall: Mall, tmp_path: Path
) -> None:
    shop, till = await opened(mall, "deli")
    line = till.line("accrual", shop.sale(await mall.member(), 1_100))
    [one] = await settled(shop, line)
    slip = await shop.get("/v1/slips", till="T01", slip=one["slip"])
    files = {
        "key": msgspec.json.encode(await key_of(mall)),
        "line": line,
        "answer": slip.content,
        "other": line + b" ",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def verify(*more: str) -> Any:
        key = ["--key", str(tmp_path / "key")]
        return CliRunner().invoke(main, ["receipts", "verify", one["receipt"], *key, *more])

    done = verify("--line", str(tmp_path / "line"), "--answer", str(tmp_path / "answer"))
    assert (done.exit_code, json.loads(done.output)["slip"]) == (0, one["slip"]), done.output
    assert verify("--line", str(tmp_path / "other")).exit_code == 1
    assert verify("--answer", str(tmp_path / "line")).exit_code == 1


async def numbers(client: Client) -> Any:
    answer = await client.get("/v1/tills/T01/sequence")
    assert answer.status == 200, answer
    return answer.json


async def test_missing_and_doubled_numbers_of_a_till_are_seen_by_its_tenant(mall: Mall) -> None:
    shop, till = await opened(mall, "grocer")
    office = await mall.office(shop)
    member = await mall.member()
    assert (await numbers(office))["complete"]
    lines = [till.line("accrual", shop.sale(member, 1_100)) for _ in range(6)]
    await settled(shop, lines[1], lines[4])
    [key] = (await numbers(office))["keys"]
    assert key["gaps"] == [{"from": 1, "to": 1}, {"from": 3, "to": 4}]
    assert (key["last_seq"], key["lines"], key["kid"]) == (5, 2, till.kid)
    assert not (await numbers(office))["complete"]
    await settled(shop, lines[0], lines[2], lines[3], lines[5])
    assert (await numbers(shop))["complete"]
    till.seq, till.prev = 5, hashlib.sha256(lines[4]).hexdigest()
    [again] = await settled(shop, till.line("accrual", shop.sale(member, 9_900)))
    assert again["problem"]["type"] == "/problems/seq-reused"
    told = await numbers(office)
    assert [(one["seq"], one["problem"]) for one in told["doubled"]] == [(6, "seq-reused")]
    assert not told["complete"]

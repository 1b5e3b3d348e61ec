"""What becomes of the lines of a file: each rule, and each refusal in its order."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from tests.mall import Mall
from tests.offline.files import (
    accept_risk,
    code_for,
    decided,
    enrol,
    offline_till,
    outcomes,
    send,
    settled,
    states,
    unasked,
)
from tests.offline_till import OfflineTill, canonical, file_of


async def test_a_till_that_was_offline_is_booked_as_if_it_had_asked(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    await accept_risk(mall, bakery)
    till = await offline_till(mall, bakery)
    sale = bakery.sale(hanako, 11_000)
    lines = await settled(
        bakery,
        till.line("accrual", sale),
        till.line("redemption", bakery.spending(hanako, 30)),
        till.line("purchase", bakery.sale(hanako, 1_100, points=10)),
        till.line("reversal", unasked(bakery, hanako, sale["slip"])),
    )
    assert states(lines) == ["booked", "booked", "booked", "refused:not-reversible"]
    assert lines[0]["answer"]["points"] == 100
    assert [line["seq"] for line in lines] == [1, 2, 3, 4]
    assert all(line["signature_ok"] and line["prev_ok"] for line in lines)
    assert await mall.points_of(hanako) == 100 - 30 - 10 + 10
    online = await bakery.post("/v1/accruals", **sale)
    assert online.headers["idempotent-replayed"] == "true"
    assert online.json == lines[0]["answer"]


async def test_a_slip_that_was_answered_online_is_a_repeat_with_that_answer(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    sale = bakery.sale(hanako, 11_000)
    online = await bakery.post("/v1/accruals", **sale)
    [line, other] = await settled(
        bakery,
        till.line("accrual", sale),
        till.line("accrual", {**sale, "paid_yen": 22_000}),
    )
    assert (line["state"], line["status"]) == ("repeat", 201)
    assert line["answer"] == online.json
    assert states([other]) == ["refused:slip-reused"]
    assert await mall.points_of(hanako) == 100


async def test_the_same_file_again_gives_the_same_bytes(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    content = file_of(
        till.line("accrual", bakery.sale(hanako, 11_000)),
        b"{}",
        till.line("redemption", bakery.spending(hanako, 3)),
    )
    first = await send(bakery, content)
    await decided(bakery, first.json["batch"])
    said = await bakery.get(f"/v1/batches/{first.json['batch']}")
    again = await send(await mall.office(bakery), content)
    assert (again.status, again.content) == (202, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    later = await bakery.get(f"/v1/batches/{first.json['batch']}")
    assert later.content == said.content
    assert later.json["state"] == "settled"
    assert later.json["counts"] == {"booked": 1, "refused": 2}
    _, lines = await outcomes(bakery, first.json["batch"], limit=1)
    assert lines == said.json["outcomes"]


def tampered(line: bytes, **fields: Any) -> bytes:
    """A line that somebody else has changed, written well."""
    return canonical({**json.loads(line), **fields})


async def test_a_refusal_comes_in_its_order(mall: Mall) -> None:
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    till, stranger = await offline_till(mall, bakery), OfflineTill()
    theirs = await offline_till(mall, bookshop)

    def sale(**more: Any) -> dict[str, Any]:
        return bakery.sale(hanako, 1_100, **more)

    good = till.line("accrual", sale())
    second = till.line("accrual", sale())
    third = till.line("accrual", sale())
    table = [
        (good, "booked"),
        (b"", "refused:validation"),
        (b"\xff\xfe", "refused:validation"),
        (b"[]", "refused:validation"),
        (b"[" * 100_000, "refused:validation"),
        (json.dumps(json.loads(second)).encode(), "refused:validation"),  # white space
        (second.replace(b'"paid_yen":1100', b'"paid_yen":1100.0'), "refused:validation"),
        (second + b"\r", "refused:validation"),
        (tampered(second, kind="gift"), "refused:validation"),
        (tampered(second, seq="2"), "refused:validation"),
        (tampered(second, staff=None), "refused:validation"),
        (tampered(second, till="T99"), "refused:not-found"),
        (tampered(second, paid_yen=9_999_999), "refused:bad-signature"),
        (tampered(second, kid=stranger.kid), "refused:bad-signature"),
        (tampered(second, signature="A" * 86), "refused:bad-signature"),
        (theirs.line("accrual", sale()), "refused:bad-signature"),
        (stranger.line("accrual", sale()), "refused:bad-signature"),
        (second, "booked"),
        (till.line("accrual", sale(), seq=2), "refused:seq-reused"),
        (till.line("accrual", sale(), seq=3, prev="f" * 64), "refused:broken-chain"),
        (third, "booked"),
        (till.line("accrual", sale(shop="bakery"), seq=4, prev=sha(third)), "refused:validation"),
        (till.line("accrual", sale()), "booked"),  # follows from a line that asked nonsense
        (
            till.line("accrual", sale(card="6304000000000001", business_date="2026-05-02")),
            "waiting",
        ),
        (till.line("accrual", sale(business_date="2026-05-02")), "refused:too-late"),
        (till.line("accrual", sale(business_date="2026-05-03")), "booked"),
        (till.line("accrual", sale(business_date="2026-06-04")), "refused:validation"),
        (till.line("redemption", bakery.spending(hanako, 1)), "refused:over-limit"),
    ]
    table[-5] = (table[-5][0], "refused:not-found")  # unknown, and its window is over
    lines = await settled(bakery, *[line for line, _ in table])
    assert states(lines) == [state for _, state in table]
    assert [line["line"] for line in lines] == list(range(1, len(table) + 1))
    assert lines[11]["problem"]["pointer"] == "/till"
    assert lines[21]["problem"]["pointer"] == "/shop" or lines[21]["signature_ok"]
    assert lines[12]["signature_ok"] is False
    assert b"6304" not in file_of(*(json.dumps(one.get("problem")).encode() for one in lines))


def sha(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


async def test_a_gap_is_accepted_and_shown_and_closes_when_the_lines_come(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    rows = [till.line("accrual", bakery.sale(hanako, 1_100)) for _ in range(6)]
    [last] = await settled(bakery, rows[5])
    assert (last["state"], last["gap"]) == ("booked", {"from": 1, "to": 5})
    assert "prev_ok" not in last
    lines = await settled(bakery, rows[0], rows[3], rows[4])
    assert [line.get("gap") for line in lines] == [None, {"from": 2, "to": 3}, None]
    assert [line.get("prev_ok") for line in lines] == [True, None, True]
    lines = await settled(bakery, *rows)
    assert states(lines) == ["repeat", "booked", "booked", "repeat", "repeat", "repeat"]
    assert all(line["prev_ok"] for line in lines)
    assert await mall.points_of(hanako) == 60
    facts = (await bakery.get("/v1/tills/T01")).json["offline"]
    assert (facts["kid"], facts["last_seq"]) == (till.kid, 6)


async def test_a_line_put_in_later_must_lead_to_the_next(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    first = till.line("accrual", bakery.sale(hanako, 1_100))
    till.line("accrual", bakery.sale(hanako, 1_100))
    third = till.line("accrual", bakery.sale(hanako, 1_100))
    forged = OfflineTill.line(till, "accrual", bakery.sale(hanako, 9_900), seq=2, prev=sha(first))
    lines = await settled(bakery, first, third, forged)
    assert states(lines) == ["booked", "booked", "refused:broken-chain"]


async def test_a_lost_key_is_enrolled_anew_and_begins_at_one(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    lost = await offline_till(mall, bakery)
    before = lost.line("accrual", bakery.sale(hanako, 1_100))
    mall.clock.set(mall.now + timedelta(minutes=30))
    till = await offline_till(mall, bakery)
    after = lost.line("accrual", bakery.sale(hanako, 1_100))
    anew = till.line("accrual", bakery.sale(hanako, 1_100))
    lines = await settled(bakery, before, after, anew)
    assert states(lines) == ["booked", "refused:bad-signature", "booked"]
    assert [line["seq"] for line in lines] == [1, 2, 1]
    facts = (await bakery.get("/v1/tills/T01")).json["offline"]
    assert (facts["kid"], facts["last_seq"]) == (till.kid, 1)
    again = await enrol(mall, await code_for(mall, bakery), lost.jwk)
    assert (again.status, again.json["pointer"]) == (400, "/jwk")


async def test_an_unknown_card_waits_until_it_is_known(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako, taro = await mall.members(2)
    till = await offline_till(mall, bakery)
    unknown = bakery.sale(hanako, 11_000, card="6304000011112222")
    answer = await send(
        bakery,
        file_of(
            till.line("accrual", unknown),
            till.line("accrual", bakery.sale(taro, 2_200)),
            till.line("reversal", unasked(bakery, hanako, unknown["slip"])),
        ),
    )
    batch = answer.json["batch"]
    lines = await decided(bakery, batch, waiting=2)
    assert states(lines) == ["waiting", "booked", "waiting"]
    assert [lines[0]["waits_for"], lines[2]["waits_for"]] == ["card", "original"]
    assert lines[0]["until"] == "2026-07-04"
    held = (await bakery.get("/v1/suspense")).json["lines"]
    assert [(one["line"], one["waits_for"]) for one in held] == [(1, "card"), (3, "original")]
    arrived = await bakery.get("/v1/slips", till="T01", slip=unknown["slip"])
    assert arrived.slug == "not-arrived"
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute(
            "INSERT INTO federation.carriers (carrier, kind, member_id, issued_on)"
            " VALUES ('6304000011112222', 'card', %s, '2026-06-03')",
            (hanako.member_id,),
        )
    lines = await decided(bakery, batch)
    assert states(lines) == ["booked", "booked", "booked"]
    assert lines[2]["answer"]["reversed"]["points"] == 100
    assert (await bakery.get("/v1/suspense")).json == {"lines": [], "next": None}
    assert await mall.points_of(hanako) == 0


async def test_what_nobody_comes_for_ends_with_its_window(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    body = unasked(bakery, hanako, "S-never")
    answer = await send(
        bakery,
        file_of(
            till.line("accrual", bakery.sale(hanako, 11_000, card="6304000011112222")),
            till.line("reversal", body),
        ),
    )
    batch = answer.json["batch"]
    await decided(bakery, batch, waiting=2)
    await mall.turn_to(mall.today + timedelta(days=31))
    await mall.hub.uploads.round()
    assert states((await outcomes(bakery, batch))[1]) == ["waiting", "waiting"]
    await mall.turn_to(mall.today + timedelta(days=1))
    lines = await decided(bakery, batch)
    assert states(lines) == ["refused:not-found", "booked"]
    assert lines[1]["answer"]["reversed"] is None
    late = await bakery.post("/v1/accruals", **bakery.sale(hanako, 1_100, slip="S-never"))
    assert late.slug == "slip-cancelled"


async def test_a_reversal_waits_for_its_original_in_whatever_file_it_comes(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    sale = bakery.sale(hanako, 11_000)
    original = till.line("accrual", sale)
    undo = till.line("reversal", unasked(bakery, hanako, sale["slip"]))
    first = await send(bakery, file_of(undo))
    assert states(await decided(bakery, first.json["batch"], waiting=1)) == ["waiting"]
    assert states(await settled(bakery, original)) == ["booked"]
    [undone] = await decided(bakery, first.json["batch"])
    assert undone["answer"]["reversed"]["points"] == 100
    assert undone["gap"] == {"from": 1, "to": 1}
    assert await mall.points_of(hanako) == 0


async def test_points_are_taken_offline_within_the_caps_and_at_the_tenants_risk(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako, poor = await mall.members(2)
    await accept_risk(mall, bakery, per_line=50, per_day=100)
    await bakery.sells(hanako, yen=110_000)
    till = await offline_till(mall, bakery)
    lines = await settled(
        bakery,
        till.line("redemption", bakery.spending(hanako, 51)),
        till.line("redemption", bakery.spending(hanako, 50)),
        till.line("redemption", bakery.spending(poor, 40)),
        till.line("redemption", bakery.spending(hanako, 11)),
        till.line("purchase", bakery.sale(hanako, 110, points=10)),
    )
    assert states(lines) == [
        "refused:over-limit", "booked", "refused:not-enough-points", "refused:over-limit", "booked",
    ]  # fmt: skip
    assert [line.get("borne_points", 0) for line in lines] == [0, 0, 40, 0, 0]
    [more] = await settled(bakery, till.line("redemption", bakery.spending(hanako, 1)))
    assert states([more]) == ["refused:over-limit"]
    assert await mall.points_of(hanako) == 1_000 - 50 - 10 + 1
    facts = (await bakery.get("/v1/tills/T01")).json["offline"]
    assert (facts["per_line_points"], facts["per_till_day_points"]) == (50, 100)


async def test_what_a_tenant_bears_is_summed_in_its_batch(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    poor = await mall.member()
    await accept_risk(mall, bakery)
    till = await offline_till(mall, bakery)
    spending = [till.line("redemption", bakery.spending(poor, points)) for points in (7, 8)]
    answer = await send(bakery, file_of(*spending))
    await decided(bakery, answer.json["batch"])
    assert (await bakery.get(f"/v1/batches/{answer.json['batch']}")).json["borne_points"] == 15
    again = await settled(bakery, spending[0])
    assert (states(again), again[0].get("borne_points")) == (["repeat:not-enough-points"], None)


async def test_a_clock_ahead_is_taken_and_said(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    ahead = (mall.now + timedelta(minutes=10)).isoformat()
    lines = await settled(
        bakery,
        till.line("accrual", bakery.sale(hanako, 1_100, at=ahead)),
        till.line("accrual", bakery.sale(hanako, 1_100)),
    )
    assert states(lines) == ["booked", "booked"]
    assert [line.get("skew_seconds") for line in lines] == [600, None]


async def test_a_stopped_till_books_nothing_it_sends(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    hanako = await mall.member()
    till = await offline_till(mall, bakery)
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute("UPDATE tenants.tills SET state = 'revoked' WHERE till = 'T01'")
        await conn.execute("UPDATE federation.doors SET moved = moved + 1")
    mall.hub.forget()
    office = await mall.office(bakery)
    lines = await settled(office, till.line("accrual", bakery.sale(hanako, 1_100)))
    assert states(lines) == ["refused:till-not-active"]
    assert await mall.points_of(hanako) == 0


async def test_a_file_that_is_none_is_refused_whole(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    for media_type in ("application/json", "text/plain", "application/x-ndjsonp"):
        assert (await send(bakery, b"{}", media_type)).slug == "unsupported-media-type"
    assert (await send(bakery, b"")).slug == "validation"
    assert (await send(bakery, b"\n\n")).slug == "validation"
    assert (await send(bakery, b"a" * (5 * 2**20 + 1))).slug == "too-large"
    assert (await send(bakery, b"a\n" * 20_001)).slug == "too-large"
    assert await settled(bakery, b"a" * (5 * 2**20 - 1))

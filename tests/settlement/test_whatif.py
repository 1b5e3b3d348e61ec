"""A period under another scheme, to the yen; as it was, byte for byte; and each party's proof."""

import asyncio
import csv
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from psycopg import AsyncConnection

from auth.scopes import BACKOFFICE
from deploy.cli import main
from settlement.inclusion import concerns
from settlement.verify import examine
from settlement.verify_proof import prove
from settlement.whatif.simulate import Simulated, Simulation, simulate
from settlement.whatif.thought import AS_IT_IS, Thought
from tests.conftest import Given
from tests.jobs.following import sealed
from tests.mall import Client, Mall, scopes_of, serving, settings_for
from tests.races.hubs import cloned
from tests.settlement.papers import opened
from tests.settlement.replays import off
from tests.settlement.thinking import simulated
from tests.stories.test_returns import brings_back

JUNE = "2026-06-01"
PIECES = "SELECT piece, body FROM settlement.pieces WHERE cycle_id = %s"
FORGE = "UPDATE settlement.pieces SET body = %s WHERE cycle_id = %s AND piece = %s"
CYCLE = f"/v1/settlement/cycles/{JUNE}"
ROOT = Path(__file__).parents[2]
SCENE = date(2026, 6, 3)


@pytest.fixture(scope="module")
async def mall(
    given: Given, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Mall]:
    """Worked example 1 at redemption, then a hold, a reversal, a merge, and a lapse; closed."""
    with cloned(given.database_url, template, "meguri_test_whatif") as url:
        folder = tmp_path_factory.mktemp("whatif")
        async with serving(settings_for(url, given.redis_url, folder)) as ours:
            await june(ours)
            yield ours


async def june(mall: Mall) -> None:
    """Half a month, with all that can happen to a point."""
    a = await mall.shop("A", "tokushima")
    b = await mall.shop("B", "takamatsu")
    c = await mall.shop("C", "matsuyama")
    await mall.expiry(policy="FIXED_DATE", expires_on=date(2026, 6, 10))
    await mall.expiry(from_on=date(2026, 6, 4))
    m1, m2, m3, m4, m5 = [*await mall.members(3), await mall.member("premium"), await mall.member()]
    days, end = (date(2026, 6, 6), date(2026, 6, 7)), date(2026, 8, 31)
    await mall.campaign("x5", "takamatsu", days, end, 5, {"facility": 1, "tenant": 1})
    await a.sells(m3, yen=22_000)  # lapses on 6/10
    await mall.turn_to(date(2026, 6, 4))
    t1 = await a.sells(m1, yen=11_000)
    await mall.turn_to(date(2026, 6, 6))
    await b.sells(m4, yen=7_700)
    await b.sells(m5, yen=7_700)
    await mall.turn_to(date(2026, 6, 8))
    await b.sells_for_points(m1, points=60, yen=3_240)
    held = (await c.post("/v1/holds", **c.asked(m5, points=91))).json
    asked = {k: v for k, v in c.asked(m5, points=33).items() if k != "card"}
    assert (await c.post(f"/v1/holds/{held['hold_id']}/capture", **asked)).status == 201
    await mall.turn_to(date(2026, 6, 10))
    t4 = await c.sells_for_points(m4, points=300, yen=1_900)
    spent = await a.accepts(m5, points=77)
    await brings_back(c, t4, returned_yen=1_000)
    undone = {k: v for k, v in a.asked(m5).items() if k != "card"}
    done = await a.post("/v1/reversals", **undone, of=spent["slip"], reason="打ち間違い")
    assert done.status == 201, done
    await mall.turn_to(date(2026, 6, 12))
    await brings_back(a, t1, returned_yen=11_000)
    await a.sells(m2, yen=5_500)
    await a.accepts(m2, points=7)
    await sealed(mall)  # so that what is sealed names the head of the journal
    assert (await mall.close(SCENE)).status == 200


async def asked(mall: Mall, **thought: Any) -> Simulated:
    return await simulated(mall, [JUNE], msgspec.convert(thought, Thought))


def by(found: Simulated) -> dict[str, int]:
    return {one.party: one.difference_yen for one in found.parties}


async def test_as_things_were_the_replay_writes_the_sealed_file_byte_for_byte(mall: Mall) -> None:
    """Under the live scheme nothing differs, down to the last byte of the seal."""
    found = await asked(mall)
    sealed = examine(await mall.sealed(SCENE)).seal
    assert (found.agrees, found.differing, found.seals) == (True, (), {JUNE: sealed})
    assert found.parties == ()
    async with mall.hub.pools.bare("worker") as conn:
        assert await off(conn, mall.now) == []


async def test_a_line_that_is_not_what_the_replay_writes_is_named(mall: Mall) -> None:
    """Whoever changes a sealed file and its hashes: the books say otherwise."""
    lines = await mall.sealed(SCENE)
    number, text = next((n, t) for n, t in enumerate(lines, 1) if b'"type":"draw"' in t)
    url = mall.hub.settings.database_url
    async with await AsyncConnection.connect(url, autocommit=True) as owner:
        pieces = await (await owner.execute(PIECES, (20260601,))).fetchall()
        [(piece, body)] = [(n, bytes(body)) for n, body in pieces if text in bytes(body)]
        for forged in (re.sub(rb'"points":(\d+)', rb'"points":1\1', text), text * 2, b""):
            await owner.execute(FORGE, (body.replace(text, forged), 20260601, piece))
            found = await asked(mall)
            await owner.execute(FORGE, (body, 20260601, piece))
            named = f"{JUNE} line {number + (forged == text * 2)} of the sealed file"
            assert (found.agrees, found.differing, found.seals) == (False, (named,), {})
    assert (await asked(mall)).agrees


async def test_paying_at_issue_shows_who_pays_earlier_and_into_what(mall: Mall) -> None:
    found = await asked(mall, funding="at-issue")
    assert (found.agrees, found.unreached_points) == (True, 0)
    assert by(found)["fund"] > 0
    assert sum(by(found).values()) == 0
    for one in found.parties:
        assert [reason.because for reason in one.why] == ["funding"]
        assert sum(line.yen for reason in one.why for line in reason.lines) == one.difference_yen
        assert sum(o.yen for reason in one.why for o in reason.facing) == one.difference_yen


async def test_sharing_the_base_points_moves_half_of_them_to_the_landlord(mall: Mall) -> None:
    found = await asked(mall, shares={"base": {"tenant": 1, "facility": 1}})
    assert found.agrees
    moved = by(found)
    assert moved["tokushima"] < 0 < moved["A"]
    assert sum(moved.values()) == 0


async def test_each_change_has_its_own_reasons_and_they_sum_to_the_difference(mall: Mall) -> None:
    found = await asked(
        mall,
        funding="at-issue",
        breakage="HUB_REVENUE",
        shares={"campaign:x5": {"operator": 2, "tenant": 1}},
        attribution="PROPORTIONAL",
        calendar="WEEKLY",
        cap_points=400,
        tax_bp=800,
        terms=[{"from_on": "2026-06-01", "point_fee_milliyen": 500, "minimum_yen": 100}],
    )
    assert found.agrees
    assert {reason.because for one in found.parties for reason in one.why} >= {
        "cap_points", "shares", "attribution", "funding", "breakage", "terms",
    }  # fmt: skip
    for one in found.parties:
        assert sum(reason.yen for reason in one.why) == one.difference_yen
        assert one.thought_yen - one.live_yen == one.difference_yen
    assert sum(by(found).values()) == 0
    assert [(one.first_on.day, one.last_on.day) for one in found.then] == [
        (1, 7), (8, 14), (15, 15),
    ]  # fmt: skip


async def test_other_cycles_pay_the_same_points(mall: Mall) -> None:
    """Without fees or carries a calendar changes when, not how much."""
    assert (await asked(mall, calendar="DAILY")).parties == ()


async def test_a_least_transfer_is_carried_on_by_the_operator(mall: Mall) -> None:
    found = await asked(mall, terms=[{"from_on": "2026-06-01", "minimum_yen": 1_000_000}])
    assert {line.code for one in found.parties for r in one.why for line in r.lines} == {402}


async def test_a_net_level_splits_what_a_party_gets(mall: Mall) -> None:
    second = await mall.shop("A-2", "matsuyama", of=await owner(mall, "A"), tills=["T02"])
    assert second.tenant == "A"
    found = await asked(mall, terms=[{"from_on": "2026-06-01", "net_level": "SHOP"}])
    (cycle,) = found.then
    assert set(cycle.splits["A"]) == {"", "A", "A-2"}
    assert sum(cycle.splits["A"].values()) == cycle.nets["A"]
    assert found.parties == ()


async def owner(mall: Mall, code: str) -> Any:
    number = await mall.value("SELECT party_id FROM tenants.parties WHERE code = %s", code)
    return SimpleNamespace(tenant=code, tenant_id=number)


async def test_over_http_it_is_the_operators_and_within_limits(mall: Mall) -> None:
    operator = await mall.operator()
    asked = {"cycles": [JUNE], "thought": {"funding": "at-issue"}}
    found = await operator.post("/v1/admin/simulations", **asked)
    assert (found.status, found.json["agrees"]) == (200, True)
    for wrong, slug in (
        ({"cycles": ["2026-06-02"], "thought": {}}, "not-found"),
        ({"cycles": ["2026-06-01", "2026-07-01"], "thought": {}}, "cycles-apart"),
        ({"cycles": [JUNE], "thought": {"shares": {"base": {"nobody": 1}}}}, "validation"),
        ({"cycles": [JUNE], "thought": {"funding": "never"}}, "validation"),
    ):
        assert (await operator.post("/v1/admin/simulations", **wrong)).slug == slug
    with pytest.raises(Exception, match="too-much-history"):
        await simulated(mall, [JUNE], AS_IT_IS, most=3)


async def test_nothing_is_written(mall: Mall) -> None:
    counted = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_all_tables"
    async with mall.hub.pools.bare("auditor") as conn:
        name = mall.hub.closing.name_entry
        await simulate(conn, Simulation((JUNE,), Thought(funding="at-issue")), mall.now, name)
        assert await value(conn, counted) in (0, None)


async def value(conn: AsyncConnection, query: str) -> object:
    row = await (await conn.execute(query.encode())).fetchone()
    return row[0] if row else None


async def test_a_tenant_checks_its_proof_without_the_hub(mall: Mall, tmp_path: Path) -> None:
    """With the file, its statement and the published seal; no network, no database, no settings."""
    office = Client(mall, "C", await mall.register("C", BACKOFFICE, scopes_of(BACKOFFICE)))
    proof = await office.get(f"{CYCLE}/proof")
    assert (proof.status, (await office.get(f"{CYCLE}/proof")).content) == (200, proof.content)
    assert proof.headers["content-type"].startswith("application/x-ndjson")
    statement = await office.get(f"{CYCLE}/statement")
    seal = (await office.get(CYCLE)).json["seal"]
    file, given = tmp_path / "proof.ndjson", tmp_path / "statement.json"
    file.write_bytes(proof.content)
    given.write_bytes(statement.content)
    ran = by_itself("--proof", str(file), "--statement", str(given), "--seal", seal)
    assert ran.returncode == 0, ran.stdout
    assert f"{statement.json['total_yen']:+,} 円" in ran.stdout
    given.write_bytes(statement.content.replace(b'"points":', b'"points":1', 1))
    ran = by_itself("--proof", str(file), "--statement", str(given))
    assert (ran.returncode, ran.stdout[:8]) == (1, "line 1: ")


def by_itself(*asked: str) -> subprocess.CompletedProcess[str]:
    """`meguri verify` in a process that has nothing."""
    program = "from settlement.commands import verify; verify()"
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    command = [sys.executable, "-c", program, *asked]
    return subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)


async def test_a_proof_shows_nothing_that_is_another_partys_alone(mall: Mall) -> None:
    operator = await mall.operator()
    whole = (await operator.get(f"{CYCLE}/seal")).content.splitlines(keepends=True)
    for party in ("A", "B", "C", "takamatsu", "tokushima"):
        answer = await operator.get(f"{CYCLE}/proof", party=party)
        assert prove(answer.content.splitlines(keepends=True)).faults == ()
        shown = set(answer.content.splitlines(keepends=True))
        for text, line in zip(whole, opened(whole), strict=False):
            assert (text in shown) == concerns(line, party), line
        assert not any(
            word in answer.content for word in (b"card", b"member", b"till", b"T01", b"receipt")
        )


async def test_there_is_no_proof_of_what_is_not_ones_own(mall: Mall) -> None:
    office = Client(mall, "A", await mall.register("A", BACKOFFICE, scopes_of(BACKOFFICE)))
    unknown = await office.get("/v1/settlement/cycles/2026-06-02/proof")
    for path, party in (
        ("2026-06-16", "A"), ("1999-01-01", "A"), ("x", "A"), ("2026-06-01", "B"),
        ("2026-06-01", "nobody"), ("2026-06-01", "fund"), ("2026-06-01", "operator"),
    ):  # fmt: skip
        answer = await office.get(f"/v1/settlement/cycles/{path}/proof", party=party)
        assert (answer.status, answer.content) == (404, unknown.content), (path, party)
    everybodys = await (await mall.operator()).get(f"{CYCLE}/proof", party="fund")
    assert everybodys.status == 404
    till = await (await mall.shop("D", "tokushima")).get(f"{CYCLE}/proof")
    assert till.slug == "insufficient-scope"


async def test_at_the_command_line_it_is_a_table_a_sheet_or_json(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {
        "DATABASE_URL": mall.hub.settings.database_url,
        "MEGURI_SECRET": mall.hub.settings.secret,
        "MEGURI_CLOCK": mall.hub.settings.clock,
        "MEGURI_ISSUER": mall.hub.settings.issuer,
    }.items():
        monkeypatch.setenv(name, value)

    async def said(*words: str) -> str:
        result = await asyncio.to_thread(CliRunner().invoke, main, list(words))
        assert result.exit_code == 0, result.output
        return result.stdout

    halves = ("--set", "shares.base=tenant:1,facility:1", "--set", "terms.minimum_yen=0")
    table = await said("whatif", JUNE, *halves)
    assert all(word in table for word in ("tokushima", "負担割合", "差の合計"))
    found = msgspec.json.decode(await said("whatif", JUNE, *halves, "--json"), type=Simulated)
    (tmp_path / "thought.json").write_text('{"shares": {"base": {"tenant": 1, "facility": 1}}}')
    again = await said("whatif", JUNE, "--terms", str(tmp_path / "thought.json"), "--json")
    assert msgspec.json.decode(again, type=Simulated).parties == found.parties
    rows = list(csv.DictReader((await said("whatif", JUNE, *halves, "--csv")).splitlines()))
    whole = {one.party: one.difference_yen for one in found.parties}
    assert {row["party"] for row in rows} == {party for party, yen in whole.items() if yen}
    assert sum(int(row["yen"]) for row in rows) == 0
    file = tmp_path / "proof"
    await said("settlement", "proof", JUNE, "--tenant", "A", "-o", str(file))
    assert await said("verify", "--proof", str(file))
    for wrong in (("funding=never",), ("funding",), ("shares.base=nobody:1",)):
        sets = [word for one in wrong for word in ("--set", one)]
        result = await asyncio.to_thread(CliRunner().invoke, main, ["whatif", JUNE, *sets])
        assert result.exit_code in (1, 2), result.output


async def test_a_receipt_that_was_paid_twice_comes_back_the_last_first(mall: Mall) -> None:
    """A purchase pays with points, and a redemption names its receipt: one sale."""
    shop, (hanako,) = await mall.shop("E", "matsuyama"), await mall.members(1)
    mall.hub.forget()  # as the bell does
    await shop.sells(hanako, yen=11_000)
    sold = shop.sale(hanako, 1_100, points=10)
    assert (await shop.post("/v1/purchases", **sold)).status == 201
    await shop.accepts(hanako, points=7, receipt_no=sold["receipt_no"])
    back = {k: v for k, v in shop.asked(hanako).items() if k != "card"}
    answer = await shop.post("/v1/returns", **back, of=sold["slip"], returned_yen=12)
    assert answer.status == 201, answer
    async with mall.hub.pools.bare("auditor") as conn:
        assert await off(conn, mall.now) == []


async def test_an_open_cycle_is_replayed_too(mall: Mall) -> None:
    """What has been booked so far, and under the scheme of its day."""
    await mall.scheme("at-issue", date(2026, 6, 16))
    shop, (hanako,) = await mall.shop("F", "matsuyama"), await mall.members(1)
    mall.hub.forget()  # as the bell does
    await shop.sells(hanako, yen=11_000)
    found = await simulated(mall, [JUNE, "2026-06-16"], Thought(funding="at-redemption"))
    assert found.agrees
    assert {one.party: one.difference_yen for one in found.parties}["F"] == 100
    assert [one.first_on.day for one in found.then] == [1, 16]

"""A period under another scheme, to the yen; as it was, byte for byte; and each party's proof."""

import asyncio
import csv
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from msgspec import structs
from psycopg import AsyncConnection

from auth.scopes import BACKOFFICE
from deploy.cli import main
from federation.days import TOKYO
from federation.purse import Lot
from settlement.fees import Agreed
from settlement.inclusion import concerns
from settlement.lines import Draw, Party, Scheme
from settlement.verify_proof import prove
from settlement.whatif.asking import Rules
from settlement.whatif.carving import Carver, capped
from settlement.whatif.happened import Happened, Place
from settlement.whatif.replay import Group
from settlement.whatif.simulate import Simulated, Simulation, simulate
from settlement.whatif.thought import AS_IT_IS, Thought, steps
from settlement.whatif.worlds import Parts, Period, World
from tests.conftest import Given
from tests.mall import Client, Mall, scopes_of, serving, settings_for
from tests.races.hubs import cloned
from tests.settlement.papers import opened
from tests.settlement.replays import off, rebuilt
from tests.stories.test_returns import brings_back

JUNE = "2026-06-01"
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
    assert (await mall.close(SCENE)).status == 200


async def asked(mall: Mall, **thought: Any) -> Simulated:
    async with mall.hub.pools.bare("auditor") as conn:
        thinking = msgspec.convert(thought, Thought)
        return await simulate(conn, Simulation((JUNE,), thinking), mall.now)


def by(found: Simulated) -> dict[str, int]:
    return {one.party: one.difference_yen for one in found.parties}


async def test_as_things_were_the_replay_writes_the_sealed_file_byte_for_byte(mall: Mall) -> None:
    async with mall.hub.pools.bare("worker") as conn:
        names = mall.hub.names
        sealed, again = await rebuilt(conn, JUNE, lambda *of: names.seal("entry", *of))
        assert again == sealed
        assert await off(conn, mall.now) == []


async def test_nothing_thought_nothing_differs(mall: Mall) -> None:
    found = await asked(mall)
    assert (found.agrees, found.parties) == (True, ())


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
        cap_points=200,
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
    async with mall.hub.pools.bare("auditor") as conn:
        with pytest.raises(Exception, match="too-much-history"):
            await simulate(conn, Simulation((JUNE,), AS_IT_IS), mall.now, most=3)


async def test_nothing_is_written(mall: Mall) -> None:
    counted = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_all_tables"
    async with mall.hub.pools.bare("auditor") as conn:
        await simulate(conn, Simulation((JUNE,), Thought(funding="at-issue")), mall.now)
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


def test_a_thought_is_laid_out_one_change_upon_the_other() -> None:
    thought = Thought(funding="at-issue", cap_points=5, tax_bp=0)
    assert [name for name, _ in steps(thought)] == ["", "cap_points", "funding", "tax_bp"]
    assert steps(thought)[-1][1] == thought


def lot(points: int, rule: str = "base", part: int = 0) -> Lot:
    return Lot(
        1, 7, part, points, points, 0, 10, 101, 1, None, False, rule, SCENE, date(2028, 3, 31)
    )


def granted(*lots: Lot) -> Happened:
    at = datetime(2026, 6, 3, tzinfo=TOKYO)
    return Happened(
        1, 7, "accrual", 101, 10, 0, SCENE, 20260601, at, None, None, None, None, None, list(lots)
    )


SHARES: list[tuple[dict[str, int], int, list[tuple[int, int]]]] = [
    ({"tenant": 1, "facility": 1}, 45, [(201, 23), (101, 22)]),  # a tie is the landlord's
    ({"operator": 1, "tenant": 1}, 1, [(1, 1)]),
    ({"b": 2, "tenant": 1}, 100, [(102, 67), (101, 33)]),
    ({"facility": 60, "tenant": 40}, 100, [(201, 60), (101, 40)]),
]


@pytest.mark.parametrize(("shares", "points", "carved"), SHARES)
def test_a_grant_is_carved_anew_to_the_point(
    shares: dict[str, int], points: int, carved: list[tuple[int, int]]
) -> None:
    places = {10: Place(10, "a-1", 101, 201)}
    carver = Carver(Thought(shares={"base": shares}), places, {"b": 102}, 1)
    again = carver.lots(granted(lot(points), lot(9, "rank:premium", 1)))
    assert [(one.funder_id, one.points) for one in again] == [*carved, (101, 9)]
    assert [one.part for one in again] == list(range(len(again)))


def test_a_cap_leaves_base_points_before_all_others() -> None:
    kept = capped([lot(70), lot(140, "campaign:x5", 1), lot(140, "campaign:x5", 2)], 171)
    assert [(one.rule, one.points) for one in kept] == [
        ("base", 70), ("campaign:x5", 51), ("campaign:x5", 50),
    ]  # fmt: skip


def test_proportional_attribution_shares_a_spending_over_all_that_is_open() -> None:
    """100 of A's that lapse first and 300 of B's: 80 are 20 and 60, by largest remainder."""
    soon, later = structs.replace(lot(100), expires_on=date(2026, 6, 30)), lot(300)
    later = structs.replace(later, entry_id=8, funder_id=102)
    spent = structs.replace(
        granted(), entry_id=9, kind="redemption", points=-81, of_entry_id=None, lots=[]
    )
    sold = [granted(soon), structs.replace(granted(later), entry_id=8), spent]
    for proportional, drawn in ((False, [(7, 81)]), (True, [(7, 20), (8, 61)])):
        places = {10: Place(10, "a-1", 101, 201)}
        rules = Rules(
            lambda one: one.lots, places, lambda _: False, proportional, proportional, SCENE
        )
        *_, last = Group((1,), rules).replay(copied(sold))
        assert [(row["lot_entry_id"], row["points"]) for row in last.draws] == drawn


def copied(entries: list[Happened]) -> list[Happened]:
    return [
        structs.replace(one, lots=[structs.replace(each) for each in one.lots]) for one in entries
    ]


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
    async with mall.hub.pools.bare("auditor") as conn:
        both = Simulation((JUNE, "2026-06-16"), Thought(funding="at-redemption"))
        found = await simulate(conn, both, mall.now)
    assert found.agrees
    assert {one.party: one.difference_yen for one in found.parties}["F"] == 100
    assert [one.first_on.day for one in found.then] == [1, 16]


def test_what_is_late_stays_late_and_other_cycles_take_it_when_they_are_open() -> None:
    parties = [Party(code, "tenant", code, code) for code in ("a", "b")]
    schemes = {"1": Scheme("1", "at-redemption", date(2020, 4, 1))}
    shut = [datetime(2026, 6, day, 12, tzinfo=TOKYO) for day in (17, 30)]
    live = [
        Period(20260601, date(2026, 6, 1), date(2026, 6, 15), shut[0]),
        Period(20260616, date(2026, 6, 16), date(2026, 6, 30), shut[1]),
    ]
    day = date(2026, 6, 14)
    drawn = Draw("e", 0, "redemption", "base", day, "b", "b-1", "a", 5, "1")
    for calendar, booked_at, cycle_id, late in (
        (None, datetime(2026, 6, 18, tzinfo=TOKYO), 20260616, True),
        ("DAILY", datetime(2026, 6, 14, 9, tzinfo=TOKYO), 20260614, False),
        ("DAILY", datetime(2026, 6, 18, 9, tzinfo=TOKYO), 20260616, True),
        ("MONTHLY", datetime(2026, 6, 18, 9, tzinfo=TOKYO), 20260601, False),
    ):
        thought = msgspec.convert({"calendar": calendar} if calendar else {}, Thought)
        world = World(thought, live, schemes, parties, lambda _: Agreed())
        world.add(Parts(20260616, False, day, booked_at, [], [drawn]))
        (found,) = [
            (name, flow.late) for name, tally in world.tallies.items() for flow in tally.flows()
        ]
        assert found == (cycle_id, late), calendar

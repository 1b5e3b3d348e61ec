"""Files of members: three bad rows hold up nobody, and the points tie to the file."""

import asyncio
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.cli import main
from tests.conftest import Given
from tests.mall import Answered, Mall, settings_for
from tests.office import Office, card, office
from tests.races.hubs import hubs, lay_out, mall_of
from tests.races.test_offline_crash import stalled

HEADER = "カード番号,外部ID,氏名,電話番号,ポイント,有効期限,原資負担者\r\n"
LOTS = """
SELECT json_agg(json_build_array(rule, parties.code, lots.points, expires_on, entries.kind)
    ORDER BY lots.entry_id)
FROM federation.lots
INNER JOIN federation.entries USING (member_id, entry_id)
INNER JOIN tenants.parties ON party_id = lots.funder_id
"""


def file(*rows: str) -> bytes:
    return (HEADER + "".join(f"{row}\r\n" for row in rows)).encode("cp932")


async def approved(sent: Answered, other: Office) -> Answered:
    """Somebody else agrees to the balances of a file."""
    assert sent.status == 202, sent
    answer = await other.client.post(f"/v1/admin/proposals/{sent.json['proposal']}/approve")
    assert answer.status == 201, answer
    return answer


async def settled(clerk: Office, name: str) -> Any:
    """What became of a file, once it is done."""
    for _ in range(6_000):
        told = (await clerk.client.get(f"/v1/admin/imports/{name}")).json
        if told["state"] == "settled":
            return told
        await asyncio.sleep(0.01)
    raise AssertionError(told)


async def test_three_bad_rows_do_not_stop_the_rest(mall: Mall) -> None:
    bakery = await mall.shop("bakery")
    clerk, other = await office(mall), await office(mall)
    hanako, jiro = card(), card()
    sent = await clerk.sends(
        file(
            f"{hanako},A-1,山田 花子,090-1234-5678,1200,2027/3/31,operator",
            "12345,A-2,,,,,",  # no card
            f"{card()},A-3,,,100,2020-01-01,operator",  # over already
            f"{card()},A-4,,,100,,nobody",  # nobody's points
            f"{jiro},,,,300,,bakery",
            ",A-6,佐藤 三郎,,,,",
        )
    )
    assert sent.json["state"] == "proposed"
    refused = {one["line"]: one["faults"] for one in sent.json["refusals"]}
    assert {line: [fault["column"] for fault in faults] for line, faults in refused.items()} == {
        3: ["card"], 4: ["expires_on"], 5: ["funder"],
    }  # fmt: skip
    assert refused[3][0]["ja"] == "形式が正しくありません"
    assert refused[3][0]["en"] == "is not well formed"
    assert await mall.value("SELECT count(*) FROM federation.members") == 0, "nobody agreed yet"
    own = await clerk.client.post(f"/v1/admin/proposals/{sent.json['proposal']}/approve")
    assert own.slug == "second-person-needed"
    await approved(sent, other)
    told = await settled(clerk, sent.json["file"])
    assert (told["rows"], told["booked"], told["refused"], told["waiting"]) == (6, 3, 3, 0)
    assert told["totals"] == [
        {"funder": "bakery", "file_points": 300, "booked_points": 300, "refused_points": 0,
         "waiting_points": 0},
        {"funder": "nobody", "file_points": 100, "booked_points": 0, "refused_points": 100,
         "waiting_points": 0},
        {"funder": "operator", "file_points": 1300, "booked_points": 1200, "refused_points": 100,
         "waiting_points": 0},
    ]  # fmt: skip
    assert await mall.value(LOTS) == [
        ["legacy", "operator", 1200, "2027-03-31", "import"],
        ["legacy", "bakery", 300, "2028-03-31", "import"],
    ]
    looked = await bakery.post("/v1/member-lookups", till="T01", phone="09012345678")
    assert looked.json["name"] == "山* 花*"
    found = await clerk.client.post("/v1/admin/member-searches", external_id="A-6")
    assert found.json["points"] == 0
    kept = "SELECT count(*) FROM tenants.import_rows WHERE content IS NOT NULL"
    async with mall.hub.pools.use("worker") as conn:
        row = await (await conn.execute(kept)).fetchone()
    assert row == (0,), "what a row said is forgotten once it is settled"


async def test_the_same_file_again_changes_nothing(mall: Mall) -> None:
    clerk, other = await office(mall), await office(mall)
    content = file(f"{card()},,,,1200,,operator", f"{card()},,,,50,,operator")
    sent = await clerk.sends(content)
    await approved(sent, other)
    told = await settled(clerk, sent.json["file"])
    again = await other.sends(content)
    assert (again.status, again.json) == (202, told)
    assert again.headers["idempotent-replayed"] == "true"
    assert await mall.value("SELECT sum(points) FROM federation.wallets") == 1_250
    assert await mall.value("SELECT count(*) FROM federation.members") == 2
    slips = "SELECT json_agg(slip ORDER BY slip) FROM federation.slips"
    name = sent.json["file"]
    assert await mall.value(slips) == [f"import:{name}:2", f"import:{name}:3"]
    undone = await clerk.undo(f"import:{name}:2")
    assert undone.status == 201, "a balance brought over by mistake is taken back"
    assert await mall.value("SELECT sum(points) FROM federation.wallets") == 50


async def test_members_without_balances_need_nobodys_approval(mall: Mall) -> None:
    clerk = await office(mall)
    sent = await clerk.sends(file(f"{card()},,,,,,", ",B-2,,,,,"))
    assert (sent.json["state"], "proposal" in sent.json) == ("approved", False)
    assert (await settled(clerk, sent.json["file"]))["booked"] == 2


async def test_who_is_with_us_already_is_found_and_not_doubled(mall: Mall) -> None:
    bakery, (hanako, taro) = await mall.shop("bakery"), await mall.members(2)
    clerk, other = await office(mall), await office(mall)
    await bakery.sells(hanako, yen=1_100)
    assert (await clerk.add(taro, external_id="T-1")).status == 201
    assert (await clerk.write(hanako, name="山田 花子", email="h@example.jp")).status == 200
    gone = await mall.member()
    assert (await clerk.withdraw(gone)).status == 201
    sent = await clerk.sends(
        file(
            f"{hanako.card},H-1,,,90,,operator",
            f"{hanako.card[:-1]}{(int(hanako.card[-1]) + 1) % 10},T-1,,,5,,operator",
            f"{taro.card},H-9,鈴木,,,,",
            f"{gone.card},,,,7,,operator",
            f"{card()},,,,1,,operator",
        )
    )
    await approved(sent, other)
    told = await settled(clerk, sent.json["file"])
    assert told["refused"] == 1
    assert told["refusals"][0]["line"] == 5
    assert await mall.points_of(hanako) == 100
    assert await mall.points_of(taro) == 5, "a new card beside a known id is the same member's"
    profile = (await clerk.client.get(clerk.path(hanako, "/profile"))).json["profile"]
    assert profile == {"name": "山田 花子", "email": "h@example.jp", "external_id": "H-1"}


async def test_a_card_of_one_and_an_id_of_another_are_refused(mall: Mall) -> None:
    hanako, taro = await mall.members(2)
    clerk = await office(mall)
    assert (
        await clerk.add(
            taro,
            external_id="T-1",
        )
    ).status == 201
    assert (await clerk.add(taro, phone="0312345678")).status == 201
    sent = await clerk.sends(
        file(f"{hanako.card},T-1,,,,,", f"{card()},,,03-1234-5678,,,", ",T-2,,,,,")
    )
    told = await settled(clerk, sent.json["file"])
    assert [(one["line"], one["faults"][0]["column"], one["faults"][0]["reason"])
            for one in told["refusals"]] == [
        (2, "external_id", "other-member"), (3, "phone", "other-member"),
    ]  # fmt: skip
    assert told["booked"] == 1


async def test_a_file_that_was_not_agreed_to_leaves_nothing(mall: Mall) -> None:
    clerk, other = await office(mall), await office(mall)
    sent = await clerk.sends(file(f"{card()},,山田 花子,,1200,,operator"))
    path = f"/v1/admin/proposals/{sent.json['proposal']}/reject"
    assert (await other.client.post(path, reason="原資が違う")).status == 200
    told = (await clerk.client.get(f"/v1/admin/imports/{sent.json['file']}")).json
    assert (told["state"], told["refused"]) == ("rejected", 1)
    assert await mall.value("SELECT count(*) FROM federation.members") == 0


@pytest.mark.parametrize("media", ["application/json", "text/plain"])
async def test_only_a_csv_file_is_taken(mall: Mall, media: str) -> None:
    clerk = await office(mall)
    refused = await clerk.sends(file(f"{card()},,,,,,"), **{"content-type": media})
    assert refused.status == 415
    assert (await clerk.sends(b"shoe\n1\n")).slug == "validation"
    assert (await clerk.sends(b"card\n" + b"\x81\n")).slug == "validation"
    assert (await clerk.client.get(f"/v1/admin/imports/{'0' * 32}")).status == 404


async def test_a_kill_in_the_middle_of_a_file_loses_and_doubles_nothing(
    given: Given, database: str, tmp_path: Path
) -> None:
    settings = settings_for(database, given.redis_url, tmp_path)
    async with hubs(settings, tmp_path) as [hub], mall_of(settings, hub.url) as mall:
        await lay_out(mall)
        clerk, other = await office(mall), await office(mall)
        rows = [f"{card()},K-{number},,,{number + 1},,operator" for number in range(1_500)]
        rows[700] = "no card,,,,5,,operator"
        sent = await clerk.sends(file(*rows))
        await approved(sent, other)
        for table in ("federation.members", "federation.lots", "tenants.import_rows"):
            async with stalled(settings, table):
                hub.send(SIGKILL)
                assert await hub.gone() == -SIGKILL
            hub.start()
            await hub.ready()
        clerk.client._token = ""
        told = await settled(clerk, sent.json["file"])
        (total,) = told["totals"]
        whole = sum(range(1, 1_501)) - 701
        assert (told["booked"], told["refused"]) == (1_499, 1)
        assert (total["booked_points"], total["refused_points"]) == (whole, 5)
        assert await mall.value("SELECT sum(points) FROM federation.wallets") == whole
        assert await mall.value("SELECT count(*) FROM federation.members") == 1_499
        assert await mall.value("SELECT count(*) FROM federation.lots") == 1_499
        assert await mall.broken() == []


async def test_the_command_line_takes_a_file_in_and_shows_how_far_it_is(
    mall: Mall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in mall.hub.settings.env().items():
        monkeypatch.setenv(name, value)
    path = tmp_path / "members.csv"

    async def meguri(*words: str) -> Any:
        return await asyncio.to_thread(CliRunner().invoke, main, ["members", *words])

    path.write_bytes(file(f"{card()},,,,,,", "12345,,,,,,"))
    looked = await meguri("import", str(path), "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert "✗ 3: card 形式が正しくありません / is not well formed" in looked.output
    assert await mall.value("SELECT count(*) FROM tenants.imports") == 0
    taken = await meguri("import", str(path))
    assert taken.exit_code == 0, taken.output
    assert "1 件 / rows · ✗ 1 · settled" in taken.output
    path.write_bytes(file(f"{card()},,,,40,,operator"))
    waits = await meguri("import", str(path))
    assert "承認待ち" in waits.output, waits.output
    proposal = waits.output.rpartition("/v1/admin/proposals/")[2].partition("/")[0]
    clerk = await office(mall)
    agreed = await clerk.client.post(f"/v1/admin/proposals/{proposal}/approve")
    assert agreed.status == 201, agreed
    await settled(clerk, agreed.json["file"])
    again = await meguri("import", str(path))
    assert "operator  40 pt = 計上 / booked 40 " in again.output

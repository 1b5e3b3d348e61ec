"""What finance people read: documents that are kept as they were issued, days, and what is behind
a line."""

import asyncio
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any

import openpyxl
import psycopg
import pytest
from pypdf import PdfReader

from deploy import papers_commands
from deploy.papers_commands import issue_all
from settlement.paper.issue import MEDIA
from tests.mall import Answered, Client, Mall, Shop

JUNE = date(2026, 6, 3)
CYCLE = "/v1/settlement/cycles/2026-06-01"
PROFILE = {
    "from_on": "2026-04-01",
    "legal_name": "株式会社髙島﨑ベーカリー",
    "postal_code": "770-0831",
    "address": "徳島県徳島市寺島本町西一丁目61番地",
    "reason": "契約書どおり",
}


async def document(client: Client, kind: str, **query: Any) -> Answered:
    """A statement as a document."""
    told = {key: str(value).lower() for key, value in query.items()}
    accept = {"accept": MEDIA[kind]}  # type: ignore[index]
    return await client.ask("GET", f"{CYCLE}/statement", params=told, headers=accept)


async def profile(mall: Mall, party: str, **more: Any) -> Answered:
    """Who a party is on paper."""
    operator = await mall.operator()
    path = f"/v1/admin/parties/{party}/profile"
    return await operator.ask("PUT", path, json={**PROFILE, **more})


def text_of(answer: Answered) -> str:
    """A PDF's words."""
    pages = PdfReader(BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


async def test_a_statement_is_issued_once_and_is_the_same_ever_after(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    assert (await profile(mall, "bakery")).status == 200
    number = "T7123456789012"
    hub = await profile(mall, "operator", legal_name="ハブ社", registration_number=number)
    assert hub.json["warnings"] == []
    bakery = await mall.office(trade[0])
    for kind in ("pdf", "xlsx"):
        first = await document(bakery, kind)
        assert (first.status, first.headers["content-type"]) == (200, MEDIA[kind])  # type: ignore[index]
        assert first.headers["etag"] == f'"{sha256(first.content).hexdigest()}"'
        await mall.turn_to(date(2026, 7, 20))
        await profile(mall, "bakery", legal_name="改名後")
        assert (await document(bakery, kind)).content == first.content
    words = text_of(await document(bakery, "pdf"))
    wanted = (
        "株式会社髙島﨑ベーカリー御中", "ハブ社", "▲170", "▲93", "2026/06/04（木）",
        "発行日2026年6月17日",
    )  # fmt: skip
    assert [one for one in wanted if one not in words] == []
    assert number not in words, "nobody has approved it yet"
    assert "未使用残高（期首）0未使用残高（期末）160" in words
    book = openpyxl.load_workbook(BytesIO((await document(bakery, "xlsx")).content))
    assert book["日別"].max_row == 1 + 7


async def test_only_the_operator_issues_a_paper_again_under_a_number(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery, operator = await mall.office(trade[0]), await mall.operator()
    first = await document(bakery, "pdf")
    refused = await document(bakery, "pdf", reissue=True)
    assert (refused.status, refused.slug) == (403, "reissued-by-operator")
    again = await document(operator, "pdf", party="bakery", reissue=True)
    assert (first.headers["issue-number"], again.headers["issue-number"]) == ("0", "1")
    assert "再発行1" in text_of(again)
    assert "再発行" not in text_of(first)
    assert (await document(bakery, "pdf")).content == again.content
    kept = await mall.value("SELECT count(*) FROM settlement.papers WHERE sha256 = sha256(body)")
    assert kept == 2, "what was issued first is kept too"


async def test_a_paper_that_is_asked_for_many_times_at_once_is_issued_once(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery = await mall.office(trade[0])
    found = await asyncio.gather(*(document(bakery, "pdf") for _ in range(4)))
    assert len({one.content for one in found}) == 1
    assert await mall.value("SELECT count(*) FROM settlement.papers") == 1


async def test_issued_papers_are_found_by_day_amount_and_party(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery, operator = await mall.office(trade[0]), await mall.operator()
    first = await document(bakery, "pdf")
    await mall.turn_to(date(2026, 6, 18))
    for party in ("bookshop", "bakery"):
        await document(operator, "pdf", party=party, reissue=True)

    async def found(client: Client, **asked: Any) -> list[tuple[str, int]]:
        told = (await client.get("/v1/settlement/papers", **asked)).json["papers"]
        return [(one["party"], one["issue"]) for one in told]

    assert await found(operator) == [("bakery", 0), ("bakery", 1), ("bookshop", 0)]
    assert await found(bakery) == [("bakery", 0), ("bakery", 1)], "its own, and no one else's"
    assert await found(bakery, party="bookshop") == []
    assert await found(operator, party="bookshop") == [("bookshop", 0)]
    assert await found(operator, least_yen=0) == [("bookshop", 0)]
    assert await found(operator, most_yen=-93, from_on="2026-06-15", to_on="2026-06-15") == [
        ("bakery", 0), ("bakery", 1),
    ]  # fmt: skip
    assert await found(operator, from_on="2026-06-16") == await found(operator, least_yen=94) == []
    page = (await operator.get("/v1/settlement/papers", limit=1)).json
    proof = page["papers"][0]
    assert proof["sha256"] == sha256(first.content).hexdigest()
    assert (proof["total_yen"], proof["bytes"]) == (-93, len(first.content))
    later = (await operator.get("/v1/settlement/papers", limit=2, after=page["next"])).json
    assert ([one["issue"] for one in later["papers"]], later["next"]) == ([1, 0], None)
    assert (await bakery.get("/v1/settlement/papers", after=page["next"])).status == 404


async def test_nobody_gets_another_s_paper_or_one_of_an_open_cycle(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery = await mall.office(trade[0])
    assert (await document(bakery, "pdf", party="bookshop")).status == 404
    accept = {"accept": MEDIA["pdf"]}
    path = "/v1/settlement/cycles/2026-06-16/statement"
    assert (await bakery.ask("GET", path, headers=accept)).status == 404
    for path in (f"{CYCLE}/days", f"{CYCLE}/lines/121/entries"):
        assert (await bakery.get(path, party="bookshop")).status == 404


async def test_papers_and_profiles_are_written_once_and_seen_by_their_own_party(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    await profile(mall, "bakery")
    await document(await mall.office(trade[0]), "pdf")
    for table in ("papers", "profiles"):
        async with mall.hub.pools.reader(trade[1].tenant_id) as conn:
            assert (await conn.execute(f"SELECT FROM settlement.{table}")).rowcount == 0
        async with mall.hub.pools.reader(trade[0].tenant_id) as conn:
            assert (await conn.execute(f"SELECT FROM settlement.{table}")).rowcount == 1
        for change in (
            f"DELETE FROM settlement.{table}",
            f"UPDATE settlement.{table} SET lang = ''",
        ):
            async with mall.hub.pools.bare("worker") as conn:
                with pytest.raises(psycopg.Error):
                    await conn.execute(change)


async def test_a_profile_holds_from_its_day_and_is_mended_by_another(mall: Mall) -> None:
    await mall.shop("bakery")
    odd = await profile(mall, "bakery", registration_number="T1123456789012")
    assert odd.json["warnings"] == ["registration-number-check-digit"], "warned about, and taken"
    await profile(mall, "bakery", legal_name="次の名", from_on="2026-10-01")
    mended = await profile(mall, "bakery", legal_name="訂正後")
    assert mended.json["legal_name"] == "訂正後"
    operator = await mall.operator()
    rows = (await operator.get("/v1/admin/parties/bakery/profile")).json["profiles"]
    assert [row["legal_name"] for row in rows] == ["次の名", "訂正後", PROFILE["legal_name"]]
    assert (await profile(mall, "nobody")).status == 404
    assert (await profile(mall, "bakery", registration_number="T1")).slug == "validation"
    assert (await profile(mall, "bakery", postal_code="7700831")).slug == "validation"
    assert (await operator.get("/v1/admin/parties/operator/profile")).status == 404


async def test_the_days_of_a_statement_come_to_its_lines(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery = await mall.office(trade[0])
    days = (await bakery.get(f"{CYCLE}/days")).json["days"]
    assert [
        (d["business_date"], d["code"], d["points"], d["entries"], d.get("yen")) for d in days
    ] == [
        ("2026-06-03", 121, 140, 2, -140),
        ("2026-06-03", 201, 40, 1, 40),
        ("2026-06-03", 801, 300, 2, None),
        ("2026-06-03", 831, 300, 2, None),
        ("2026-06-04", 121, 30, 1, -30),
        ("2026-06-04", 131, 30, 1, 30),
        ("2026-06-04", 201, 7, 1, 7),
    ]
    told = await bakery.ask("GET", f"{CYCLE}/days", headers={"accept": "text/csv"})
    assert b"20260601-bakery,2026-06-01,bakery,2026-06-03,121,," in told.content
    for party in ("operator", "fund", "tokushima", "bookshop"):
        assert (await (await mall.operator()).get(f"{CYCLE}/days", party=party)).status == 200


async def test_a_funder_sees_day_points_and_place_and_never_receipt_till_or_member(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    bakery, bookshop = [await mall.office(shop) for shop in trade]
    found = (await bakery.get(f"{CYCLE}/lines/121/entries")).json["entries"]
    assert [(one["shop"], one["points"], one["business_date"]) for one in found] == [
        ("bookshop", 30, "2026-06-04"), ("bakery", 40, "2026-06-03"),
        ("bookshop", 100, "2026-06-03"),
    ]  # fmt: skip
    elsewhere, own = found[0], found[1]
    shown = {"entry", "business_date", "kind", "points", "yen", "shop", "facility"}
    assert elsewhere.keys() == shown
    assert {"member", "till", "slip", "at"} <= own.keys()
    assert (await bakery.get(f"/v1/entries/{elsewhere['entry']}")).status == 404
    theirs = (await bookshop.get(f"{CYCLE}/lines/201/entries")).json["entries"]
    assert theirs[0]["entry"] == elsewhere["entry"], "both name it alike"
    assert theirs[0]["till"] == "T01"
    everything = await (await mall.operator()).get(f"{CYCLE}/lines/121/entries", party="bakery")
    assert all("till" in one for one in everything.json["entries"])


async def test_the_entries_behind_each_line_come_to_it_page_by_page(
    mall: Mall, trade: tuple[Shop, Shop]
) -> None:
    operator = await mall.operator()
    for party in ("bakery", "bookshop"):
        told = (await operator.get(f"{CYCLE}/statement", party=party)).json
        for line in told["lines"][:-1]:
            path, found, after = f"{CYCLE}/lines/{line['code']}/entries", [], {}
            while True:
                page = (await operator.get(path, party=party, limit=1, **after)).json
                found += page["entries"]
                if page["next"] is None:
                    break
                after = {"after": page["next"]}
            assert sum(one["points"] for one in found) == line["points"]
            assert sum(one.get("yen", 0) for one in found) == line.get("yen", 0)
            assert len({one["entry"] for one in found}) == len(found) == line["entries"]
    bakery = await mall.office(trade[0])
    first = await operator.get(f"{CYCLE}/lines/121/entries", party="bakery", limit=1)
    stolen = await bakery.get(f"{CYCLE}/lines/121/entries", after=first.json["next"])
    assert stolen.status == 404
    for code in ("999", "401"):
        assert (await bakery.get(f"{CYCLE}/lines/{code}/entries")).status == 404


async def test_the_command_line_issues_what_is_not_issued_yet(
    mall: Mall, trade: tuple[Shop, Shop], tmp_path: Any
) -> None:
    first = await document(await mall.office(trade[0]), "pdf")
    made, kept = await issue_all(mall.hub.settings, 2026_06_01, ("pdf",), tmp_path)
    parties = await mall.value("SELECT count(*) FROM tenants.parties")
    assert (made, kept) == (parties - 1, 1)
    assert (tmp_path / "meguri-20260601-bakery.pdf").read_bytes() == first.content
    assert await issue_all(mall.hub.settings, 2026_06_01, ("pdf",), None) == (0, parties)


class Killed(Exception):
    """The process died here."""


async def test_issuing_that_was_cut_short_goes_on_with_what_is_missing(
    mall: Mall, trade: tuple[Shop, Shop], monkeypatch: pytest.MonkeyPatch
) -> None:
    left, keep = 3, papers_commands.keep

    async def dying(*sent: Any) -> Any:
        nonlocal left
        left -= 1
        if not left:
            raise Killed
        return await keep(*sent)

    with monkeypatch.context() as patch:
        patch.setattr(papers_commands, "keep", dying)
        with pytest.raises(Killed):
            await issue_all(mall.hub.settings, 2026_06_01, ("xlsx",), None)
    parties = await mall.value("SELECT count(*) FROM tenants.parties")
    assert await issue_all(mall.hub.settings, 2026_06_01, ("xlsx",), None) == (parties - 2, 2)
    assert await issue_all(mall.hub.settings, 2026_06_01, ("xlsx",), None) == (0, parties)
    assert await mall.value("SELECT count(*) FROM settlement.papers") == parties

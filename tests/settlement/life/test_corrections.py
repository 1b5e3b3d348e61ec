"""What a decided dispute left stands in the next cycle's statements and sealed file, on both sides
of the line; the sealed one stays as it was."""

from datetime import date, time
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from pypdf import PdfReader

from settlement import agreeing
from settlement.verify import verify
from tests.mall import WHY, Answered, Mall, Shop
from tests.settlement.life.offices import CYCLE, JUNE, Finance
from tests.settlement.life.test_disputes import decided, dues, objection
from tests.settlement.recompute import recompute
from tests.settlement.test_verify import stated

SECOND, THIRD = date(2026, 6, 16), date(2026, 7, 1)
NEXT = "2026-06-16"
NUMBER = "T7123456789012"


async def trading(mall: Mall, **terms: Any) -> tuple[Finance, Shop, Shop]:
    """A bakery whose 1,000 points a bookshop honoured; shown, and open to objections."""
    bakery, bookshop = await mall.shops("bakery", "bookshop")
    hanako = await mall.member()
    await bakery.sells(hanako, yen=330_000)
    await bookshop.accepts(hanako, points=1_000)
    if terms:
        await mall.terms(**terms)
    finance = Finance(mall)
    await finance.opens("bakery", "bookshop")
    assert (await mall.close(JUNE)).status == 200
    assert (await finance.confirms()).status == 200
    return finance, bakery, bookshop


async def disputes(finance: Finance, shop: Shop, code: int, yen: int, **ruling: Any) -> None:
    office = await finance.mall.office(shop)
    asked = await office.post("/v1/settlement/disputes", **objection(code=code, yen=yen))
    assert asked.status == 201, asked
    await decided(finance.mall, asked.json["dispute"], **ruling)


async def settled_lines(mall: Mall, day: date, party: str) -> dict[tuple[str, int], int]:
    """What disputes left in a statement: whether held or corrected, the code, the yen."""
    told = await mall.statement(day, party)
    return {
        (one["settles"], one["original"]): one["yen"]
        for one in told["lines"]
        if "settles" in one and one["of_cycle"] == CYCLE and one["code"] == 401
    }


async def proves(mall: Mall, day: date, tmp_path: Path) -> None:
    """Its file verifies, and others compute the same statements from it alone."""
    file = await mall.sealed(day)
    assert verify(file) == []
    path = tmp_path / f"{day}"
    path.write_bytes(b"".join(file))
    assert recompute(path) == stated(path)
    assert await mall.broken() == []


async def test_what_was_sealed_and_what_was_adjusted_is_what_is_true(
    mall: Mall, tmp_path: Path
) -> None:
    """1,000 were sealed, 300 of them held, then 250 of those found wrong: 750 were true."""
    finance, bakery, bookshop = await trading(mall)
    sealed = await mall.sealed(JUNE)
    await disputes(finance, bakery, 121, 300, outcome="upheld", adjusted_yen=250)
    held = await dues(finance, CYCLE, bakery, bookshop)
    await mall.close(SECOND)
    assert await settled_lines(mall, SECOND, "bakery") == {
        ("released", 121): -300, ("corrected", 121): 250,
    }  # fmt: skip
    assert await settled_lines(mall, SECOND, "bookshop") == {
        ("released", 201): 300, ("corrected", 201): -250,
    }  # fmt: skip
    assert await mall.nets(SECOND) == {"bakery": -50, "bookshop": 50}
    assert await mall.sealed(JUNE) == sealed, "what was sealed stays"
    await proves(mall, SECOND, tmp_path)

    assert (await finance.confirms(NEXT)).status == 200
    later = await dues(finance, NEXT, bakery, bookshop)
    assert (held, later) == ([-700, 700], [-50, 50]), "paid as stated, and no yen twice"
    told = await finance.due(bakery, NEXT)
    assert {one["in_statement"] for one in told["beside"]} == {True}
    assert told["statement_yen"] == told["due_yen"] == -50
    assert [one["yen"] for one in told["payments"]] == [-50]
    total = (await mall.nets(JUNE))["bakery"]
    corrected = (await settled_lines(mall, SECOND, "bakery"))["corrected", 121]
    assert total + corrected == sum((*held[:1], *later[:1])) == -750


async def test_what_is_decided_once_the_next_cycle_is_stated_stands_in_the_one_after(
    mall: Mall, tmp_path: Path
) -> None:
    finance, bakery, bookshop = await trading(mall)
    office = await mall.office(bakery)
    asked = await office.post("/v1/settlement/disputes", **objection(yen=300))
    await mall.close(SECOND)
    file = await mall.sealed(SECOND)
    ruled = await decided(mall, asked.json["dispute"], outcome="rejected")
    assert ruled["paid_in"] == "2026-07-01"
    assert (await finance.confirms(NEXT)).status == 200
    assert await dues(finance, NEXT, bakery, bookshop) == [0, 0]
    await mall.close(THIRD)
    assert await settled_lines(mall, THIRD, "bookshop") == {("released", 201): 300}
    assert await mall.sealed(SECOND) == file
    await proves(mall, THIRD, tmp_path)


async def test_a_corrected_fee_takes_its_tax_along_and_names_the_invoice(
    mall: Mall, tmp_path: Path
) -> None:
    """301 is 3,000 points × 0.5 円; 200 of it were too much, and so were 20 of the tax, at 10 %,
    though the next cycle is taxed at 12 %."""
    finance, bakery, _ = await trading(mall, point_fee_milliyen=500)
    async with mall.hub.pools.use("worker") as conn:
        await agreeing.set_tax(conn, SECOND, 1_200, WHY)
    await disputes(finance, bakery, 301, 200, outcome="upheld")
    await mall.turn_to(date(2026, 6, 20))
    await bakery.sells(await mall.member(), yen=110_000)
    await mall.close(SECOND)
    assert await settled_lines(mall, SECOND, "bakery") == {
        ("released", 301): -200, ("corrected", 301): 200, ("corrected", 601): 20,
    }  # fmt: skip
    assert await settled_lines(mall, SECOND, "operator") == {
        ("released", 311): 200, ("corrected", 311): -200, ("corrected", 611): -20,
    }  # fmt: skip
    await proves(mall, SECOND, tmp_path)
    office = await mall.office(bakery)
    text = text_of(await document(office, NEXT))
    assert "課税10%" in text
    assert "課税12%" in text
    assert "対象の請求書20260601-bakery" in text
    assert "前期分調整（2026-06-01期の訂正）・システム利用料（従量）" in text


async def test_the_fund_holds_what_is_outstanding_whatever_is_corrected(
    mall: Mall, tmp_path: Path
) -> None:
    """At issue the fund was paid for every point; points of a corrected line are still out, and it
    is the operator that bears them."""
    await mall.scheme("at-issue", date(2026, 6, 1))
    finance, bakery, _ = await trading(mall)
    await disputes(finance, bakery, 101, 400, outcome="upheld", adjusted_yen=100)
    await mall.close(SECOND)
    assert await settled_lines(mall, SECOND, "fund") == {("released", 701): 400}
    assert await settled_lines(mall, SECOND, "operator") == {("corrected", 701): -100}
    assert await settled_lines(mall, SECOND, "bakery") == {
        ("released", 101): -400, ("corrected", 101): 100,
    }  # fmt: skip
    await proves(mall, SECOND, tmp_path)
    operator = await mall.operator()
    books = (await operator.get(f"/v1/settlement/cycles/{NEXT}/journals")).json["journals"]
    [journal] = [one for one in books if one["text"] == "前期分の訂正"]
    moves = {(one["account"], one["sub"]): one["yen"] for one in journal["moves"]}
    assert moves == {("販売促進費", ""): 100, ("未収入金", "bakery"): -100}


async def test_a_paper_is_provisional_until_somebody_approves_and_then_says_who(
    mall: Mall,
) -> None:
    finance, bakery, _ = await trading(mall, point_fee_milliyen=500)
    office, operator = await mall.office(bakery), await mall.operator()
    known = {
        "from_on": "2026-01-01", "legal_name": "ハブ社", "postal_code": "760-0011",
        "address": "香川県高松市浜ノ町1番20号", "registration_number": NUMBER, "reason": "届出",
    }  # fmt: skip
    written = await operator.ask("PUT", "/v1/admin/parties/operator/profile", json=known)
    assert written.status == 200, written
    early = await document(office, CYCLE)
    assert (await document(office, CYCLE)).content == early.content
    await mall.turn_to(date(2026, 6, 23), time(10, 0))
    await finance.approves()
    final = await document(office, CYCLE)
    assert (early.headers["issue-number"], final.headers["issue-number"]) == ("0", "1")
    assert (await document(office, CYCLE)).content == final.content
    again = await document(operator, CYCLE, party="bakery", reissue="true")
    assert again.headers["issue-number"] == "2"
    listed = (await office.get("/v1/settlement/papers")).json["papers"]
    assert [(one["issue"], one["edition"]) for one in listed] == [
        (0, "provisional"), (1, "final"), (2, "final"),
    ]  # fmt: skip
    before, after, reissued = text_of(early), text_of(final), text_of(again)
    for said in ("精算書速報", "本書は承認前の速報です。適格請求書ではありません。"):
        assert said in before
    for said in (NUMBER, "兼適格請求書", "適格請求書の記載事項", "ご請求額", "masao"):
        assert said not in before
    for said in (NUMBER, "精算書兼適格請求書", "適格請求書の記載事項"):
        assert said in after
        assert said in reissued
    assert "速報" not in after
    for said in ("確定", "起案", "確認", "承認", "masao", "2026年6月23日10:00", "****111"):
        assert said in after
    assert "再発行" not in after
    assert "再発行1" in reissued
    sheet = openpyxl.load_workbook(BytesIO((await document(office, CYCLE, "xlsx")).content)).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "確定" in cells
    assert "masao　2026年6月23日 10:00" in cells
    assert any("****111" in cell for cell in cells)
    await finance.sends()
    await mall.close(SECOND)
    later = text_of(await document(operator, NEXT, party="bookshop"))
    assert "前回差引額20260601-bookshop1,000" in later
    assert "前回入出金額0" in later


async def document(client: Any, cycle: str, kind: str = "pdf", **query: str) -> Answered:
    """A statement on paper."""
    accept = {
        "pdf": "application/pdf",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }[kind]
    path = f"/v1/settlement/cycles/{cycle}/statement"
    answer: Answered = await client.ask("GET", path, params=query, headers={"accept": accept})
    assert answer.status == 200, answer
    return answer


def text_of(answer: Answered) -> str:
    """A PDF's words."""
    pages = PdfReader(BytesIO(answer.content)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)

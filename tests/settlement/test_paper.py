"""A paper says all that its reader needs, and looks the same for ever."""

from datetime import date
from io import BytesIO

import msgspec
import openpyxl
import pytest
from msgspec import UNSET
from pypdf import PdfReader

from settlement.lines import Party
from settlement.paper import form as forms
from settlement.paper.form import form, yen
from settlement.paper.labels import LABELS
from settlement.paper.paper import Before, DayLine, Lang, Paper, Signature, bare
from settlement.paper.pdf import pdf
from settlement.paper.registration import is_corporate
from settlement.paper.tax import summed, tax_of
from settlement.paper.xlsx import xlsx
from settlement.statement import CATALOGUE, StatementLine
from tests.settlement.sheets import DAYS, HUB, ISSUED_AT, OWING, SHOP, paper, statement

# Lines that are not in every catalogue yet: fees, carried over, the tax on fees.
FEES = ((101, 300, 3, -300), (111, 69, 1, 69), (301, 0, 0, -100), (601, 0, 0, -10))


@pytest.fixture(autouse=True)
def whole_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fees and taxes have names, whether a cycle charges them yet or not."""
    for code, name in ((301, "システム利用料（従量）"), (601, "消費税（10%）"), (402, "前期繰越")):
        if code not in CATALOGUE:
            monkeypatch.setitem(CATALOGUE, code, (name, f"Line {code}"))


def read(one: Paper) -> tuple[str, list[str], int]:
    """A paper's text without white space, the fonts that are embedded, its pages."""
    pages = PdfReader(BytesIO(pdf(one))).pages
    fonts = {
        str(font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]["/FontName"])
        for page in pages
        for font in page["/Resources"]["/Font"].values()
        if "/FontFile2" in font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
    }
    text = "".join("".join(page.extract_text().split()) for page in pages)
    return text, sorted(fonts), len(pages)


REQUIRED = (
    "精算書兼請求書", "株式会社髙島﨑ベーカリー", "御中", "四国ポイントハブ株式会社", "〒760-0011",
    "登録番号T7123456789012", "20260601-A", "2026年6月1日〜6月15日", "2026年6月17日12:00",
    "お支払期日", "2026年6月30日", "ご請求額", "130円", "121", "ポイント負担金・利用分（通常）",
    "Ownpointsused(base)", "不課税", "▲180", "差引精算額", "▲130", "不課税取引計", "日計との照合",
    "起案", "確認", "承認", "前回差引額20260516-A", "▲341", "前回入出金額", "341（2026年6月15日）",
    "テスト銀行****567",
    "精算担当",
    "087-000-0000", "日別小計", "2026/06/03（水）", "日計", "1/2", "2/2", "台帳番号123",
)  # fmt: skip


def test_everything_a_finance_department_needs_is_in_the_pdf() -> None:
    before = Before("20260516-A", -341, 341, date(2026, 6, 15))
    text, fonts, pages = read(paper(days=DAYS, before=before, account="テスト銀行 ****567"))
    assert [one for one in REQUIRED if one not in text] == []
    assert sorted(one.partition("+")[2] for one in fonts) == [
        "BIZUDPGothic-Bold",
        "BIZUDPGothic-Regular",
    ]
    assert pages == 2


def test_a_reissued_invoice_has_its_number_tax_and_signatures_on_the_first_page() -> None:
    signed = [
        Signature("drafted", "徳島 花子", ISSUED_AT),
        Signature("confirmed", "高松 三郎", ISSUED_AT),
        Signature("approved", "松山 四郎", ISSUED_AT),
    ]
    lines = (*FEES, (211, 100, 0, -5), (302, 0, 0, -3_300), (402, 0, 0, -210), (831, 300, 3, None))
    one = paper(lines, days=DAYS, signatures=tuple(signed), edition="final", issue=2)
    [first, *_] = PdfReader(BytesIO(pdf(one))).pages
    text = "".join(first.extract_text().split())
    required = (
        "精算書兼適格請求書", "確定", "再発行2", "登録番号T7123456789012", "適格請求書の記載事項",
        "10%3,405103,415", "お支払期日2026年6月30日", "問合せ先精算担当電話087-000-0000",
        "起案", "確認", "承認", "徳島花子", "高松三郎", "松山四郎", "2026年6月17日12:05", "1/2",
    )  # fmt: skip
    assert [word for word in required if word not in text] == []


def test_the_same_paper_is_the_same_bytes() -> None:
    one = paper(days=DAYS)
    assert pdf(one) == pdf(one)
    assert xlsx(one) == xlsx(one)
    assert b"pdfaid:part>2" in pdf(one)


def test_a_paper_without_a_line_says_so_on_one_page() -> None:
    text, _, pages = read(paper(()))
    assert "この期の精算はありません。" in text
    assert "差引精算額0円" in text
    assert pages == 1


def test_sixty_lines_take_three_pages_with_their_head_on_each() -> None:
    lines = tuple((401, n, 1, -n) for n in range(1, 61))
    told = statement(lines)
    told = msgspec.structs.replace(
        told,
        lines=tuple(
            msgspec.structs.replace(line, name="前期分調整・ポイント発行負担金（ランク・誕生月等）")
            if line.code == 401
            else line
            for line in told.lines
        ),
    )
    long_name = msgspec.structs.replace(SHOP, legal_name="株式会社" + "長い名前のテナント運営" * 5)
    text, _, pages = read(paper(statement=told, addressee=long_name))
    assert pages == 3
    assert text.count("税区分") == 3
    assert "▲60" in text


def test_amounts_below_nothing_bear_a_triangle() -> None:
    assert [yen(amount) for amount in (0, 1234, -1234)] == ["0", "1,234", "▲1,234"]


def test_fees_make_the_statement_an_invoice() -> None:
    text, _, _ = read(paper(FEES))
    assert "精算書兼適格請求書" in text
    assert "適格請求書の記載事項" in text
    assert "10%10010110" in text
    assert form(paper(FEES)).summary == (
        ("課税取引（税込）", "▲110"), ("不課税取引計", "▲231"), ("差引精算額", "▲341"),
    )  # fmt: skip


def test_only_one_of_two_documents_is_the_invoice() -> None:
    other = msgspec.structs.replace(SHOP, invoice_document="DEPOSIT_STATEMENT")
    text, _, _ = read(paper(FEES, addressee=other))
    assert "適格請求書は売上預り金返還明細書です" in text
    assert "T7123456789012" not in text
    assert "精算書兼請求書" in text
    nobody = msgspec.structs.replace(HUB, registration_number=None)
    assert form(paper(FEES, issuer=nobody)).title == "精算書 兼 請求書"


@pytest.mark.parametrize(
    ("lines", "kind", "title"),
    [
        (((201, 300, 1, 300), (301, 0, 0, -8)), "tenant", "精算書 兼 適格請求書 兼 支払通知書"),
        (((201, 300, 1, 300),), "tenant", "精算書 兼 支払通知書"),
        (((301, 0, 0, 50), (601, 0, 0, 5)), "tenant", "精算書 兼 適格返還請求書 兼 支払通知書"),
        (((121, 5, 1, -5),), "facility", "精算書 兼 請求書"),
        ((), "tenant", "精算書"),
        (((701, 5, 1, 5),), "fund", "精算書（控）"),
    ],
)
def test_the_title_says_what_the_paper_is(
    lines: tuple[tuple[int, int, int, int]], kind: str, title: str
) -> None:
    assert form(paper(lines, kind=kind)).title == title


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize(
    "lines",
    [
        FEES,
        ((201, 300, 1, 300), (301, 0, 0, -8)),
        ((301, 0, 0, 50), (601, 0, 0, 5)),
        ((121, 5, 1, -5),),
        (),
    ],
)
def test_a_provisional_paper_is_no_invoice_no_request_and_no_notice(
    lines: tuple[tuple[int, int, int, int]], lang: Lang
) -> None:
    early = paper(lines, edition="provisional", lang=lang)
    known, words = form(early), LABELS[lang]
    assert (known.title, known.edition) == (words["statement"], words["provisional"])
    assert known.issuer.registration == ""
    assert known.invoice_title == words["fees_block"]
    asked = {words[one] for one in ("to_pay", "to_bill", "greeting_to_pay", "greeting_to_bill")}
    assert {known.net_label, known.greeting} & asked == set()
    text, _, _ = read(early)
    said = {"ja": "適格請求書ではありません", "en": "noqualifiedinvoice"}[lang]
    assert said in text
    assert "T7123456789012" not in text
    cells = [
        str(cell.value)
        for row in openpyxl.load_workbook(BytesIO(xlsx(early))).worksheets[0].iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert said in "".join("".join(cells).split())
    assert [one for one in cells if "T7123456789012" in one] == []
    assert known.title in cells
    final, _, _ = read(paper(lines, lang=lang))
    assert said not in final


def test_a_provisional_paper_says_what_is_going_to_be_paid_or_billed() -> None:
    due = form(paper(FEES, edition="provisional"))
    assert (due.net_label, due.net) == ("ご請求予定額", "341")
    assert ("お支払期日（予定）", "2026年6月30日") in due.facts
    paid = form(paper(((201, 300, 1, 300),), edition="provisional"))
    assert (paid.net_label, paid.net) == ("お支払予定額", "300")
    assert paid.greeting == "下記のとおりお支払いする予定です。"
    own = form(paper(((702, 5, 1, -5),), kind="fund", edition="provisional"))
    assert (own.title, own.net_label) == ("精算書（控）", "差引精算額")


def test_a_paper_of_our_own_bills_nobody() -> None:
    own = form(paper(((702, 5, 1, -5),), kind="fund"))
    assert (own.greeting, own.net_label, own.net) == ("", "差引精算額", "▲5")
    owing = form(paper())
    assert (owing.net_label, owing.net) == ("ご請求額", "130")


def test_a_reissue_says_so_with_its_number() -> None:
    assert "再発行2" in read(paper(issue=2))[0]
    assert "再発行" not in read(paper())[0]


def test_whoever_signed_stands_in_the_boxes() -> None:
    signed = Signature("drafted", "徳島 花子", ISSUED_AT)
    assert form(paper(signatures=(signed,))).boxes == (
        ("起案", "徳島 花子", "2026年6月17日 12:05"), ("確認", "", ""), ("承認", "", ""),
    )  # fmt: skip


def test_what_is_not_known_of_a_payment_is_not_told() -> None:
    assert form(paper(before=Before("20260516-A", -341))).received == (
        ("前回差引額 20260516-A", "▲341"),
    )


def test_an_english_paper_is_english() -> None:
    text, _, _ = read(paper(days=DAYS, lang="en"))
    assert "SettlementstatementandRequestforpayment" in text
    assert "TakashimasakiBakery" in text
    assert "ご請求額" not in text


def test_the_days_come_to_the_total_with_what_is_not_told_by_day() -> None:
    rows = form(paper((*OWING, (301, 0, 0, -100)), days=DAYS)).days
    assert [(row.name, row.yen) for row in rows if row.strong] == [
        ("日計", "▲160"), ("日計", "30"), ("日別に分かれない科目", "▲100"), ("合計", "▲230"),
    ]  # fmt: skip


def test_every_line_has_a_tax_category() -> None:
    codes = (101, 201, 211, 301, 302, 311, 402, 601, 611, 801, 900)
    assert {code: tax_of(code) for code in codes} == {
        101: "none", 201: "none", 211: "taxable", 301: "taxable", 302: "taxable",
        311: "taxable", 402: "outside", 601: "tax", 611: "tax", 801: "memo", 900: "total",
    }  # fmt: skip
    assert tax_of(401, 301) == "taxable"
    assert tax_of(401, 121) == "none"
    late = StatementLine(401, "", "", 0, 1, 301, -7)
    told = msgspec.structs.replace(statement(FEES), lines=(late,), total_yen=-7)
    assert summed(told).taxable_yen == -7


def test_fees_of_two_rates_are_told_rate_by_rate() -> None:
    """A fee of a cycle with 8 % is corrected in one with 10 %; what was held is taxed already."""
    told = statement(FEES)
    after = [
        StatementLine(401, "訂正", "", 0, 0, 301, 50, UNSET, "2026-05-16", "corrected", 800),
        StatementLine(401, "訂正", "", 0, 0, 601, 4, UNSET, "2026-05-16", "corrected", 800),
        StatementLine(401, "保留", "", 0, 0, 301, -20, UNSET, "2026-05-16", "released"),
    ]
    whole = msgspec.structs.replace(
        told, lines=(*told.lines[:-1], *after, told.lines[-1]), total_yen=told.total_yen + 34
    )
    text, _, _ = read(paper(statement=whole))
    placed = form(paper(statement=whole))
    assert placed.invoice == (("10%", "100", "10", "110"), ("8%", "▲50", "▲4", "▲54"))
    assert dict(placed.summary)["繰越・保留分"] == "▲20"
    assert "対象の請求書20260516-A" in text
    assert "課税8%" in text


@pytest.mark.parametrize(
    "digits", ["7123456789012", "7010705000725", "4011001098993", "2120901007402"]
)
def test_a_corporation_s_number_bears_its_check_digit(digits: str) -> None:
    assert is_corporate(f"T{digits}")
    wrong = str(int(digits[0]) % 9 + 1) + digits[1:]
    assert not is_corporate(f"T{wrong}")
    assert not is_corporate(digits)


def test_a_workbook_has_typed_figures_and_three_sheets() -> None:
    book = openpyxl.load_workbook(BytesIO(xlsx(paper((*OWING, (301, 0, 0, -100)), days=DAYS))))
    assert book.sheetnames == ["精算書", "日別", "明細"]
    first, days, links = book
    lines = {row[0].value: row for row in first.iter_rows() if isinstance(row[6].value, int)}
    assert {code: row[6].value for code, row in lines.items() if code} == {
        121: -180, 131: 30, 201: 20, 301: -100, 900: -230,
    }  # fmt: skip
    assert lines[121][0].hyperlink.location == "'日別'!A2"
    assert lines[121][6].number_format == '#,##0;"▲"#,##0'
    assert lines[121][3].value == "不課税"
    assert days["A2"].is_date
    assert [[cell.value for cell in row[1:]] for row in days.iter_rows(min_row=2, max_row=3)] == [
        [121, "ポイント負担金・利用分（通常）", 180, 2, -180],
        [201, "ポイント利用額（受取）", 20, 1, 20],
    ]
    assert days.auto_filter.ref == "A1:F4"
    assert links.cell(2, 4).value == "GET /v1/settlement/cycles/2026-06-01/lines/121/entries"
    assert (first.page_setup.paperSize, first.print_title_rows is not None) == (9, True)


def test_a_workbook_is_in_the_language_of_its_reader() -> None:
    told = paper((*OWING, (301, 0, 0, -100)), days=DAYS, lang="en")
    first, _, entries = openpyxl.load_workbook(BytesIO(xlsx(told)))
    assert (first.title, entries.title) == ("Statement", "Entries")
    rows = [[cell.value for cell in row[:4]] for row in first.iter_rows()]
    assert ["Code", "Item", "科目", "Tax"] in rows
    assert [301, "System fee on points issued", "システム利用料（従量）", "10%"] in rows
    assert entries["B2"].value == "Own points used (base)"


def test_a_name_that_looks_like_a_formula_is_text_in_a_workbook() -> None:
    evil = bare(Party("A", "tenant", "=1+1", "=1+1"))
    book = openpyxl.load_workbook(BytesIO(xlsx(paper(addressee=evil))))
    assert book["精算書"]["A3"].value == "'=1+1　御中"


def test_a_line_that_nobody_knows_stops_the_paper() -> None:
    """Its lines must come to its total."""
    torn = msgspec.structs.replace(statement(OWING), total_yen=1)
    with pytest.raises(AssertionError):
        form(paper(statement=torn))


def test_days_of_an_earlier_cycle_stand_under_their_own_date() -> None:
    late = (DayLine(date(2026, 5, 30), 401, 7, 1, original=121, yen=-7),)
    rows = forms.day_rows(paper(((401, 7, 1, -7),), days=late))
    assert (rows[0].day, rows[0].name) == (
        "2026/05/30（土）",
        "前期分調整・ポイント負担金・利用分（通常）",
    )

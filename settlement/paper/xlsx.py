"""精算書のXLSX: a paper as a workbook: typed figures to compute with, and where to look further."""

from io import BytesIO

from msgspec import UNSET
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from federation.days import TOKYO
from settlement.paper.form import (
    addressee,
    boxes,
    facts,
    invoice_title,
    is_invoice,
    net_label,
    received,
    title,
    who,
)
from settlement.paper.labels import LABELS, NOTES, planned
from settlement.paper.paper import Lang, Paper
from settlement.paper.said import named
from settlement.paper.tax import category, summed
from settlement.sheet import safe
from settlement.statement import TOTAL, StatementLine

FIGURE = '#,##0;"▲"#,##0'
DAY = "yyyy-mm-dd"
FIGURES = frozenset({"points", "entries", "yen"})
SHEETS: dict[Lang, tuple[str, str, str]] = {
    "ja": ("精算書", "日別", "明細"),
    "en": ("Statement", "By day", "Entries"),
}
ITEMS: dict[Lang, tuple[str, str]] = {"ja": ("科目", "Item"), "en": ("Item", "科目")}
FONT = {"font_name": "BIZ UDPゴシック", "font_size": 10}


class Formats:
    """The looks of cells: heads, texts, figures, days and sums."""

    def __init__(self, book: Workbook) -> None:
        def look(**more: object) -> Format:
            return book.add_format({**FONT, "valign": "vcenter", **more})

        line = {"bottom": 1, "bottom_color": "#B9C2CB"}
        head = {"bold": True, "bg_color": "#F1F4F7", "bottom": 1}
        self.plain = look()
        self.large = look(bold=True, font_size=16)
        self.bold = look(bold=True)
        self.head = look(**head)
        self.head_right = look(**head, align="right")
        self.text = look(**line, text_wrap=True)
        self.code = look(**line, align="left")
        self.total_code = look(bold=True, align="left")
        self.link = look(**line, align="left", font_color="#0B57D0", underline=1)
        self.day = look(**line, align="left", num_format=DAY)
        self.figure = look(**line, num_format=FIGURE)
        self.sum = look(bold=True, num_format=FIGURE, top=1, bottom=1)
        self.net = look(bold=True, num_format=FIGURE, font_size=14, align="left")


def xlsx(paper: Paper) -> bytes:
    """A paper to compute with; the same paper is the same bytes."""
    written = BytesIO()
    book = Workbook(written, {"in_memory": True, "strings_to_formulas": False})
    made_at = paper.issued_at.astimezone(TOKYO).replace(tzinfo=None)
    book.set_properties(
        {
            "title": f"{LABELS[paper.lang]['statement']} {paper.statement.number}",
            "author": paper.issuer.legal_name,
            "created": made_at,
        }
    )
    looks = Formats(book)
    first, days, links = (book.add_worksheet(name) for name in SHEETS[paper.lang])
    places = by_day(days, looks, paper)
    statement(first, looks, paper, places)
    details(links, looks, paper)
    for sheet in (first, days, links):
        printed(sheet, paper)
    book.close()
    return written.getvalue()


def printed(sheet: Worksheet, paper: Paper) -> None:
    """A4 across, one page wide, numbered."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_default_row(18)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
    sheet.set_footer(f"&L{paper.statement.number}&R&P / &N")
    sheet.hide_gridlines(2)


def statement(sheet: Worksheet, looks: Formats, paper: Paper, places: dict[int, int]) -> None:
    """精算書: what identifies it, its lines with their sum, and the tax."""
    words, stated = LABELS[paper.lang], paper.statement
    own = [line for line in stated.lines if line.code != TOTAL]
    found = summed(stated)
    for column, width in enumerate((15, 44, 40, 10, 14, 9, 18)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, title(paper, found), looks.large)
    again = f"　{words['reissue']} {paper.issue}" if paper.issue else ""
    sheet.write_string(0, 5, words[paper.edition] + again, looks.bold)
    if paper.edition == "provisional":
        sheet.write_string(1, 0, NOTES[paper.lang]["provisional"], looks.plain)
    ours = who(paper.issuer, paper.lang, number=is_invoice(paper))
    theirs = addressee(paper)
    sheet.write_string(2, 0, safe(theirs.name), looks.bold)
    for n, part in enumerate((ours.name, *ours.address, ours.registration, *ours.contact)):
        sheet.write_string(2 + n, 4, safe(part), looks.bold if n == 0 else looks.plain)
    top = 3
    for label, said in facts(paper):
        sheet.write_string(top, 0, label, looks.plain)
        sheet.write_string(top, 1, safe(said), looks.plain)
        top += 1
    sheet.write_string(top, 0, words[planned(net_label(stated), paper)], looks.bold)
    amount = stated.total_yen if net_label(stated) == "nothing" else abs(stated.total_yen)
    sheet.write_number(top, 1, amount, looks.net)
    top += 2
    heads = ("line_code", *ITEMS[paper.lang], "tax_category", "points", "entries", "yen")
    for column, head in enumerate(heads):
        look = looks.head_right if head in FIGURES else looks.head
        sheet.write_string(top, column, words.get(head, head), look)
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top)
    for line in own:
        top += 1
        line_row(sheet, looks, top, line, places, paper)
    top += 1
    sheet.write_number(top, 0, TOTAL, looks.total_code)
    sheet.write_string(top, 1, words["total"], looks.bold)
    sheet.write_number(top, 6, stated.total_yen, looks.sum)
    top = tax_rows(sheet, looks, top + 2, paper)
    about_rows(sheet, looks, top + 2, paper)


def line_row(
    sheet: Worksheet,
    looks: Formats,
    top: int,
    line: StatementLine,
    places: dict[int, int],
    paper: Paper,
) -> None:
    """A line, its name in the paper's language first; its code leads to its first day."""
    ours = 0 if paper.lang == "ja" else 1
    names = line.name, line.name_en
    if line.code in places:
        cell = f"internal:'{SHEETS[paper.lang][1]}'!A{places[line.code] + 1}"
        sheet.write_url(top, 0, cell)
    sheet.write_number(top, 0, line.code, looks.link if line.code in places else looks.code)
    sheet.write_string(top, 1, safe(names[ours]), looks.text)
    sheet.write_string(top, 2, safe(names[1 - ours]), looks.text)
    sheet.write_string(top, 3, category(line, paper.statement)[ours], looks.text)
    sheet.write_number(top, 4, line.points, looks.figure)
    sheet.write_number(top, 5, line.entries, looks.figure)
    if line.yen is not UNSET:
        sheet.write_number(top, 6, line.yen, looks.figure)


def tax_rows(sheet: Worksheet, looks: Formats, top: int, paper: Paper) -> int:
    """The fees as an invoice tells them, and the total by category; the last row."""
    words = LABELS[paper.lang]
    found = summed(paper.statement)
    sign = -1 if found.gross_yen < 0 else 1
    rates = [one for one in found.rates if one.taxable_yen or one.tax_yen]
    if rates:
        sheet.write_string(top, 1, invoice_title(paper, found), looks.bold)
        for one in rates:
            for word, amount in (("net", one.taxable_yen), ("tax", one.tax_yen)):
                top += 1
                sheet.write_string(top, 1, f"{one.percent} {words[word]}", looks.text)
                sheet.write_number(top, 6, sign * amount, looks.figure)
        top += 2
    sheet.write_string(top, 1, words["summary"], looks.bold)
    told = (("taxable", found.gross_yen), ("none", found.none_yen), ("outside", found.outside_yen))
    for word, amount in told:
        top += 1
        sheet.write_string(top, 1, words[word], looks.text)
        sheet.write_number(top, 6, amount, looks.figure)
    return top


def about_rows(sheet: Worksheet, looks: Formats, top: int, paper: Paper) -> None:
    """What came of the statement before, the account, and who drafted, confirmed and approved."""
    told = received(paper)
    if told:
        sheet.write_string(top, 1, LABELS[paper.lang]["received"], looks.bold)
        for label, said in told:
            top += 1
            sheet.write_string(top, 1, label, looks.text)
            sheet.write_string(top, 2, safe(said), looks.text)
        top += 2
    sheet.write_string(top, 1, LABELS[paper.lang]["approval"], looks.bold)
    for word, name, at in boxes(paper):
        top += 1
        sheet.write_string(top, 1, word, looks.text)
        sheet.write_string(top, 2, safe(f"{name}　{at}".strip("　")), looks.text)


def by_day(sheet: Worksheet, looks: Formats, paper: Paper) -> dict[int, int]:
    """日別: one row for each line of each business date, to be filtered; where each code begins."""
    words = LABELS[paper.lang]
    heads = ("day", "line_code", "item", "points", "entries", "yen")
    for column, (head, width) in enumerate(zip(heads, (14, 9, 60, 15, 10, 18), strict=True)):
        sheet.set_column(column, column, width)
        look = looks.head_right if head in FIGURES else looks.head
        sheet.write_string(0, column, words[head], look)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    places: dict[int, int] = {}
    for row, one in enumerate(paper.days, start=1):
        places.setdefault(one.code, row)
        sheet.write_datetime(row, 0, one.business_date, looks.day)
        sheet.write_number(row, 1, one.code, looks.code)
        original = None if one.original is UNSET else one.original
        sheet.write_string(row, 2, named(one.code, original, paper.lang), looks.text)
        sheet.write_number(row, 3, one.points, looks.figure)
        sheet.write_number(row, 4, one.entries, looks.figure)
        if one.yen is not UNSET:
            sheet.write_number(row, 5, one.yen, looks.figure)
    sheet.autofilter(0, 0, max(len(paper.days), 1), len(heads) - 1)
    return places


def details(sheet: Worksheet, looks: Formats, paper: Paper) -> None:
    """明細: where the entries behind each line are read, one call a line."""
    words, stated = LABELS[paper.lang], paper.statement
    for column, (head, width) in enumerate(
        (("line_code", 9), ("item", 46), ("entries", 9), ("where", 74))
    ):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, words[head], looks.head)
    row = 0
    for line in stated.lines:
        if not line.entries:
            continue
        row += 1
        path = f"/v1/settlement/cycles/{stated.cycle}/lines/{line.code}/entries"
        if line.original is not UNSET:
            path += f"?original={line.original}"
        sheet.write_number(row, 0, line.code, looks.code)
        said = line.name if paper.lang == "ja" else line.name_en
        sheet.write_string(row, 1, safe(said), looks.text)
        sheet.write_number(row, 2, line.entries, looks.figure)
        sheet.write_string(row, 3, f"GET {path}", looks.text)

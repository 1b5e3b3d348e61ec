"""経理の数字: whatever stands on a page of the office opens what comes to it, on page and sheet."""

import html
import re
from fractions import Fraction

import pytest

from tests.pages.finance_office import Office, arrived, sheet_of, told
from tests.people.persons import Person
from tests.settlement.life.offices import CYCLE

NUMBER = r'<a [^>]*href="(/console/[^"]*{}[^"]*)"[^>]*>(?:<[^>]+>)*(▲?[\d,]+)<'
WHOLE = r"<strong data-whole>(?:<[^>]+>)*(▲?[\d,]+)<"


async def behind(person: Person, page: str, word: str) -> list[tuple[str, int, str]]:
    """Each number whose address holds a word: where it leads, what it is, and the page there."""
    found = set(re.findall(NUMBER.format(word), await arrived(person, page)))
    assert found
    opened = [(html.unescape(where), told(number)) for where, number in found]
    return [(where, n, await arrived(person, where)) for where, n in opened]


async def test_a_fee_opens_how_it_was_reckoned(office: Office) -> None:
    """What it is reckoned from, times its rate, rounded down; the tax on all of them."""
    seen = set()
    for party in ("bakery", "bookshop", "florist"):
        path = f"/console/cycles/{CYCLE}/statements/{party}"
        for where, yen, page in await behind(office.keiko, path, "/lines/"):
            code = int(re.findall(r"/lines/(\d+)", where)[0])
            if code not in (211, 301, 601):
                continue
            sums = re.findall(r"<li>([\d,]+) (?:pt|円) × ([\d.]+) (%|円) = ([\d,]+) 円", page)
            assert len(sums) == 1, where
            ((of, rate, unit, comes),) = sums
            times = Fraction(rate) / (100 if unit == "%" else 1)
            assert abs(yen) == told(comes) == int(told(of) * times), where
            seen.add(code)
    assert seen == {211, 301, 601}


async def test_a_cell_of_the_matrix_opens_the_flows_and_their_lines(office: Office) -> None:
    for _, yen, page in await behind(office.keiko, f"/console/cycles/{CYCLE}", "/owed"):
        assert re.findall(WHOLE, page) == [f"{yen:,}"]
        assert sum(int(one) for one in re.findall(r'data-part="(-?\d+)"', page)) == yen
        lines = re.findall(r'href="(/console/cycles/[^"]+/lines/[^"]+)"', page)
        assert lines
        for line in lines:
            entries = await office.keiko.browser.get(html.unescape(line))
            assert 'id="entries"' in entries.text
            assert 'class="empty"' not in entries.text, line


async def test_a_part_of_a_net_opens_the_lines_that_come_to_it(office: Office) -> None:
    for _, yen, page in await behind(office.keiko, f"/console/cycles/{CYCLE}", "part="):
        (whole,) = re.findall(WHOLE, page)
        assert told(whole) == yen
        rows = re.findall(r'<tr id="l-.*?</tr>', page, re.DOTALL)
        last = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[-1] for row in rows]
        plain = [re.sub(r"<[^>]+>", "", one) for one in last]
        assert sum(told(one) for one in plain if one != "参考") == yen


async def test_an_account_opens_the_journals_that_come_to_it(office: Office) -> None:
    path = "/console/journals?month=2026-06&party=bakery"
    for _, yen, page in await behind(office.keiko, path, "account="):
        (whole,) = re.findall(WHOLE, page)
        assert abs(told(whole)) == yen
        parts = [int(one) for one in re.findall(r'data-part="(-?\d+)"', page)]
        assert sum(parts) == told(whole)
        assert 0 not in parts


async def test_what_is_outstanding_opens_the_lots_that_come_to_it(office: Office) -> None:
    opened = await behind(office.keiko, "/console/liability", "/lots")
    assert len(opened) > 4  # all, by funder, by month of expiry and of issue
    await comes_to(office.keiko, opened)


async def test_a_movement_opens_the_entries_and_cycles_that_come_to_it(office: Office) -> None:
    opened = await behind(office.keiko, "/console/liability", "/moved")
    assert len(opened) > 5
    await comes_to(office.keiko, opened)
    await comes_to(office.keiko, await behind(office.keiko, "/console/liability", "/uses"))


async def test_what_a_tenant_gave_and_took_opens_the_cycles_that_come_to_it(
    office: Office,
) -> None:
    opened = await behind(office.keiko, "/console/exposure", "give-take/cycles")
    assert {part for where, *_ in opened for part in re.findall(r"figure=(\w+)", where)} == {
        "issued", "elsewhere", "others", "honoured", "balance",
    }  # fmt: skip
    await comes_to(office.keiko, opened)
    for _, _, page in opened:
        for cell in re.findall(r'href="(/console/cycles/[^"]+/cell\?[^"]+)"', page):
            listed = (await office.keiko.browser.get(html.unescape(cell))).text
            assert 'class="empty"' not in listed, cell


async def comes_to(person: Person, opened: list[tuple[str, int, str]]) -> None:
    """The lines of each list come to the number that opened it, on its page and its sheet."""
    for where, points, page in opened:
        assert [told(one) for one in re.findall(WHOLE, page)] == [points], where
        assert sum(int(one) for one in re.findall(r'data-part="(-?\d+)"', page)) == points, where
        sheet = await person.browser.get(where.replace("?", ".csv?"))
        assert sum(int(row["ポイント"]) for row in sheet_of(sheet.content)) == points, where


async def test_a_count_of_breaks_opens_as_many(office: Office) -> None:
    for where, count, page in await behind(office.keiko, "/console/reconciliation", "class="):
        breaks = re.search(r'<table id="breaks">.*?</table>', page, re.DOTALL)
        assert breaks is not None
        assert breaks[0].count("<tr>") - 1 == count, where
        sheet = await office.keiko.browser.get(
            where.replace("reconciliation?", "reconciliation.csv?")
        )
        assert len(sheet_of(sheet.content)) == count


@pytest.mark.parametrize(
    "thought",
    ["funding=at-issue&cap_points=1000", "funding=redeemer-bears&point_fee_milliyen=500"],
)
async def test_a_figure_of_a_what_if_opens_the_lines_and_entries_that_come_to_it(
    office: Office, thought: str
) -> None:
    path = f"/console/whatif?from={CYCLE}&to={CYCLE}&{thought}"
    found = await behind(office.keiko, path, "whatif/behind")
    figures = set()
    for where, yen, page in found:
        assert [told(one) for one in re.findall(WHOLE, page)] == [yen], where
        parts = [int(one) for one in re.findall(r'data-part="(-?\d+)"', page)]
        assert sum(parts) == yen, where
        sheet = sheet_of((await office.keiko.browser.get(where.replace("?", ".csv?"))).content)
        assert sum(int(list(row.values())[-1]) for row in sheet) == yen, where
        figures.add("other" if "other=" in where else re.findall(r"figure=(\w+)", where)[0])
        for line in re.findall(r'href="(/console/cycles/[^"]+)"', page):
            assert (await office.keiko.browser.get(html.unescape(line))).status == 200, line
    assert {"live", "thought", "difference", "other"} <= figures


async def test_a_what_if_of_what_is_not_there_is_not_found(office: Office) -> None:
    path = f"/console/whatif/behind?from={CYCLE}&funding=at-issue"
    for of in ("party=nobody&figure=live", "party=bakery&figure=terms", "party=bakery&figure=x",
               "party=bakery&figure=funding&other=nobody"):  # fmt: skip
        assert (await office.keiko.browser.get(f"{path}&{of}")).status == 404, of


async def test_a_forecast_opens_what_it_was_learnt_from(office: Office) -> None:
    opened = await behind(office.keiko, "/console/liability", "/expected")
    figures = {one for where, *_ in opened for one in re.findall(r"figure=(\w+)", where)}
    assert {"use", "low", "middle", "high"} <= figures
    for where, n, page in opened:
        assert [told(one) for one in re.findall(WHOLE, page)] == [n], where
        parts = [int(one) for one in re.findall(r'data-part="(-?\d+)"', page)]
        assert sum(parts) == n or not parts, where
        if "tenant=" in where:
            assert f'<td class="number">{n:,}</td>' in page, where
        if "cycles=" in where:
            assert re.findall(r"<td class=\"number\">([\d,]+)</td><td>●", page) == [f"{n:,}"]
        assert (await office.keiko.browser.get(where.replace("?", ".csv?"))).status == 200
    assert any("tenant=" in where for where, *_ in opened)
    for lost in ("figure=use&tenant=nobody", "figure=use&issued=2001-01-01"):
        answer = await office.keiko.browser.get(f"/console/liability/expected?{lost}")
        assert answer.status == 404, lost


async def test_the_control_totals_and_the_tax_of_a_statement_open_their_lines(
    office: Office,
) -> None:
    path = f"/console/cycles/{CYCLE}/statements/bakery"
    text = (await office.keiko.browser.get(path)).text
    block = text.partition("日計との照合")[2].partition("</table>")[0]
    totals = re.findall(r'href="([^"]+/lines/\d+[^"]*)"[^>]*>([\d,]+)<', block)
    assert len(totals) >= 4, "points and entries of what was granted and redeemed"
    for where, _ in totals:
        page = (await office.keiko.browser.get(html.unescape(where))).text
        assert 'id="entries"' in page
        assert 'class="empty"' not in page
    fees = await behind(office.keiko, path, "part=(?:fees|tax)")
    for where, yen, page in fees:
        (whole,) = re.findall(WHOLE, page)
        assert abs(told(whole)) == abs(yen), where


async def test_a_day_of_a_statement_opens_the_entries_of_that_day(office: Office) -> None:
    path = f"/console/cycles/{CYCLE}/statements/bakery"
    text = (await office.keiko.browser.get(path)).text
    days = re.findall(r'href="([^"]+/lines/\d+[^"]*on=[^"]*)"[^>]*>(▲?[\d,]+)<', text)
    assert days
    for where in dict(days):
        page = (await office.keiko.browser.get(html.unescape(where))).text
        entries, *yen = [told(number) for link, number in days if link == where]
        (on,) = re.findall(r"on=([\d-]+)", where)
        rows = re.findall(r"<tr><td>(\d{4}-\d\d-\d\d)</td>", page)
        assert rows == [on] * entries, where
        cells = re.findall(
            r'<td class="number">(?:<[^>]+>)*(▲?[\d,]+|–)(?:<[^>]+>)*</td></tr>', page
        )
        assert not yen or abs(sum(told(one) for one in cells)) == abs(yen[0]), where
    other = await office.keiko.browser.get(f"{path}/lines/121?on=2020-01-01")
    assert 'class="empty"' in other.text


async def test_the_unused_points_of_a_statement_open_the_cycles_that_come_to_them(
    office: Office,
) -> None:
    path = "/console/cycles/2026-06-16/statements/bakery"
    opened = await behind(office.keiko, path, "/unused")
    assert {"opening=true" in where for where, *_ in opened} == {True, False}
    for where, points, page in opened:
        assert [told(one) for one in re.findall(WHOLE, page)] == [points], where
        assert sum(int(one) for one in re.findall(r'data-part="(-?\d+)"', page)) == points, where


async def test_what_runs_of_an_exposure_opens_its_counterparts_and_fees(office: Office) -> None:
    seen = set()
    for party in ("bakery", "bookshop", "florist"):
        path = f"/console/exposure/{party}"
        text = (await office.keiko.browser.get(path)).text
        for where, number in re.findall(NUMBER.format("/running"), text):
            yen, page = told(number), (await office.keiko.browser.get(html.unescape(where))).text
            assert [told(one) for one in re.findall(WHOLE, page)] == [yen], where
            assert sum(int(one) for one in re.findall(r'data-part="(-?\d+)"', page)) == yen, where
            seen.add(re.findall(r"part=(\w+)", where)[0])
            for cell in re.findall(r'href="(/console/cycles/[^"]+/cell[^"]+)"', page):
                entries = (await office.keiko.browser.get(html.unescape(cell))).text
                assert 'class="empty"' not in entries, cell
    assert seen == {"running", "fees"}

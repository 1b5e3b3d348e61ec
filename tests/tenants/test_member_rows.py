"""Files of members: what is sound, what is refused and why, in whatever encoding they come."""

from datetime import date

import pytest

from federation.refusals import Validation
from tenants.member_rows import COLUMNS, REASONS, Read, rows_of
from tenants.member_words import masked_name, phone_of

TODAY = date(2026, 6, 3)
HEADER = "card,external_id,name,kana,birth_on,phone,email,rank,points,expires_on,funder"
SOUND = (
    "6304000000000001,A-1,山田 花子,ヤマダ ハナコ,1980/2/29,090-1234-5678,h@example.jp,gold,1200,"
    "2027-03-31,operator"
)


def read(text: str, *, no_personal_data: bool = False) -> list[Read]:
    return rows_of(text.encode(), {"operator"}, TODAY, no_personal_data=no_personal_data)


def one(cells: str, columns: str = HEADER) -> Read:
    """The only row of a file."""
    (found,) = read(f"{columns}\n{cells}\n")
    return found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_file_is_read_as_excel_or_anything_else_wrote_it(encoding: str, ends: str) -> None:
    text = "カード番号,氏名,ポイント,原資負担者\n6304000000000001,髙橋 花子,12,operator\n"
    content = text.replace("\n", ends).encode(encoding)
    (found,) = rows_of(content, {"operator"}, TODAY, no_personal_data=False)
    assert (found.line, found.faults) == (2, ())
    assert (found.row.name, found.row.points) == ("髙橋 花子", 12)


def test_a_sound_row_is_taken_whole() -> None:
    found = one(SOUND)
    assert found.faults == ()
    assert (found.row.birth_on, found.row.phone) == (date(1980, 2, 29), "09012345678")
    assert (found.row.points, found.row.expires_on) == (1_200, date(2027, 3, 31))


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("card", "6.3E+15", "form"),
        ("card", "1" * 20, "form"),
        ("external_id", "a b", "form"),
        ("name", "花子\u202e", "form"),
        ("birth_on", "1981-02-29", "form"),
        ("birth_on", "2026-06-04", "future"),
        ("phone", "1234", "form"),
        ("email", "a@b@c", "form"),
        ("rank", "GOLD!", "form"),
        ("points", "-1", "form"),
        ("points", "1.5", "form"),
        ("points", "10000001", "form"),
        ("expires_on", "2026-06-02", "past"),
        ("funder", "nobody", "unknown"),
        ("funder", "", "missing"),
    ],
)
def test_a_bad_cell_is_named_with_its_reason(column: str, cell: str, reason: str) -> None:
    cells = dict(zip(HEADER.split(","), SOUND.split(","), strict=True))
    cells[column] = cell
    found = one(",".join(cells[name] for name in HEADER.split(",")))
    assert (column, reason) in found.faults
    assert reason in REASONS


def test_a_row_leads_to_somebody_and_has_the_headers_columns() -> None:
    assert one("x", "name,card\n").faults == (("", "columns"),)
    assert ("card", "missing") in one("花子,,,", "name,card,points,funder").faults


def test_what_stands_twice_is_taken_once() -> None:
    text = "card,phone\n6304000000000001,0312345678\n6304000000000001,\n"
    text += "6304000000000002,03-1234-5678\n"
    first, second, third = read(text)
    assert first.faults == ()
    assert second.faults == (("card", "repeated"),)
    assert third.faults == (("phone", "repeated"),)


def test_where_no_personal_data_are_held_such_cells_are_refused_by_row() -> None:
    named, bare = read(f"{HEADER}\n{SOUND}\n,B-2,,,,,,,,,\n", no_personal_data=True)
    assert {column for column, reason in named.faults if reason == "no-personal-data"} == {
        "name", "kana", "birth_on", "phone", "email",
    }  # fmt: skip
    assert (named.row.name, named.row.phone, bare.faults) == (None, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "card\n",
        "name\n花子\n",
        "card,shoe\n1,2\n",
        "card,card\n1,2\n",
        'card\n"1\n',
        "card\n\0\n",
    ],
)
def test_what_is_no_file_of_members_is_refused_whole(text: str) -> None:
    with pytest.raises(Validation):
        read(text)


def test_every_header_is_known_in_both_languages_once() -> None:
    words = [word for some in COLUMNS.values() for word in some]
    assert len(set(words)) == len(words)


def test_a_line_is_where_its_row_begins() -> None:
    lines = [
        found.line for found in read('card,name\n6304000000000001,"a\nb"\n\n6304000000000002,c\n')
    ]
    assert lines == [2, 5]


@pytest.mark.parametrize(
    ("name", "masked"),
    [("山田 花子", "山* 花*"), ("山田　花子", "山* 花*"), ("Hanako", "H*"), (" ", "")],
)
def test_a_masked_name_shows_a_character_of_each_part(name: str, masked: str) -> None:
    assert masked_name(name) == masked


def test_a_phone_is_its_digits() -> None:
    assert {phone_of(one) for one in ("090-1234-5678", "+819012345678", "09012345678")} == {
        "09012345678"
    }

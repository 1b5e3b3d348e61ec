"""A name as people write it, made what a bank file takes, with a report of every change."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.bank.characters import ALLOWED, cut, foreign, lone_marks
from settlement.bank.kana import key, normalise
from settlement.bank.refusals import NotWritableInKana, TooLongForTheField


@pytest.mark.parametrize(
    ("name", "text", "whys"),
    [
        ("ｱﾜ ｻﾌﾞﾛｳ", "ｱﾜ ｻﾌﾞﾛｳ", []),
        ("アワ　サブロウ", "ｱﾜ ｻﾌﾞﾛｳ", ["sign", "width"]),
        ("あわ さぶろう", "ｱﾜ ｻﾌﾞﾛｳ", ["width"]),
        ("セトウチベーカリー", "ｾﾄｳﾁﾍﾞ-ｶﾘ-", ["long-vowel", "width"]),
        ("キャノン", "ｷﾔﾉﾝ", ["small-kana", "width"]),
        ("ヴィラ・パリス", "ｳﾞｲﾗ ﾊﾟﾘｽ", ["sign", "small-kana", "width"]),
        ("ＡＢＣショップ１２３", "ABCｼﾖﾂﾌﾟ123", ["small-kana", "width"]),
        ("abc", "ABC", ["case"]),
        ("キョウト（ナニワ）", "ｷﾖｳﾄ(ﾅﾆﾜ)", ["sign", "small-kana", "width"]),
        ("ヰノウエ", "ｲﾉｳｴ", ["old-kana", "width"]),
        ("ヵヶ", "ｶｹ", ["old-kana"]),
        ("ｶﾞｰﾃﾞﾝ", "ｶﾞ-ﾃﾞﾝ", ["long-vowel"]),
        ("カ゛ク", "ｶﾞｸ", ["sign", "width"]),
    ],
)
def test_what_is_written_and_what_became_of_it(name: str, text: str, whys: list[str]) -> None:
    found = normalise(name)
    assert found.text == text
    assert sorted({change.why for change in found.changes}) == whys
    assert all(" / " in change.told for change in found.changes)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("株式会社シコクポイントハブ", "ｶ)ｼｺｸﾎﾟｲﾝﾄﾊﾌﾞ"),
        ("セトウチベーカリー株式会社", "ｾﾄｳﾁﾍﾞ-ｶﾘ-(ｶ"),
        ("ロウドウショウジ株式会社カスミガセキシシャ", "ﾛｳﾄﾞｳｼﾖｳｼﾞ(ｶ)ｶｽﾐｶﾞｾｷｼｼﾔ"),
        ("コトヒラショテン合同会社", "ｺﾄﾋﾗｼﾖﾃﾝ(ﾄﾞ"),
        ("合同会社コトヒラ", "ﾄﾞ)ｺﾄﾋﾗ"),
        ("有限会社アワ", "ﾕ)ｱﾜ"),
        ("アワ 有限会社", "ｱﾜ(ﾕ"),
        ("（株）アワ", "ｶ)ｱﾜ"),
        ("㈱アワ", "ｶ)ｱﾜ"),
        ("カブシキガイシャアワ", "ｶ)ｱﾜ"),
        ("医療法人社団アワカイ", "ｲ)ｱﾜｶｲ"),
        ("アワ株式会社トクシマ営業所", "ｱﾜ(ｶ)ﾄｸｼﾏ(ｴｲ"),
        ("アワ生活協同組合", "ｱﾜｾｲｷﾖｳ"),
        ("特定非営利活動法人アワ", "ﾄｸﾋ)ｱﾜ"),
        ("ｶ)ｱﾜ", "ｶ)ｱﾜ"),
    ],
)
def test_companies_are_shortened_at_head_tail_and_between(name: str, text: str) -> None:
    assert normalise(name).text == text


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("阿波三郎", "阿波三郎"),
        ("アワ三郎", "三郎"),
        ("アワ★", "★"),
        ("アワ@", "@"),
        ("ヷン", "ヷ"),  # no half-width kana takes that mark
        ("゛アワ", "゛"),
        ("ナ゛", "゛"),
        ("ヲダ", "ｦ"),  # EDI information only
    ],
)
def test_what_cannot_be_written_is_refused_by_name(name: str, named: str) -> None:
    with pytest.raises(NotWritableInKana) as refused:
        normalise(name)
    assert refused.value.extra["letters"] == named


def test_the_field_decides_what_may_be_written() -> None:
    assert normalise("ヲダ", "edi").text == "ｦﾀﾞ"
    with pytest.raises(NotWritableInKana):
        normalise("ホンテン(エイ", "branch")


def test_a_name_that_is_too_long_is_refused_not_cut() -> None:
    assert normalise("ガ" * 15, longest=30).text == "ｶﾞ" * 15
    with pytest.raises(TooLongForTheField) as refused:
        normalise("ガ" * 15 + "ア", longest=30)
    assert refused.value.extra == {"longest": 30, "length": 31}


@pytest.mark.parametrize(
    ("text", "length", "begins"),
    [
        ("ｶﾞｸﾌﾞﾁ", 4, "ｶﾞｸ"),  # not ｶﾞｸﾌ, which is another name
        ("ｶﾞｸﾌﾞﾁ", 5, "ｶﾞｸﾌﾞ"),
        ("ｶﾞ", 1, ""),
        ("ｱﾜ ｻﾌﾞﾛｳ", 3, "ｱﾜ"),
        ("ｱﾜ", 15, "ｱﾜ"),
    ],
)
def test_a_cut_never_parts_a_kana_from_its_mark(text: str, length: int, begins: str) -> None:
    assert cut(text, length) == begins


def test_only_what_is_read_differently_asks_for_a_look() -> None:
    assert not normalise("アワ").reads_differently
    assert normalise("アーワ").reads_differently
    assert normalise("株式会社アワ").reads_differently


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｶ)ﾀｶﾏﾂｴｷﾋﾞﾙ", "ﾀｶﾏﾂｴｷﾋﾞﾙ(ｶ"),
        ("ｾﾄｳﾁﾍﾞ-ｶﾘ-(ｶ", "ｾﾄｳﾁ ﾍﾞｰｶﾘｰ"),
        ("ｷﾔﾉﾝ", "キャノン"),
        ("ｱﾜ ｻﾌﾞﾛｳ", "ｱﾜｻﾌﾞﾛｳ"),
        ("ｲ)ｱﾜｶｲ", "アワカイ"),
        ("ｱﾜ(ｶ)ﾄｸｼﾏ", "アワトクシマ"),
    ],
)
def test_names_are_compared_as_banks_write_them(one: str, other: str) -> None:
    assert key(one) == key(other)
    assert key(one) != key("ｻﾇｷ")


KANA = "".join(map(chr, range(0x30A1, 0x30FB))) + "ー・　（）．－ＡＺａｚ０９azAZ09"


@settings(max_examples=200, deadline=None)
@given(st.text(KANA, max_size=30))
def test_whatever_is_taken_can_stand_in_a_file_and_stays_what_it_is(name: str) -> None:
    try:
        found = normalise(name)
    except NotWritableInKana:
        return
    assert not foreign(found.text, "party")
    assert not lone_marks(found.text)
    assert set(found.text) <= ALLOWED["party"]
    again = normalise(found.text)
    assert (again.text, again.changes) == (found.text, ())


@settings(max_examples=200, deadline=None)
@given(st.text(KANA, max_size=20), st.integers(0, 20))
def test_a_cut_text_is_sound(name: str, length: int) -> None:
    try:
        text = normalise(name).text
    except NotWritableInKana:
        return
    begins = cut(text, length)
    assert len(begins) <= length
    assert text.startswith(begins)
    assert not lone_marks(begins)
    if len(begins) < len(text):
        assert not text[len(begins) :].startswith(("ﾞ", "ﾟ"))

"""カナの正規化: a name as people write it in kana, made what a bank file takes, with a report of
every change (domain 4.3).

Kanji are refused by name, never read for anybody: one writing has many readings, and a wrong one is
somebody else's account.
"""

import unicodedata
from typing import Literal

import jaconv
from msgspec import Struct

from settlement.bank.characters import ALLOWED, MARKS, lone_marks, takes
from settlement.bank.companies import SHORT_FORMS, shortened
from settlement.bank.layouts import Letters
from settlement.bank.refusals import NotWritableInKana, TooLongForTheField

Why = Literal["company", "width", "case", "long-vowel", "small-kana", "old-kana", "sign", "cut"]
WHY: dict[Why, tuple[str, str]] = {
    "company": ("法人などの略語にしました", "a kind of company was shortened"),
    "width": ("半角にし、濁点を分けました", "made half-width, voicing marks apart"),
    "case": ("大文字にしました", "made capital"),
    "long-vowel": ("長音をハイフンにしました", "a long vowel became a hyphen"),
    "small-kana": ("小さいカナを大きくしました", "small kana became large"),
    "old-kana": ("今のカナにしました", "old kana became those of today"),
    "sign": ("使える記号にしました", "a sign became one that is allowed"),
    "cut": ("桁数に合わせて切りました", "cut to the length of its field"),
}
SOUNDS: frozenset[Why] = frozenset({"company", "long-vowel", "small-kana", "old-kana", "cut"})

SMALL = dict(zip("ｧｨｩｪｫｬｭｮｯ", "ｱｲｳｴｵﾔﾕﾖﾂ", strict=True))
OLD = {"ヰ": "ｲ", "ヱ": "ｴ", "ヮ": "ﾜ", "ヵ": "ｶ", "ヶ": "ｹ", "ヲ": "ｦ"}
# Kana that no half-width mark can follow; Unicode would part them into such.
WITHOUT_HALF_WIDTH = frozenset("ヷヸヹヺ")
LONG_VOWELS = frozenset("ーｰ〜～")
HYPHENS = frozenset("－−―‐‑‒–—")
SIGNS = {
    "・": " ", "･": " ", "　": " ", "（": "(", "）": ")", "．": ".", "。": ".", "｡": ".", "，": " ",
    "、": " ", "､": " ", ",": " ", "／": "/", "￥": "\\", "¥": "\\", "「": "｢", "」": "｣",
    "＆": " ", "&": " ", "'": "", "’": "", "゛": "ﾞ", "゜": "ﾟ",
}  # fmt: skip


class Change(Struct, frozen=True):
    """What stood there, what stands there now, and why."""

    was: str
    became: str
    why: Why

    @property
    def told(self) -> str:
        """In Japanese and in English."""
        japanese, english = WHY[self.why]
        return f"{self.was} → {self.became or '∅'}  {japanese} / {english}"


class Normalised(Struct, frozen=True):
    """A name as a bank file takes it, and everything that was changed on the way."""

    text: str
    changes: tuple[Change, ...]

    @property
    def reads_differently(self) -> bool:
        """Whether more than width and case has changed, so that somebody should look."""
        return any(change.why in SOUNDS for change in self.changes)


def normalise(name: str, letters: Letters = "party", longest: int | None = None) -> Normalised:
    """The half-width name; `NotWritableInKana` names what cannot be written, `TooLongForTheField`
    says by how much it is too long. Nothing is cut here."""
    text, companies = shortened(unicodedata.normalize("NFC", name.strip()))
    changes = [Change(was, became, "company") for was, became in companies]
    made: list[str] = []
    for letter in text:
        became, why = _letter(letter)
        if became in MARKS and (not made or made[-1][-1:] not in takes(became)):
            raise NotWritableInKana(letters=letter)
        made.append(became)
        if why is not None:
            changes.append(Change(letter, became, why))
    written = " ".join("".join(made).split())
    if strange := [one for one in dict.fromkeys(written) if one not in ALLOWED[letters]]:
        raise NotWritableInKana(letters="".join(strange))
    assert not lone_marks(written)
    if longest is not None and len(written) > longest:
        raise TooLongForTheField(longest=longest, length=len(written))
    return Normalised(written, tuple(dict.fromkeys(changes)))


def key(name: str) -> str:
    """A kana name to be compared: no spaces, no brackets, no company, ｦ as ｵ and hyphens left out,
    as different banks and payers write them."""
    text = jaconv.z2h(jaconv.hira2kata(name), kana=True, ascii=True, digit=True).upper()
    text = "".join(SMALL.get(letter, letter) for letter in text)
    for short in SHORT_FORMS:
        text = text.removeprefix(f"{short})").removesuffix(f"({short}").replace(f"({short})", "")
    return "".join(letter for letter in text if letter not in " ()-ｰ.･").replace("ｦ", "ｵ")


def _letter(letter: str) -> tuple[str, Why | None]:
    if letter in LONG_VOWELS:
        return "-", "long-vowel"
    if letter in HYPHENS:
        return "-", "sign"
    if letter in SIGNS:
        return SIGNS[letter], "sign"
    if letter in WITHOUT_HALF_WIDTH:
        return letter, None
    katakana = jaconv.hira2kata(letter)
    if katakana in OLD:
        return OLD[katakana], "old-kana"
    half = jaconv.z2h(katakana, kana=True, ascii=True, digit=True)
    large = "".join(SMALL.get(one, one) for one in half)
    if large != half:
        return large, "small-kana"
    if half.upper() != half:
        return half.upper(), "case"
    return half, None if half == letter else "width"

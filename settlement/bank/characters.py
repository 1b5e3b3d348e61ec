"""使用文字: which one-byte letters each kind of field may hold (domain 4.3), and where one may cut.

The stricter reading is taken where sources differ: ｦ in EDI情報 only, four symbols in names, one in
the names of banks and branches.
"""

from settlement.bank.layouts import Letters

KANA = frozenset(map(chr, range(0xFF71, 0xFF9E)))  # ｱ-ﾝ
VOICED, SEMI_VOICED = "ﾞ", "ﾟ"
MARKS = frozenset((VOICED, SEMI_VOICED))
TAKES_VOICED = frozenset("ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ")
TAKES_SEMI_VOICED = frozenset("ﾊﾋﾌﾍﾎ")

DIGITS = frozenset("0123456789")
EVERYWHERE = DIGITS | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ ") | KANA | MARKS
ALLOWED: dict[Letters, frozenset[str]] = {
    "branch": EVERYWHERE | frozenset("-"),
    "party": EVERYWHERE | frozenset("()-."),
    "edi": EVERYWHERE | frozenset("\\｢｣()-/.ｦ"),
    "any": EVERYWHERE | frozenset("\\｢｣()-/.ｦ"),
}


def foreign(text: str, letters: Letters) -> str:
    """The letters of a text that a field of this kind may not hold, each once, in their order."""
    allowed = ALLOWED[letters]
    return "".join(dict.fromkeys(letter for letter in text if letter not in allowed))


def lone_marks(text: str) -> list[int]:
    """Where a voicing mark follows no kana that takes it: the trace of a careless cut."""
    return [
        place
        for place, letter in enumerate(text)
        if letter in MARKS and (place == 0 or text[place - 1] not in takes(letter))
    ]


def takes(mark: str) -> frozenset[str]:
    """The kana that a mark may follow."""
    return TAKES_VOICED if mark == VOICED else TAKES_SEMI_VOICED


def cut(text: str, length: int) -> str:
    """The beginning of a text, never parting a kana from its mark."""
    if len(text) <= length:
        return text
    if length and text[length] in MARKS:
        length -= 1
    return text[:length].rstrip(" ")

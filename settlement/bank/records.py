"""One writer and one reader for every record: a table says where each field stands."""

from collections.abc import Iterable, Mapping

from settlement.bank.characters import foreign, lone_marks
from settlement.bank.faults import Finding
from settlement.bank.layouts import Field, Record
from settlement.bank.refusals import NotWritableInKana, TooLongForTheField

ENCODING = "cp932"  # one byte a letter: JIS X 0201
Value = int | str
# Digits that some banks leave blank, or fill with spaces (domain 4.4).
MAY_BE_BLANK = frozenset({"clearing_house", "customer", "result"})
END_OF_LINE = {"CRLF": b"\r\n", "NONE": b""}


def line(record: Record, values: Mapping[str, Value]) -> bytes:
    """The bytes of one record; a letter or a length that does not fit is refused, never bent."""
    return b"".join(_bytes(field, values) for field in record)


def fields(record: Record, written: bytes) -> dict[str, str]:
    """What stands in one record, by the names of its fields; text without the spaces after it."""
    found, at = {}, 0
    for field in record:
        raw = written[at : at + field.length].decode(ENCODING, errors="replace")
        at += field.length
        if not field.name.startswith("filler"):
            found[field.name] = raw if field.kind == "N" else raw.rstrip(" ")
    return found


def whole(digits: str) -> int:
    """A field of digits as a number; a field of spaces is 0."""
    return int(digits.strip() or "0")


def faults(
    record: Record, written: bytes, at_record: int, *, optional: bool = False
) -> Iterable[Finding]:
    """What a field of one record holds and may not; banks leave `optional` digits blank."""
    at = 0
    for field in record:
        raw = written[at : at + field.length]
        at += field.length
        yield from _faults(field, raw, at_record, optional)


def _faults(field: Field, raw: bytes, at_record: int, optional: bool) -> Iterable[Finding]:
    if field.kind == "N":
        digits = raw.strip() if optional or field.name in MAY_BE_BLANK else raw
        if digits and not digits.isdigit():
            yield Finding("digits", at_record, field.name)
        return
    text = raw.decode(ENCODING, errors="replace")
    if field.name.startswith("filler"):
        if text.strip(" "):
            yield Finding("not-zero-filled", at_record, field.name)
        return
    if strange := foreign(text, field.letters):
        yield Finding("letters", at_record, f"{field.name}: {strange}")
    elif lone_marks(text):
        yield Finding("lone-mark", at_record, field.name)


def _bytes(field: Field, values: Mapping[str, Value]) -> bytes:
    if field.name.startswith("filler"):
        return (b"0" if field.kind == "N" else b" ") * field.length
    value = values[field.name]
    if field.kind == "N":
        return _digits(field, value)
    text = str(value)
    strange = foreign(text, field.letters)
    if strange or lone_marks(text):
        raise NotWritableInKana(field=field.name, letters=strange or "ﾞﾟ")
    if len(text) > field.length:
        raise TooLongForTheField(field=field.name, longest=field.length)
    return text.ljust(field.length).encode(ENCODING)


def _digits(field: Field, value: Value) -> bytes:
    written = str(value)
    if not (written.isascii() and written.isdigit()):
        raise NotWritableInKana(field=field.name, letters=written)
    if len(written) > field.length:
        raise TooLongForTheField(field=field.name, longest=field.length)
    return written.zfill(field.length).encode("ascii")

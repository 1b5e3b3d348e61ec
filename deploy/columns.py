"""表: columns that line up in a terminal, in which a Japanese letter takes two places."""

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

Row = Sequence[str | int]


def table(head: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """The rows under their head, figures with commas and to the right; nothing, if there are
    none."""
    if not rows:
        return
    told = [tuple(said(cell) for cell in row) for row in rows]
    right = [all(isinstance(row[at], int) for row in rows) for at in range(len(head))]
    widths = [max(map(width, column)) for column in zip(head, *told, strict=True)]
    for row in (head, *told):
        yield "  ".join(map(padded, row, widths, right)).rstrip()


def said(cell: str | int) -> str:
    """A cell in words."""
    return cell if isinstance(cell, str) else f"{cell:,}"


def padded(text: str, to: int, right: bool) -> str:
    """A text as wide as its column."""
    room = " " * (to - width(text))
    return room + text if right else text + room


def width(text: str) -> int:
    """How many places of a terminal a text takes."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)

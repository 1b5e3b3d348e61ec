"""コードの図: a member's code as bars (CODE128) and as a square (QR), as paths for a page."""

import segno
from barcode.codex import Code128  # type: ignore[import-untyped]
from msgspec import Struct

BAR_HEIGHT = 50
QUIET_BARS = 10  # modules of white on either side (ISO/IEC 15417)
QUIET_SQUARE = 4  # (ISO/IEC 18004)


class Drawn(Struct, frozen=True):
    """A path in a box of so many modules, the quiet zone within."""

    path: str
    width: int
    height: int


def bars(digits: str) -> Drawn:
    """CODE128, as narrow as it can be."""
    (modules,) = Code128(digits).build()
    path = "".join(
        f"M{QUIET_BARS + at} 0h{wide}v{BAR_HEIGHT}h-{wide}z" for at, wide in runs(modules)
    )
    return Drawn(path, len(modules) + 2 * QUIET_BARS, BAR_HEIGHT)


def square(digits: str) -> Drawn:
    """QR, of medium error correction."""
    found = segno.make_qr(digits, error="m")
    path = "".join(
        f"M{QUIET_SQUARE + at} {QUIET_SQUARE + line}h{wide}v1h-{wide}z"
        for line, row in enumerate(found.matrix)
        for at, wide in runs("".join("1" if dark else "0" for dark in row))
    )
    side = len(found.matrix) + 2 * QUIET_SQUARE
    return Drawn(path, side, side)


def runs(modules: str) -> list[tuple[int, int]]:
    """Where dark runs begin, and how wide they are."""
    found: list[tuple[int, int]] = []
    for at, sign in enumerate(modules):
        if sign == "1":
            if found and sum(found[-1]) == at:
                found[-1] = (found[-1][0], found[-1][1] + 1)
            else:
                found.append((at, 1))
    return found


def spaced(digits: str) -> str:
    """Digits by fours, as people read them out."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))

"""アプリのアイコン: a ring that comes round, on a facility's colour, as PNG. Pure."""

import zlib
from math import isqrt

SIZES = (192, 512)
FINE = 16  # parts of a pixel, for edges without steps
WHITE = (255, 255, 255)
Colour = tuple[int, int, int]


def icon(side: int, colour: str) -> bytes:
    """A square icon; what matters lies within four fifths, so that it may be cut round."""
    ground: Colour = (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))
    lines = b"".join(b"\0" + _line(y, side, ground) for y in range(side))
    head = side.to_bytes(4) * 2 + bytes([8, 2, 0, 0, 0])
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in parts)


def _line(y: int, side: int, ground: Colour) -> bytes:
    centre = side * FINE // 2
    up = y * FINE + FINE // 2 - centre
    cover = [0] * side
    radii = ((side * 30, 1), (side * 20, -1), (side * 9, 1))  # hundredths: ring, its hole, a dot
    for hundredths, sign in radii:
        radius = hundredths * FINE // 100
        if abs(up) >= radius:
            continue
        half = isqrt(radius * radius - up * up)
        _fill(cover, centre - half, centre + half, sign)
    return b"".join(_mixed(ground, share) for share in cover)


def _fill(cover: list[int], begin: int, end: int, sign: int) -> None:
    for x in range(begin // FINE, -(-end // FINE)):
        inside = min(end, (x + 1) * FINE) - max(begin, x * FINE)
        cover[x] += sign * inside


def _mixed(ground: Colour, share: int) -> bytes:
    return bytes(
        (below * (FINE - share) + above * share) // FINE
        for below, above in zip(ground, WHITE, strict=True)
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

"""ロゴ: a facility's picture: a small PNG and nothing else. Pure."""

from federation.refusals import Refusal

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_BYTES = 64 * 1024
MOST_PIXELS = 1024
HEAD_BYTES = 33  # signature and IHDR


class NotALogo(Refusal):
    """ロゴは 64 KB・1024 ピクセル以内の PNG 画像にしてください
    A logo is a PNG of at most 64 KB and 1024 pixels a side."""

    burns = False
    status = 400
    staff_text = "PNG画像ではありません"


def logo(content: bytes) -> bytes:
    """A picture as it may be shown; `NotALogo`."""
    if len(content) > MOST_BYTES or not content.startswith(SIGNATURE + b"\0\0\0\rIHDR"):
        raise NotALogo(pointer="/logo")
    sides = (int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))
    if len(content) < HEAD_BYTES or not all(0 < side <= MOST_PIXELS for side in sides):
        raise NotALogo(pointer="/logo")
    return content

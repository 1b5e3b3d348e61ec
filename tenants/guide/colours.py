"""施設の色: whether people can read what stands in a facility's colours (WCAG 2.2, 1.4.3). Pure."""

from federation.refusals import Refusal

AA = 450  # hundredths: 4.5 to 1, for text of any size
# The papers and cards of the pages (deploy/web/style.css), by scheme.
LIGHT = ("#ffffff", "#f5f7fa")
DARK = ("#14181f", "#1d232d")


class TooFaint(Refusal):
    """この色では文字が読みにくくなります（コントラスト比 4.5 : 1 未満）。濃さを変えてください
    Words in this colour are hard to read (contrast below 4.5 : 1): choose it darker or lighter."""

    burns = False
    status = 400
    staff_text = "色の差が足りません"


def luminance(colour: str) -> int:
    """Relative luminance of #rrggbb, in millionths (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return (2126 * red + 7152 * green + 722 * blue) // 10_000


def contrast(one: str, other: str) -> int:
    """Contrast of two colours in hundredths, rounded down: 2100 is black on white."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 50_000) * 100 // (dark + 50_000)


def admit(colour: str, dark_colour: str) -> None:
    """Refuse colours that cannot be read on the page of their scheme, or under its letters."""
    for field, chosen, papers in (("colour", colour, LIGHT), ("dark_colour", dark_colour, DARK)):
        if any(contrast(chosen, paper) < AA for paper in papers):
            raise TooFaint(pointer=f"/{field}")


def _linear(level: int) -> int:
    if level <= 10:  # 0.04045 of 255
        return round(level * 1_000_000 / (255 * 12.92))
    linear: float = ((level / 255 + 0.055) / 1.055) ** 2.4
    return round(1_000_000 * linear)

"""A camera at the till: a real film of a card, the browser's own camera, the reader we ship."""

from collections.abc import Callable
from pathlib import Path

import pytest
import segno
from barcode.codex import Code128  # type: ignore[import-untyped]
from playwright.async_api import Browser, expect

from tests.mall import Mall
from tests.pages.at_till import at_till
from tests.pages.conftest import CHROMIUM, FLAGS

WIDE, HIGH = 640, 480
LOADED = "performance.getEntriesByType('resource').some((one) => one.name.includes('zxing'))"
LIKE_A_CORNER = "6304279674243931"  # the reader finds a fourth corner in it, as large as it is
WHITE, BLACK = b"\xeb", b"\x10"


def square(card: str) -> list[bytes]:
    """The card's QR code in the middle of the picture, eight points to a module."""
    modules = [bytes(row) for row in segno.make_qr(card, error="m").matrix_iter(border=4)]
    return [
        b"".join((BLACK if one else WHITE) * 8 for one in row) for row in modules for _ in "8" * 8
    ]


def bars(card: str) -> list[bytes]:
    """The card's bar code, two points to a bar."""
    (modules,) = Code128(card).build()
    return [b"".join((BLACK if one == "1" else WHITE) * 2 for one in modules)] * 160


def filmed(rows: list[bytes], film: Path) -> None:
    """A film in which the card is held still before the camera."""
    above = (HIGH - len(rows)) // 2
    lines = [WHITE * WIDE] * above + [row.center(WIDE, WHITE) for row in rows]
    lines += [WHITE * WIDE] * (HIGH - len(lines))
    picture = b"FRAME\n" + b"".join(lines) + b"\x80" * (WIDE * HIGH // 2)
    film.write_bytes(b"YUV4MPEG2 W%d H%d F30:1 Ip A1:1 C420jpeg\n" % (WIDE, HIGH) + picture * 10)


@pytest.mark.parametrize(
    ("drawn", "card"),
    [(square, None), (bars, None), (square, LIKE_A_CORNER)],
    ids=["square", "bars", "like a corner"],
)
async def test_a_camera_reads_the_card(
    mall: Mall,
    chromium: Browser,
    tmp_path: Path,
    drawn: Callable[[str], list[bytes]],
    card: str | None,
) -> None:
    """No reader comes with this browser, so ours is fetched, and only once it is asked for."""
    shop = await mall.shop(f"filmed-{next(mall.numbers)}")
    card = card or (await mall.member()).card
    film = tmp_path / "card.y4m"
    filmed(drawn(card), film)
    seen = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}"]  # fmt: skip
    filming = await chromium.browser_type.launch(executable_path=CHROMIUM, args=FLAGS + seen)
    try:
        async with at_till(filming, shop) as till:
            assert await till.page.evaluate("'BarcodeDetector' in window") is False
            assert await till.page.evaluate(LOADED) is False
            await till.page.click("[data-view=sale] [data-camera]")
            field = till.page.locator("[data-view=sale] [name=card]")
            await expect(field).to_have_value(card)
            await expect(till.page.locator("[data-dialog=camera]")).to_be_hidden()
            assert await till.page.evaluate(LOADED) is True
            till.whole()
    finally:
        await filming.close()


async def test_a_cashier_without_a_camera_is_told_what_to_do_instead(
    mall: Mall, chromium: Browser
) -> None:
    async with at_till(chromium, await mall.shop("unfilmed")) as till:
        await till.page.click("[data-view=sale] [data-camera]")
        await till.says("カメラで読み取れません", "bad")
        said = await till.page.inner_text(".answer")
        assert "この端末にはカメラがありません。" in said
        assert "読取機で読むか、番号を入力してください。" in said
        await expect(till.page.locator("[data-dialog=camera]")).to_be_hidden()
        till.whole()


async def test_no_page_but_the_till_may_use_the_camera(mall: Mall) -> None:
    allowed = {}
    for path in ("/till", "/status"):
        async with mall.http.get(mall.url + path) as answer:
            allowed[path] = answer.headers["permissions-policy"].partition(",")[0]
    assert allowed == {"/till": "camera=(self)", "/status": "camera=()"}

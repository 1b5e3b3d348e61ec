"""The public pages in a real browser: nothing but this hub is ever asked for anything."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.mall import Mall

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--virtual-time-budget=3000",
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")


async def visit(url: str) -> tuple[str, set[str]]:
    """A page as Chromium has it after its scripts ran, and every host that the page asked."""
    with TemporaryDirectory(prefix="meguri-") as folder:
        log = Path(folder) / "net.json"
        browser = await asyncio.create_subprocess_exec(
            CHROMIUM or "",
            *FLAGS,
            f"--user-data-dir={folder}/profile",
            f"--log-net-log={log}",
            "--dump-dom",
            url,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        page, _ = await browser.communicate()
        asked = json.loads(log.read_text(encoding="utf-8", errors="replace"))
    kind = asked["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    urls = [
        event["params"]["url"]
        for event in asked["events"]
        if event["type"] == kind and "url" in event.get("params", {})
    ]
    # What Chromium asks for itself at a start is named so by Chromium, and is no page's doing.
    hosts = {found.group(1) for one in urls if (found := re.match(r"https?://([^/]+)", one))}
    return page.decode(), {
        host for host in hosts if not host.endswith(("google.com", "googleapis.com"))
    }


async def test_pages_and_docs_ask_no_foreign_host(mall: Mall) -> None:
    here = mall.url.removeprefix("http://")
    for path, words in (
        ("/status?lang=ja", "帳簿の約束"),
        ("/status?lang=en", "promise"),
        ("/problems/not-enough-points?lang=ja", "ポイントが足りません"),
        ("/docs", "/v1/accruals"),
    ):
        page, hosts = await visit(mall.url + path)
        assert words in page, path
        assert hosts == {here}, path

"""A real browser, driven over the DevTools protocol: its own cookies, its own authenticator."""

import asyncio
import itertools
import json
import shutil
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--remote-debugging-port=0",
    "--window-size=900,1100",
)
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
PATIENCE = 60


class Tab:
    """One tab."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self._line = line
        self._numbers = itertools.count(1)
        self._session = ""
        self.events: list[Any] = []

    async def says(self, method: str, **params: Any) -> Any:
        """One command, and what it answers."""
        number = next(self._numbers)
        asked = {"id": number, "method": method, "params": params}
        if self._session:
            asked["sessionId"] = self._session
        await self._line.send_json(asked)
        while True:
            told = await asyncio.wait_for(self._line.receive_json(), PATIENCE)
            if told.get("id") == number:
                assert "error" not in told, told
                return told["result"]
            self.events.append(told)

    async def opens(self) -> None:
        found = await self.says("Target.createTarget", url="about:blank")
        told = await self.says("Target.attachToTarget", targetId=found["targetId"], flatten=True)
        self._session = told["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "WebAuthn"):
            await self.says(f"{domain}.enable")
        await self.says("WebAuthn.addVirtualAuthenticator", options=KEY)

    async def runs(self, script: str) -> Any:
        """What a script finds in the page."""
        told = await self.says(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    async def goes(self, url: str) -> None:
        await self.says("Page.navigate", url=url)
        await self.is_at("")

    async def is_at(self, path: str, words: str = "") -> str:
        """Wait until the page of this path is there and says this; its text."""
        for _ in range(PATIENCE * 20):
            try:
                found = await self.runs(
                    "document.readyState === 'complete' && location.protocol !== 'about:'"
                    " ? [location.pathname, document.body.innerText] : null"
                )
            except AssertionError:  # between two pages
                found = None
            if found and found[0].startswith(path) and words in found[1]:
                return str(found[1])
            await asyncio.sleep(0.05)
        raise AssertionError(f"never came to {path!r} {words!r}: {found}")

    async def fills(self, button: str = "form button.main", **values: str) -> None:
        """Fill the fields of a form in, and press its button."""
        await self.runs("window.left = false")
        for name, value in values.items():
            field = f"document.querySelector('[name={name}]:not([type=hidden])')"
            await self.runs(f"{field}.value = {json.dumps(value)}")
        await self.runs(f"document.querySelector({json.dumps(button)}).click()")
        for _ in range(PATIENCE * 20):
            try:
                if await self.runs("window.left") is None:
                    return
            except AssertionError:
                pass
            await asyncio.sleep(0.05)
        raise AssertionError("the form was never sent")

    async def shoots(self, path: Path) -> None:
        """A picture of the page."""
        told = await self.says("Page.captureScreenshot", captureBeyondViewport=True)
        await asyncio.to_thread(path.write_bytes, b64decode(told["data"]))

    async def cookies(self) -> list[Any]:
        return list((await self.says("Network.getCookies"))["cookies"])

    def complaints(self) -> list[str]:
        """What the browser held against the pages: broken policies, scripts that failed."""
        return [
            one["params"]["entry"]["text"]
            for one in self.events
            if one.get("method") == "Log.entryAdded"
            and one["params"]["entry"]["source"] in ("security", "javascript")
        ]


@asynccontextmanager
async def tab() -> AsyncIterator[Tab]:
    """A tab of a fresh browser."""
    with TemporaryDirectory(prefix="meguri-", ignore_cleanup_errors=True) as folder:
        browser = await asyncio.create_subprocess_exec(
            CHROMIUM or "", *FLAGS, f"--user-data-dir={folder}",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = await _port(Path(folder) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as http:
                async with http.get(f"http://127.0.0.1:{port}/json/version") as answer:
                    url = (await answer.json())["webSocketDebuggerUrl"]
                async with http.ws_connect(url, max_msg_size=0) as line:
                    ours = Tab(line)
                    await ours.opens()
                    yield ours
        finally:
            browser.terminate()
            await browser.wait()


async def _port(path: Path) -> int:
    for _ in range(PATIENCE * 20):
        if lines := await asyncio.to_thread(_lines, path):
            return int(lines[0])
        await asyncio.sleep(0.05)
    raise AssertionError("the browser did not start")


def _lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []

"""The operator of the demo: sets its clock, closes cycles, and takes the sealed files, by HTTP."""

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import aiohttp
import msgspec

from auth.clients import Registered
from federation.days import TOKYO
from settlement import calendar

TOKEN_KEPT_SECONDS = 240
CLOSING = aiohttp.ClientTimeout(total=600)


class NotDone(Exception):
    """What the operator asked for was refused: method, path and status."""


class Operator:
    """One operator's client with its token."""

    def __init__(self, hub_url: str, client: Registered) -> None:
        self._hub_url = hub_url
        self._client = client
        self._token = ""
        self._asked = -TOKEN_KEPT_SECONDS * 1.0

    async def __aenter__(self) -> "Operator":
        self._session = aiohttp.ClientSession(timeout=CLOSING)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def new_day(self, day: date) -> None:
        """It is the last second of a day."""
        await self.set_clock(end_of(day))

    async def set_clock(self, now: datetime) -> None:
        """Set the clock of this demo instance."""
        await self._ask("PUT", "/v1/admin/clock", {"now": now.isoformat()})

    async def close(self, cycle: calendar.Cycle) -> tuple[str, bytes]:
        """Close a cycle on the day it is due; its name and its sealed file."""
        name = cycle.first_on.isoformat()
        await self._ask("POST", f"/v1/admin/cycles/{name}/close")
        return name, await self._ask("GET", f"/v1/settlement/cycles/{name}/seal")

    async def _ask(self, method: str, path: str, body: Any = None) -> bytes:
        headers = {"authorization": f"Bearer {await self._fresh_token()}"}
        if body is not None:
            headers["content-type"] = "application/json"
        async with self._session.request(
            method,
            self._hub_url + path,
            data=msgspec.json.encode(body) if body is not None else None,
            headers=headers,
        ) as answer:
            told = await answer.read()
            if answer.status >= 400:
                raise NotDone(f"{method} {path}: {answer.status} {told.decode()[:300]}")
            return told

    async def _fresh_token(self) -> str:
        if time.monotonic() - self._asked > TOKEN_KEPT_SECONDS:
            assert self._client.secret is not None
            async with self._session.post(
                f"{self._hub_url}/oauth/token",
                data={"grant_type": "client_credentials"},
                headers={
                    "authorization": aiohttp.encode_basic_auth(
                        self._client.client_id, self._client.secret
                    )
                },
            ) as answer:
                self._token = (await answer.json())["access_token"]
            self._asked = time.monotonic()
        return self._token


def end_of(day: date) -> datetime:
    """The last second of a day in Tokyo."""
    return datetime.combine(day, clock_time(23, 59, 59), TOKYO).astimezone(UTC)


def afternoon_after(now: datetime) -> datetime:
    """Four o'clock of the next day in Tokyo: there is day left for whoever comes to look."""
    tomorrow = now.astimezone(TOKYO).date() + timedelta(days=1)
    return datetime.combine(tomorrow, clock_time(16), TOKYO).astimezone(UTC)

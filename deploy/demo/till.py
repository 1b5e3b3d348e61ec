"""One till at work: its token, its patience, what it sends for a sale and what it reads back."""

import asyncio
import base64
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Final
from urllib.parse import quote as url_quote
from urllib.parse import urlencode

import aiohttp
import msgspec
from joserfc import jwt
from joserfc.jwk import ECKey
from msgspec import Struct

from deploy.demo.federation import Bought, card_number, is_voided, spends, tries_to_redeem

SCOPES: Final = "points:quote points:accrue points:redeem points:reverse"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS: Final = 30
TIME_OUT: Final = aiohttp.ClientTimeout(total=3)
RESEND_AFTER_SECONDS: Final = (1, 3)
BUSY_ANSWERS: Final = 60
RENEW_BEFORE_SECONDS: Final = 30
JSON: Final = {"Content-Type": "application/json"}
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class TillClient(Struct, frozen=True):
    """What one till was given: its OAuth client, its key (or secret), its tenant and its code."""

    client_id: str
    credential: ECKey | str
    tenant: str
    till: str
    staff: str = "1001"

    def __repr__(self) -> str:
        """Its place in the federation, never its key."""
        return f"TillClient({self.tenant} {self.till})"


class Quote(Struct, frozen=True):
    """What a till asks before the customer pays with points."""

    till: str
    staff: str
    business_date: date
    at: datetime
    card: str
    paid_yen: int


class Sale(Struct, frozen=True, omit_defaults=True):
    """What a till sends for a sale; with points it is a purchase, without an accrual."""

    slip: str
    till: str
    staff: str
    business_date: date
    at: datetime
    card: str
    receipt_no: str
    paid_yen: int
    excluded_yen: int = 0
    points: int = 0

    @property
    def path(self) -> str:
        """The call that books it."""
        return "/v1/purchases" if self.points else "/v1/accruals"


class Void(Struct, frozen=True):
    """A sale that shall not have been."""

    slip: str
    till: str
    staff: str
    business_date: date
    at: datetime
    of: str
    reason: str


class Balance(Struct, frozen=True):
    """What the member has."""

    points: int = 0


class Answer(Struct, frozen=True):
    """What a till reads of the hub's answer."""

    points: int = 0
    redeemed_points: int = 0
    balance: Balance = Balance()


class Problem(Struct, frozen=True):
    """What a till reads of a refusal."""

    type: str = ""


class Grant(Struct, frozen=True):
    """What the token endpoint gave."""

    access_token: str
    expires_in: int


class Reply(Struct, frozen=True):
    """One answer off the wire; status 0 when none came in time."""

    status: int
    content: bytes = b""
    retry_after: str = ""

    @property
    def booked(self) -> bool:
        """Whether the hub did what was asked."""
        return 200 <= self.status < 300

    @property
    def busy(self) -> bool:
        """Whether the hub asks the till to come again."""
        return self.status in (429, 503)

    @property
    def silent(self) -> bool:
        """Whether nobody knows what became of the request."""
        return self.status == 0 or self.status >= 500

    @property
    def retry_after_seconds(self) -> int:
        """How long the hub asks the till to wait."""
        return int(self.retry_after) if self.retry_after.isdecimal() else 1

    @property
    def slug(self) -> str:
        """Why it was refused."""
        try:
            kind = msgspec.json.decode(self.content, type=Problem).type
        except msgspec.DecodeError:
            kind = ""
        return kind.rpartition("/")[2] or f"status-{self.status}"

    def read(self) -> Answer:
        """What a till reads of a good answer."""
        return msgspec.json.decode(self.content, type=Answer)


SILENCE: Final = Reply(0)


class HubSilent(Exception):
    """The hub did not answer a slip, however often it was sent."""


class NoToken(Exception):
    """The hub gave this till no token."""


def assertion_claims(client_id: str, issuer: str, now: int) -> dict[str, str | int]:
    """Who asks for a token, of whom, and until when: good for once."""
    return {
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
        "jti": secrets.token_urlsafe(16),
    }


def signed(claims: dict[str, str | int], key: ECKey) -> str:
    """The assertion as the token endpoint takes it."""
    return jwt.encode({"alg": "ES256"}, claims, key)


def basic(client_id: str, secret: str) -> str:
    """The header of client_secret_basic; RFC 6749 has both parts form-encoded first."""
    pair = f"{url_quote(client_id, safe='')}:{url_quote(secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def slip_number(till: str, bought: Bought) -> str:
    """The till's own number for this sale, unique in its shop for ever."""
    return f"{till}-{bought.business_date:%Y%m%d}-{bought.receipt_no}"


def quote(client: TillClient, bought: Bought, seed: int) -> Quote:
    """The till's question before the member pays with points."""
    return Quote(
        till=client.till,
        staff=client.staff,
        business_date=bought.business_date,
        at=bought.at,
        card=card_number(bought.household, seed),
        paid_yen=bought.paid_yen,
    )


def sale(client: TillClient, bought: Bought, seed: int, points: int = 0) -> Sale:
    """The receipt as the till sends it, some of it paid with points."""
    return Sale(
        slip=slip_number(client.till, bought),
        till=client.till,
        staff=client.staff,
        business_date=bought.business_date,
        at=bought.at,
        card=card_number(bought.household, seed),
        receipt_no=bought.receipt_no,
        paid_yen=bought.paid_yen - points,
        excluded_yen=bought.paid_yen if bought.excluded else 0,
        points=points,
    )


def void(client: TillClient, bought: Bought) -> Void:
    """The reversal of a sale that was mistyped."""
    slip = slip_number(client.till, bought)
    return Void(
        slip=f"{slip}-V",
        till=client.till,
        staff=client.staff,
        business_date=bought.business_date,
        at=bought.at,
        of=slip,
        reason="打ち間違い",
    )


class Wire:
    """The line to the hub that all tills share: so many requests in flight, each sent once."""

    def __init__(self, session: aiohttp.ClientSession, hub_url: str, in_flight: int) -> None:
        self._session = session
        self._hub_url = hub_url.rstrip("/")
        self._gate = asyncio.Semaphore(in_flight)
        self.requests = 0

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send it once; silence is an answer too."""
        async with self._gate:
            self.requests += 1
            try:
                async with self._session.post(
                    self._hub_url + path, data=body, headers=headers, allow_redirects=False
                ) as answer:
                    content = await answer.read()
                    return Reply(answer.status, content, answer.headers.get("Retry-After", ""))
            except (TimeoutError, aiohttp.ClientError):
                return SILENCE


class Till:
    """One till at work: its token, its patience, its sales."""

    def __init__(self, client: TillClient, wire: Wire, issuer: str, seed: int) -> None:
        self._client = client
        self._wire = wire
        self._issuer = issuer
        self._seed = seed
        self._token = ""
        self._renew_at = 0.0

    async def sell(self, bought: Bought) -> tuple[Reply, Reply | None]:
        """Sell it as the till did, pay with points if the member asks to and has enough, and undo
        it where it was mistyped: what the hub said to the sale, and to its reversal."""
        points = 0
        if tries_to_redeem(bought, self._seed):
            quoted = await self._ask("/v1/quotes", quote(self._client, bought, self._seed))
            if quoted.booked:
                points = spends(quoted.read().balance.points, bought.paid_yen)
        sold = sale(self._client, bought, self._seed, points)
        told = await self._ask(sold.path, sold)
        if not told.booked or not is_voided(bought, self._seed):
            return told, None
        return told, await self._ask("/v1/reversals", void(self._client, bought))

    async def _ask(self, path: str, body: Quote | Sale | Void) -> Reply:
        content = msgspec.json.encode(body)
        reply = await self._patiently(partial(self._post, path, content))
        if reply.status == 401:
            self._token = ""
            reply = await self._patiently(partial(self._post, path, content))
        return reply

    async def _post(self, path: str, content: bytes) -> Reply:
        headers = {"Authorization": f"Bearer {await self._bearer()}", **JSON}
        return await self._wire.post(path, content, headers)

    async def _patiently(self, send: Callable[[], Awaitable[Reply]]) -> Reply:
        pauses = [*RESEND_AFTER_SECONDS]
        for _ in range(BUSY_ANSWERS):
            reply = await send()
            if reply.busy:
                await asyncio.sleep(reply.retry_after_seconds)
            elif not reply.silent:
                return reply
            elif pauses:
                await asyncio.sleep(pauses.pop(0))
            else:
                break
        raise HubSilent(f"{self._client} got no answer, however often it asked")

    async def _bearer(self) -> str:
        if not self._token or time.monotonic() >= self._renew_at:
            asked_at = time.monotonic()
            reply = await self._patiently(self._ask_token)
            if reply.status != 200:
                raise NoToken(f"{self._client} got no token: {reply.status}")
            grant = msgspec.json.decode(reply.content, type=Grant)
            self._token = grant.access_token
            self._renew_at = asked_at + grant.expires_in - RENEW_BEFORE_SECONDS
        return self._token

    async def _ask_token(self) -> Reply:
        form = {"grant_type": "client_credentials", "scope": SCOPES}
        headers = {**FORM}
        if isinstance(self._client.credential, str):
            headers["Authorization"] = basic(self._client.client_id, self._client.credential)
        else:
            claims = assertion_claims(self._client.client_id, self._issuer, int(time.time()))
            form["client_assertion_type"] = ASSERTION_TYPE
            form["client_assertion"] = signed(claims, self._client.credential)
        return await self._wire.post("/oauth/token", urlencode(form).encode(), headers)

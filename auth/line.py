"""LINE 連携: LINE Login v2.1 (OAuth 2.1 code flow with PKCE, OpenID Connect), as LINE documents it.

Two hosts, named here and nowhere else, so that no setting can send a code elsewhere. What comes
back is believed only as an ID token for our channel and this very try: signed with the channel
secret (HS256, as for web sign-in) or with LINE's own key (ES256, as for apps).
"""

import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey
from msgspec import Struct

from auth.giving import challenge_of
from federation.refusals import Refusal
from tenants.member_words import LineId

AUTHORIZE = "https://access.line.me/oauth2/v2.1/authorize"
TOKEN = "https://api.line.me/oauth2/v2.1/token"  # noqa: S105  an address
CERTS = "https://api.line.me/oauth2/v2.1/certs"
ISSUER = "https://access.line.me"
SCOPE = "openid"
SKEW_SECONDS = 10
MOST_BYTES = 64 * 1024
PATIENCE = aiohttp.ClientTimeout(total=10)

Call = Callable[[str, Mapping[str, str] | None], Awaitable[bytes]]


class NotByLine(Refusal):
    """LINE での本人確認ができませんでした。もう一度お試しください
    LINE did not confirm who you are: try again."""

    status = 401
    burns = False
    do = "retry"
    staff_text = "LINE確認に失敗"


class Head(Struct, frozen=True):
    """How an ID token is signed."""

    alg: str
    kid: str = ""


class Claims(Struct, frozen=True):
    """What an ID token says."""

    iss: str
    sub: LineId
    aud: str
    exp: int
    iat: int
    nonce: str = ""


class Given(Struct, frozen=True):
    """What the token endpoint answers, as far as it is needed."""

    id_token: str


class Certs(Struct, frozen=True):
    """LINE's public keys."""

    keys: list[dict[str, Any]]


class Line:
    """One channel at LINE; `call` posts a form, or gets where there is none."""

    def __init__(self, channel: str, secret: str, call: Call | None = None) -> None:
        self._channel = channel
        self._secret = secret
        self._call = call or called

    def door(self, back: str, state: str, nonce: str, verifier: str, lang: str) -> str:
        """Where the member says at LINE who they are."""
        asked = {
            "response_type": "code",
            "client_id": self._channel,
            "redirect_uri": back,
            "state": state,
            "scope": SCOPE,
            "nonce": nonce,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            "ui_locales": lang,
        }
        return f"{AUTHORIZE}?{urlencode(asked)}"

    async def who(self, code: str, back: str, nonce: str, verifier: str, now: datetime) -> str:
        """The LINE id behind a code that came back; `NotByLine`."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._channel,
            "client_secret": self._secret,
            "code_verifier": verifier,
        }
        try:
            given = msgspec.json.decode(await self._call(TOKEN, form), type=Given)
            return await self.believed(given.id_token, nonce, now)
        except (msgspec.MsgspecError, aiohttp.ClientError, TimeoutError, OSError):
            raise NotByLine from None

    async def believed(self, id_token: str, nonce: str, now: datetime) -> str:
        """Whose ID token this is, if it is for this channel and this try; `NotByLine`."""
        try:
            key, alg = await self._key(head_of(id_token))
            token = jwt.decode(id_token, key, algorithms=[alg])
            told = msgspec.convert(token.claims, Claims)
        except (JoseError, msgspec.MsgspecError, ValueError):
            raise NotByLine from None
        second = int(now.timestamp())
        ours = told.iss == ISSUER and told.aud == self._channel and told.nonce == nonce
        in_time = told.iat <= second + SKEW_SECONDS and second < told.exp
        if not (ours and in_time):
            raise NotByLine
        return told.sub

    async def _key(self, head: Head) -> tuple[OctKey | ECKey, str]:
        """The one key that a token of this kind may be signed with."""
        if head.alg == "HS256":
            return OctKey.import_key(self._secret), "HS256"
        if head.alg == "ES256":
            certs = msgspec.json.decode(await self._call(CERTS, None), type=Certs)
            for one in certs.keys:
                if one.get("kid") == head.kid and one.get("kty") == "EC":
                    return ECKey.import_key(one), "ES256"
        raise NotByLine


def head_of(id_token: str) -> Head:
    """How a token says it is signed; what it says is tried, never obeyed."""
    part = id_token.partition(".")[0]
    return msgspec.json.decode(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=Head)


async def called(url: str, form: Mapping[str, str] | None) -> bytes:
    """One call to LINE, never sent on elsewhere; what is not 200 is nothing."""
    async with (
        aiohttp.ClientSession(timeout=PATIENCE) as http,
        http.request(
            "GET" if form is None else "POST", url, data=form, allow_redirects=False
        ) as answer,
    ):
        body = await answer.content.read(MOST_BYTES)
        return body if answer.status == 200 else b""

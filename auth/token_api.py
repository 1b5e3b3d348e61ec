"""The doors themselves: the token endpoint, the public keys, and what a client needs to know."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import anyio
import anyio.to_thread
import msgspec
import psycopg
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from msgspec import Struct

from auth import jws
from auth.gate import ANYONE
from auth.keys import Keys
from auth.scopes import SCOPES
from auth.server import METHODS, TokenAnswer, TokenServer

FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 16 * 1024
MOST_FIELDS = 64
MOST_AT_ONCE = 4
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
MINUTES = CacheControlHeader(public=True, max_age=300)


class OAuthError(Struct, frozen=True):
    """Why there is no token (RFC 6749, 5.2)."""

    error: str
    error_description: str


class AccessToken(Struct, frozen=True):
    """A token (RFC 6749, 5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class NotAForm(Exception):
    """What was sent is not a form that this endpoint reads."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


class TokenDesk:
    """The token endpoint of one process: reads forms here, thinks in a few threads of its own."""

    def __init__(self, server: TokenServer, keys: Keys) -> None:
        self.server = server
        self.keys = keys
        self._threads = anyio.CapacityLimiter(MOST_AT_ONCE)

    async def answer(self, request: Request[Any, Any, Any]) -> TokenAnswer:
        """A token or an OAuth error for whatever was sent."""
        try:
            form = parsed(await _body(request))
            await self.keys.fresh()
            return await anyio.to_thread.run_sync(
                self.server.answer,
                form,
                request.headers.get("authorization"),
                self.keys.signer(),
                limiter=self._threads,
            )
        except NotAForm as why:
            return _error(why.status, "invalid_request", why.why)
        except psycopg.OperationalError:
            return _error(503, "temporarily_unavailable", "Ask again.", {"Retry-After": "1"})


def parsed(body: bytes) -> dict[str, str]:
    """The fields of a form, each at most once; one without a value was not sent (RFC 6749, 3.2)."""
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise NotAForm(400, "This is not a form.") from None
    form = dict(fields)
    if len(form) != len(fields):
        raise NotAForm(400, "A field stands here twice.")
    if not form.get("grant_type"):
        raise NotAForm(400, "grant_type is missing.")
    return {name: value for name, value in form.items() if value}


async def _body(request: Request[Any, Any, Any]) -> bytes:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise NotAForm(415, f"Send {FORM}.")
    try:
        return await request.body()
    except HTTPException as why:
        if why.status_code == 413:
            raise NotAForm(413, "The form is too large.") from None
        raise NotAForm(400, "The form did not arrive.") from None


def _error(status: int, error: str, why: str, more: dict[str, str] | None = None) -> TokenAnswer:
    body = msgspec.json.encode(OAuthError(error, why))
    return TokenAnswer(status, body, {**NO_STORE, **(more or {})})


@dataclass
class TokenOperation(Operation):
    """The form, for the API's document."""

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        fields: dict[str, Reference | Schema] = {
            "grant_type": Schema(type=OpenAPIType.STRING, enum=["client_credentials"]),
            "scope": text,
            "client_id": text,
            "client_assertion_type": text,
            "client_assertion": text,
        }
        form = Schema(type=OpenAPIType.OBJECT, properties=fields, required=["grant_type"])
        self.request_body = RequestBody({FORM: OpenAPIMediaType(schema=form)}, required=True)


_ERRORS = {
    400: "not a request for a token",
    401: "the client did not prove who it is",
    413: "more than 16 KiB",
    415: "not a form",
    503: "ask again",
}


@post(
    "/oauth/token",
    requires=ANYONE,
    status_code=200,
    request_max_body_size=MOST_BYTES,
    operation_class=TokenOperation,
    responses={
        200: ResponseSpec(AccessToken, description="an access token", generate_examples=False),
        **{
            status: ResponseSpec(OAuthError, description=why, generate_examples=False)
            for status, why in _ERRORS.items()
        },
    },
)
async def post_token(
    request: Request[Any, Any, Any], token_desk: NamedDependency[TokenDesk]
) -> Response[bytes]:
    """Give a client an access token for its credentials."""
    answer = await token_desk.answer(request)
    return Response(
        answer.body,
        status_code=answer.status,
        headers={name: said for name, said in answer.headers.items() if name != "Content-Type"},
        media_type=MediaType.JSON,
    )


@get("/oauth/jwks", requires=ANYONE, cache_control=MINUTES)
async def get_jwks(token_desk: NamedDependency[TokenDesk]) -> dict[str, list[dict[str, Any]]]:
    """The public keys that access tokens are signed with, and the one that comes next."""
    return await token_desk.keys.published()


@get("/.well-known/oauth-authorization-server", requires=ANYONE, cache_control=MINUTES)
async def get_metadata(token_desk: NamedDependency[TokenDesk]) -> dict[str, str | list[str]]:
    """What a client needs to know to ask for a token (RFC 8414)."""
    return metadata(token_desk.server.issuer)


def metadata(issuer: str) -> dict[str, str | list[str]]:
    """Where the doors are and what opens them."""
    return {
        "issuer": issuer,
        "token_endpoint": f"{issuer}/oauth/token",
        "jwks_uri": f"{issuer}/oauth/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["none"],  # must be named, though nobody signs in here yet
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": jws.ALGORITHMS,
        "service_documentation": f"{issuer}/docs",
        "ui_locales_supported": ["ja", "en"],
    }


ROUTES = [post_token, get_jwks, get_metadata]

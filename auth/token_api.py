"""The doors themselves: where tokens are given, told of and taken back, requests pushed, and the
public keys and the metadata read."""

from dataclasses import dataclass
from typing import Any, ClassVar

from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, Reference, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from msgspec import Struct

from auth.door_desk import DoorDesk, OAuthError
from auth.forms import FORM, MOST_BYTES
from auth.gate import ANYONE
from auth.metadata import Metadata, metadata
from auth.server import DoorAnswer
from auth.tokens import Binding

MINUTES = CacheControlHeader(public=True, max_age=300)
CLIENT = "client"  # who asks, as the API's document calls it
Asked = Request[Any, Any, Any]


class AccessToken(Struct, frozen=True, omit_defaults=True):
    """A token (RFC 6749, 5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    refresh_token: str | None = None


class Pushed(Struct, frozen=True):
    """Under which name a pushed request is asked for, and for how many seconds (RFC 9126, 2.2)."""

    request_uri: str
    expires_in: int


class Told(Struct, frozen=True, omit_defaults=True):
    """What a token is worth (RFC 7662, 2.2)."""

    active: bool
    client_id: str | None = None
    scope: str | None = None
    sub: str | None = None
    aud: str | None = None
    iss: str | None = None
    exp: int | None = None
    iat: int | None = None
    nbf: int | None = None
    jti: str | None = None
    token_type: str | None = None
    cnf: Binding | None = None


@dataclass
class FormOperation(Operation):
    """A form, for the API's document."""

    fields: ClassVar[tuple[str, ...]] = ()
    required_fields: ClassVar[tuple[str, ...]] = ()
    grants: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        text = Schema(type=OpenAPIType.STRING)
        properties: dict[str, Reference | Schema] = dict.fromkeys(
            (*self.fields, "client_id", "client_assertion_type", "client_assertion"), text
        )
        if self.grants:
            properties["grant_type"] = Schema(type=OpenAPIType.STRING, enum=list(self.grants))
        form = Schema(
            type=OpenAPIType.OBJECT, properties=properties, required=list(self.required_fields)
        )
        self.security = [{CLIENT: []}, {}]  # or none: an assertion stands in the form
        self.request_body = RequestBody({FORM: OpenAPIMediaType(schema=form)}, required=True)


class TokenOperation(FormOperation):
    """What is sent for a token."""

    fields = ("grant_type", "scope", "code", "redirect_uri", "code_verifier", "refresh_token")
    required_fields = ("grant_type",)
    grants = ("client_credentials", "authorization_code", "refresh_token")


class ParOperation(FormOperation):
    """What is pushed."""

    fields = (
        "response_type",
        "redirect_uri",
        "scope",
        "state",
        "code_challenge",
        "code_challenge_method",
        "dpop_jkt",
    )
    required_fields = ("response_type", "redirect_uri", "code_challenge", "code_challenge_method")


class AboutOperation(FormOperation):
    """The token that is asked about."""

    fields = ("token", "token_type_hint")
    required_fields = ("token",)


_ERRORS = {
    400: "not a request that can be granted",
    401: "the client did not prove who it is",
    413: "more than 16 KiB",
    415: "not a form",
    429: "too many requests were pushed",
    503: "ask again",
}


def _answers(status: int, kind: type[Struct] | None, what: str) -> dict[int, ResponseSpec]:
    """What a door may answer, for the API's document."""
    told = {
        code: ResponseSpec(OAuthError, description=why, generate_examples=False)
        for code, why in _ERRORS.items()
    }
    if kind is not None:
        told[status] = ResponseSpec(kind, description=what, generate_examples=False)
    return told


def _said(answer: DoorAnswer) -> Response[bytes]:
    return Response(
        answer.body,
        status_code=answer.status,
        headers={name: said for name, said in answer.headers.items() if name != "Content-Type"},
        media_type=MediaType.JSON,
    )


@post(
    "/oauth/token",
    requires=ANYONE,
    status_code=200,
    request_max_body_size=MOST_BYTES,
    operation_class=TokenOperation,
    responses=_answers(200, AccessToken, "an access token"),
)
async def post_token(request: Asked, door_desk: NamedDependency[DoorDesk]) -> Response[bytes]:
    """Give a client an access token: for credentials, a code, a refresh token. / トークンの発行"""
    return _said(await door_desk.token(request))


@post(
    "/oauth/par",
    requires=ANYONE,
    status_code=201,
    request_max_body_size=MOST_BYTES,
    operation_class=ParOperation,
    responses=_answers(201, Pushed, "the request is kept for five minutes"),
)
async def post_par(request: Asked, door_desk: NamedDependency[DoorDesk]) -> Response[bytes]:
    """Keep what a member's browser will be sent to ask (RFC 9126). / 認可要求の先渡し（PAR）"""
    return _said(await door_desk.par(request))


@post(
    "/oauth/introspect",
    requires=ANYONE,
    status_code=200,
    request_max_body_size=MOST_BYTES,
    operation_class=AboutOperation,
    responses=_answers(200, Told, "what the token is worth"),
)
async def post_introspect(request: Asked, door_desk: NamedDependency[DoorDesk]) -> Response[bytes]:
    """Tell a client what a token of its own business is worth (RFC 7662). / トークンの照会"""
    return _said(await door_desk.introspect(request))


@post(
    "/oauth/revoke",
    requires=ANYONE,
    status_code=200,
    request_max_body_size=MOST_BYTES,
    operation_class=AboutOperation,
    responses=_answers(200, None, ""),
)
async def post_revoke(request: Asked, door_desk: NamedDependency[DoorDesk]) -> Response[bytes]:
    """Take a token back (RFC 7009). / トークンの取消"""
    return _said(await door_desk.revoke(request))


@get("/oauth/jwks", requires=ANYONE, cache_control=MINUTES)
async def get_jwks(door_desk: NamedDependency[DoorDesk]) -> dict[str, list[dict[str, Any]]]:
    """The public keys of access tokens, and the one that comes next. / 署名鍵の公開"""
    return await door_desk.keys.published()


@get("/.well-known/oauth-authorization-server", requires=ANYONE, cache_control=MINUTES)
async def get_metadata(door_desk: NamedDependency[DoorDesk]) -> Metadata:
    """What a client needs to know to come in (RFC 8414). / 認可サーバーの構成"""
    members = door_desk.sign_in is not None
    return metadata(door_desk.server.issuer, members, door_desk.certificates.believed)


ROUTES: list[HTTPRouteHandler] = [
    post_token,
    post_par,
    post_introspect,
    post_revoke,
    get_jwks,
    get_metadata,
]

"""送信先のAPI: a tenant's endpoints, their secrets, their log, a ping and a replay."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from litestar import Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.reading_api import NO_STORE, Most
from tenants.webhooks import endpoints
from tenants.webhooks.endpoints import (
    ID,
    Attempts,
    Endpoint,
    Pinged,
    PublicKey,
    Replaying,
    Wanted,
    WithSecret,
)
from tenants.webhooks.guard import Allowance
from tenants.webhooks.refusals import (
    DestinationNotAllowed,
    EndpointNotEnabled,
    PingsWait,
    TooManyEndpoints,
)
from tenants.webhooks.signing import Vault

Now = Callable[[], datetime]
BODY = (Validation, TooLarge, UnsupportedMediaType)


class Endpoints(Struct, frozen=True):
    """A tenant's endpoints by name."""

    endpoints: tuple[Endpoint, ...]


class From(Struct, frozen=True, forbid_unknown_fields=True):
    """Behind which sequence to begin again."""

    after: Annotated[int, Meta(ge=0, le=2**53 - 1)]


@get(
    "/v1/webhook-endpoints",
    requires="events:read",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_endpoints(
    caller: NamedDependency[Caller], own: NamedDependency[AsyncConnection]
) -> Endpoints:
    """Where this tenant is told of what happens. / 送信先一覧"""
    return Endpoints(tuple(await endpoints.listed(own, caller.tenant_id)))


@get(
    "/v1/webhook-endpoints/{endpoint:str}",
    requires="events:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_endpoint(
    endpoint: FromPath[str],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
) -> Endpoint:
    """One endpoint: its state, and how many deliveries wait. / 送信先照会"""
    return await endpoints.one(own, caller.tenant_id, endpoint)


@put(
    "/v1/webhook-endpoints/{endpoint:str}",
    requires="events:write",
    cache_control=NO_STORE,
    responses=answers(200, Endpoint, *BODY, DestinationNotAllowed, TooManyEndpoints)
    | answers(201, WithSecret, *BODY, DestinationNotAllowed, TooManyEndpoints),
)
async def put_endpoint(
    endpoint: FromPath[Annotated[str, Meta(pattern=ID)]],
    data: JSONBody[Wanted],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    vault: NamedDependency[Vault],
    allowing: NamedDependency[list[Allowance]],
    wall: NamedDependency[Now],
) -> Response[Endpoint | WithSecret]:
    """Make an endpoint (its secret is shown this once), or change it. / 送信先の登録"""
    made = await endpoints.put(own, vault, caller.tenant_id, endpoint, data, wall(), allowing)
    return Response(made, status_code=201 if isinstance(made, WithSecret) else 200)


@delete(
    "/v1/webhook-endpoints/{endpoint:str}",
    requires="events:write",
    responses=answers(204, None, NotFound, *BODY),
)
async def delete_endpoint(
    endpoint: FromPath[str],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
) -> None:
    """Take an endpoint away, with all that waits for it. / 送信先の削除"""
    await endpoints.remove(own, caller.tenant_id, endpoint)


@post(
    "/v1/webhook-endpoints/{endpoint:str}/secret",
    requires="events:write",
    cache_control=NO_STORE,
    responses=answers(201, None, NotFound, *BODY),
)
async def post_secret(
    endpoint: FromPath[str],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    vault: NamedDependency[Vault],
    wall: NamedDependency[Now],
) -> WithSecret:
    """Another secret, shown this once; both sign for 24 hours. / 署名の秘密の交換"""
    return await endpoints.rotate(own, vault, caller.tenant_id, endpoint, wall())


@get(
    "/v1/webhook-endpoints/{endpoint:str}/key",
    requires="events:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_key(
    endpoint: FromPath[str],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    vault: NamedDependency[Vault],
) -> PublicKey:
    """The public key of `v1a` signatures at this endpoint; it may be shown to anyone. / 公開鍵"""
    return await endpoints.key_of(own, vault, caller.tenant_id, endpoint)


@post(
    "/v1/webhook-endpoints/{endpoint:str}/test",
    requires="events:write",
    status_code=202,
    responses=answers(202, None, NotFound, EndpointNotEnabled, PingsWait, *BODY),
)
async def post_test(
    endpoint: FromPath[str],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    wall: NamedDependency[Now],
) -> Pinged:
    """Send a ping; what became of it stands among the deliveries. / 試験送信"""
    return await endpoints.ping(own, names, caller.tenant_id, endpoint, wall())


@get(
    "/v1/webhook-endpoints/{endpoint:str}/deliveries",
    requires="events:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_deliveries(
    endpoint: FromPath[str],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    after: FromQuery[str | None] = None,
    limit: Most = 50,
) -> Attempts:
    """Each try of the last 30 days: when, what was answered, how long it took. / 送信記録"""
    return await endpoints.attempts(own, names, caller.tenant_id, endpoint, after, limit)


@post(
    "/v1/webhook-endpoints/{endpoint:str}/replay",
    requires="events:write",
    status_code=202,
    responses=answers(202, None, NotFound, *BODY),
)
async def post_replay(
    endpoint: FromPath[str],
    data: JSONBody[From],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
) -> Replaying:
    """Tell the endpoint again what comes behind a sequence, under the same ids. / 再送"""
    return await endpoints.replay(own, caller.tenant_id, endpoint, data.after)


ROUTES: list[HTTPRouteHandler] = [
    get_endpoints,
    get_endpoint,
    put_endpoint,
    delete_endpoint,
    post_secret,
    get_key,
    post_test,
    get_deliveries,
    post_replay,
]

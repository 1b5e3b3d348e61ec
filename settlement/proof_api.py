"""証明のAPI: a party's own lines of a sealed file, and the way to its root."""

from litestar import get
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from psycopg import AsyncConnection

from federation.refusals import NotFound, Validation
from settlement import reading
from settlement.proving import proof, sealed_for
from settlement.stages import Closing
from tenants.answers_api import answers
from tenants.callers import Caller

NO_STORE = CacheControlHeader(no_store=True)
NDJSON = "application/x-ndjson"


@get(
    "/v1/settlement/cycles/{cycle_id:str}/proof",
    requires="settlement:read",
    media_type=NDJSON,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_proof(
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    closing: NamedDependency[Closing],
    party: FromQuery[str | None] = None,
) -> Stream:
    """The caller's own lines of a sealed file, each with its salt, and the hashes between them:
    `meguri verify --proof` checks it. The operator may name another party. / 証明"""
    own = await reading.whose(reader, caller, party)
    sealed = await sealed_for(reader, own, cycle_id)
    name = f"meguri-{sealed.cycle}-{own.code}.proof.ndjson"
    return Stream(
        proof(closing.connect, sealed, own),
        media_type=NDJSON,
        headers={
            "etag": f'"{sealed.seal.hex()}-{own.party_id}"',
            "content-disposition": f'attachment; filename="{name}"',
        },
    )


ROUTES: list[HTTPRouteHandler] = [get_proof]

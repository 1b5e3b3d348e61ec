"""連番と受領証のAPI: what is missing of a till's lines, and the key of the receipts."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.refusals import NotFound, Validation
from federation.slips import TILL_CODE
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.offline_lines import PublicJwk
from tenants.reading_api import NO_STORE
from tenants.receipts import ReceiptKey
from tenants.sequence import Sequence, sequence


class Jwks(Struct, frozen=True):
    """Public keys (RFC 7517)."""

    keys: tuple[PublicJwk, ...]


@get(
    "/v1/tills/{till:str}/sequence",
    requires="points:upload",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_sequence(
    till: FromPath[Annotated[str, Meta(pattern=TILL_CODE)]],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
) -> Sequence:
    """Which numbers of a till's offline lines are missing, or came twice. / 連番の照合"""
    return await sequence(own, caller, till)


@get("/v1/receipt-keys", requires="anyone", sync_to_thread=False)
def get_receipt_keys(receipt_key: NamedDependency[ReceiptKey]) -> Jwks:
    """The key that receipts of offline lines are signed with. / 受領証の公開鍵"""
    return Jwks((receipt_key.published,))


ROUTES: list[HTTPRouteHandler] = [get_sequence, get_receipt_keys]

"""付与規則のAPI: settings of every level, declarations, and rules tried on days that are over."""

from litestar import post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody
from psycopg import AsyncConnection

from federation.refusals import NotFound
from tenants import declarations_api, settings_api
from tenants.answers_api import answers
from tenants.codes_api import ANY_JSON
from tenants.previewing import Preview, Previewed, preview
from tenants.refusals import TooManyReceipts


@post(
    "/v1/admin/previews",
    requires="admin:read",
    status_code=200,
    responses=answers(200, None, NotFound, TooManyReceipts, *ANY_JSON),
)
async def post_preview(
    data: JSONBody[Preview], clerk: NamedDependency[AsyncConnection]
) -> Previewed:
    """What rules would have given on days that are over, against today's; at most 31 days and
    20,000 receipts, more by `meguri earning preview`. / 実施前の試算"""
    return await preview(clerk, data)


ROUTES: list[HTTPRouteHandler] = [*settings_api.ROUTES, *declarations_api.ROUTES, post_preview]

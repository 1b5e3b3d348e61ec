"""テナント画面: what a tenant's own people see of their flows, statements, keys and deliveries."""

from litestar.handlers import HTTPRouteHandler

from deploy.portal.home_pages import ROUTES as HOME_ROUTES
from deploy.portal.hooks_pages import ROUTES as HOOKS_ROUTES
from deploy.portal.keys_pages import ROUTES as KEYS_ROUTES
from deploy.portal.pair_pages import ROUTES as PAIR_ROUTES
from deploy.portal.points_pages import ROUTES as POINTS_ROUTES
from deploy.portal.sandbox_pages import ROUTES as SANDBOX_ROUTES
from deploy.portal.statement_pages import ROUTES as STATEMENT_ROUTES

ROUTES: list[HTTPRouteHandler] = [
    *HOME_ROUTES, *PAIR_ROUTES, *POINTS_ROUTES, *STATEMENT_ROUTES, *KEYS_ROUTES, *HOOKS_ROUTES,
    *SANDBOX_ROUTES,
]  # fmt: skip

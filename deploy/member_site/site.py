"""会員サイト: its pages, and those with which shops and facilities say how they look."""

from litestar.handlers import HTTPRouteHandler

from deploy.member_site import (
    branding_console,
    brands,
    home_pages,
    offers_pages,
    person_pages,
    points_pages,
    rights_pages,
    shop_console,
    shops_pages,
)  # fmt: skip

ROUTES: list[HTTPRouteHandler] = [
    *home_pages.ROUTES, *points_pages.ROUTES, *offers_pages.ROUTES, *shops_pages.ROUTES,
    *person_pages.ROUTES, *rights_pages.ROUTES, *brands.ROUTES,
]  # fmt: skip
CONSOLE: list[HTTPRouteHandler] = [*shop_console.ROUTES, *branding_console.ROUTES]

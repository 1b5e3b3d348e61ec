"""経理の画面の一覧: every page of the finance office."""

from litestar.handlers import HTTPRouteHandler

from deploy.finance import (
    books_pages,
    carried_pages,
    cycles_pages,
    disputes_pages,
    expected_pages,
    exposure_pages,
    give_take_pages,
    ledger_pages,
    lots_pages,
    moved_pages,
    owed_pages,
    payments_pages,
    running_pages,
    statement_pages,
    unused_pages,
    verify_pages,
    whatif_behind_pages,
    whatif_pages,
)

PAGES = (cycles_pages, statement_pages, payments_pages, disputes_pages, verify_pages, whatif_pages,
         books_pages, exposure_pages, ledger_pages, carried_pages,
         owed_pages, lots_pages, moved_pages, give_take_pages,
         expected_pages, whatif_behind_pages, unused_pages,
         running_pages)  # fmt: skip
ROUTES: list[HTTPRouteHandler] = [route for page in PAGES for route in page.ROUTES]

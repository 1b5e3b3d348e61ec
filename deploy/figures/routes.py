"""運営状況: all the doors to the figures."""

from litestar.handlers import HTTPRouteHandler

from deploy.figures.behind_pages import ROUTES as BEHIND
from deploy.figures.entries_pages import ROUTES as ENTRIES
from deploy.figures.figures_api import ROUTES as FIGURES
from deploy.figures.figures_pages import ROUTES as PAGES
from deploy.figures.lapsing_pages import ROUTES as LAPSING
from deploy.figures.today_pages import ROUTES as TODAY

ROUTES: list[HTTPRouteHandler] = [*TODAY, *PAGES, *ENTRIES, *LAPSING, *BEHIND, *FIGURES]

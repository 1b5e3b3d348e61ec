"""試算のAPI: what a period would have come to under another scheme; nothing is written."""

from collections.abc import Callable
from datetime import datetime

from litestar import post
from litestar.datastructures import CacheControlHeader
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from settlement.stages import Closing
from settlement.whatif.refusals import CyclesApart, HistoryAway, TooMuchHistory
from settlement.whatif.simulate import MOST_ENTRIES, Simulated, Simulation, simulate
from tenants.answers_api import answers

Now = Callable[[], datetime]


@post(
    "/v1/admin/simulations",
    requires="settlement:read-all",
    status_code=200,
    cache_control=CacheControlHeader(no_store=True),
    responses=answers(
        200,
        None,
        NotFound,
        Validation,
        TooLarge,
        UnsupportedMediaType,
        TooMuchHistory,
        CyclesApart,
        HistoryAway,
    ),
)
async def post_simulation(
    data: JSONBody[Simulation], closing: NamedDependency[Closing], clock: NamedDependency[Now]
) -> Simulated:
    """Who would gain and who lose by how many yen, and why; at most 50,000 entries of history, more
    by `meguri whatif`. / 精算方式の試算"""
    async with closing.connect() as conn:
        return await simulate(conn, data, clock(), closing.name_entry, MOST_ENTRIES)


ROUTES: list[HTTPRouteHandler] = [post_simulation]

"""封印の検証の画面: the page whose script recomputes a sealed file where it is read."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of
from deploy.finance.shared import Now
from federation.days import day_of
from settlement import reading


@get(
    "/console/cycles/{cycle_id:str}/verify", requires="settlement:read-all", page=True,
    include_in_schema=False,
)  # fmt: skip
async def get_verify_page(
    request: Asked,
    cycle_id: FromPath[str],
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Verify a seal in the browser. / 封印の検証"""
    shown = await reading.cycle(auditor, day_of(clock()), cycle_id)
    return reception.page(
        request, "finance/verify.html", session_of(request), cycle=cycle_id, shown=shown
    )


ROUTES: list[HTTPRouteHandler] = [get_verify_page]

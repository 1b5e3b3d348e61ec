"""The page on which anyone reads how long points last, with worked dates."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from deploy.pages import Lang, chosen, page
from federation.days import day_of
from federation.refusals import Validation
from tenants.answers_api import shown
from tenants.expiry_api import policies_told
from tenants.mall import Mall

Now = Callable[[], datetime]
KINDS = {
    "base": ("通常ポイント", "Base points"),
    "rank": ("ランク特典ポイント", "Rank points"),
    "campaign": ("キャンペーンポイント", "Campaign points"),
    "birthday": ("誕生月ポイント", "Birthday points"),
}
EVENTS = {
    "accrual": ("ポイントが付く買物", "a sale that earns"),
    "redemption": ("ポイントの利用", "spending points"),
    "sale-without-points": ("ポイントの付かない買物", "a sale that earns nothing"),
}


@get("/expiry", requires="anyone", media_type=MediaType.HTML, responses=shown(Validation))
async def get_expiry(
    request: Request[Any, Any, Any],
    mall: NamedDependency[Mall],
    clock: NamedDependency[Now],
    lang: FromQuery[Lang | None] = None,
) -> Response[bytes]:
    """How long points last. / ポイントの有効期限"""
    told = policies_told(await mall.expiry(), day_of(clock()))
    return page("expiry.html", chosen(request, lang), told=told, kinds=KINDS, events=EVENTS)


ROUTES: list[HTTPRouteHandler] = [get_expiry]

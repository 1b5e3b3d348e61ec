"""契約条件の画面: the settlement terms of all and of each party, what holds on a day, what comes
later, and what an offer would have come to (terms are agreed at the command line, by people)."""

from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of
from deploy.registers import forms
from deploy.sheets import listing
from federation.days import day_of
from federation.refusals import Refusal
from settlement import terms_api
from settlement.preview import preview
from settlement.schemes import Offer
from tenants.showing import Show

LIST = "/console/terms"
FIELDS = ("from_on", "party", "point_fee_milliyen", "redeem_fee_bp", "monthly_fee_yen",
          "minimum_yen")  # fmt: skip
COLUMNS = {
    "party": "当事者", "point_fee_milliyen": "1pt発行の手数料（1/1000円）",
    "redeem_fee_bp": "換金手数料率（0.01%）", "monthly_fee_yen": "月額（円）",
    "terminal_fee_yen": "端末料（円）", "minimum_yen": "最低振込額（円）",
    "net_level": "差引の単位", "prorated": "日割り",
}  # fmt: skip


@get(LIST, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_terms(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
    on: FromQuery[date | None] = None,
) -> Response[bytes]:
    """What was agreed, what holds on a day and what comes. / 契約条件"""
    found = await terms_api.get_terms.fn(auditor, clock, on)
    return await shown(request, show, found, day_of(clock()), {})


async def shown(
    request: Asked, show: Show, found: Any, today: date, told: dict[str, str], **more: Any
) -> Response[bytes]:
    """The terms, with what was offered."""
    why: Refusal | None = more.pop("refused", None)
    page = show(
        request, "registers/terms.html", found=found, today=today, told=told,
        offer=more.get("offer"), columns=COLUMNS,
        **{**forms.said(request), **({"why": forms.titles(why)} if why else {})},
    )  # fmt: skip
    page.status_code = why.status if why else 200
    return page


@get(f"{LIST}.csv", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_sheet(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    on: FromQuery[date | None] = None,
) -> Response[bytes]:
    """What holds on a day, as a sheet. / 契約条件のCSV"""
    found = await terms_api.get_terms.fn(auditor, clock, on)
    return listing(found.in_force, COLUMNS, "terms")


@post(
    LIST, requires="settlement:read-all", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_offer(
    request: Asked,
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """What the last cycle would have come to under an offer; nothing is agreed. / 条件の試算"""
    told = await reception.form(request, session_of(request))
    found = await terms_api.get_terms.fn(auditor, clock, None)
    today = day_of(clock())
    try:
        asked = forms.struct_of(Offer, {name: told.get(name, "").strip() for name in FIELDS})
        offer = await preview(auditor, asked)
    except Refusal as why:
        return await shown(request, show, found, today, told, refused=why)
    return await shown(request, show, found, today, told, offer=offer)


ROUTES: list[HTTPRouteHandler] = [get_terms, get_sheet, post_offer]

"""精算条件のAPI: what was agreed, and what an offer would come to. Terms are agreed by people at
the console or the command line; no token reaches that."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from settlement import agreeing, reading
from settlement.agreeing import TaxRate
from settlement.lines import Party
from settlement.preview import Preview, preview
from settlement.schemes import (
    Agreement,
    Calendar,
    NetLevel,
    Offer,
    calendar_on,
    net_level_of,
    terms_of,
)
from settlement.settlement_api import NO_STORE
from settlement.stages import party_ids
from tenants.answers_api import answers
from tenants.callers import Caller

Now = Callable[[], datetime]


class TermsTold(Struct, frozen=True):
    """What holds on a day for a party; fees without tax."""

    party: str
    point_fee_milliyen: int
    redeem_fee_bp: int
    monthly_fee_yen: int
    terminal_fee_yen: int
    minimum_yen: int
    net_level: NetLevel
    prorated: bool


class Agreements(Struct, frozen=True):
    """All that was agreed, and what of it holds on a day."""

    on: date
    calendar: Calendar
    tax_rates: tuple[TaxRate, ...]
    in_force: tuple[TermsTold, ...]
    agreements: tuple[Agreement, ...]


@get(
    "/v1/admin/terms",
    requires="settlement:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None, Validation),
)
async def get_terms(
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    on: FromQuery[date | None] = None,
) -> Agreements:
    """What was ever agreed with all and with each party, and what holds on a day. / 精算条件"""
    parties = list(await party_ids(auditor))
    return await told(auditor, parties, on or day_of(clock()))


@get(
    "/v1/settlement/terms",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_own_terms(
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    on: FromQuery[date | None] = None,
) -> Agreements:
    """What was agreed with the caller and with all, and what holds for it. / 自店の精算条件"""
    who = await reading.whose(own, caller, None)
    parties = [one for one in await party_ids(own) if one.party == who.code]
    return await told(own, parties, on or day_of(clock()))


@post(
    "/v1/admin/terms/preview",
    requires="settlement:read-all",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation, TooLarge, UnsupportedMediaType),
)
async def post_preview(data: JSONBody[Offer], auditor: NamedDependency[AsyncConnection]) -> Preview:
    """What the last cycle would have come to under an offer; nothing is agreed. / 条件の試算"""
    return await preview(auditor, data)


async def told(conn: AsyncConnection, parties: Sequence[Party], on: date) -> Agreements:
    """What the reader of a connection may see of what was agreed."""
    known = await agreeing.agreements(conn)
    terms = terms_of(known, parties, {}, 0, on)
    return Agreements(
        on,
        calendar_on(known, on),
        tuple(await agreeing.tax_rates(conn)),
        tuple(
            TermsTold(
                one.party,
                one.point_fee_milliyen,
                one.redeem_fee_bp,
                one.monthly_fee_yen,
                one.terminal_fee_yen,
                one.minimum_yen,
                net_level_of(known, one.party, on),
                one.prorated,
            )
            for one in terms
        ),
        tuple(known),
    )


ROUTES: list[HTTPRouteHandler] = [get_terms, get_own_terms, post_preview]

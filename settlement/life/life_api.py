"""締めの後のAPI: confirming, what a party is due, objections and decisions, and the board.

Approval, files and what comes back from the bank are for people at the console or the command line:
no token reaches them (contract).
"""

from collections.abc import Callable
from datetime import datetime

from litestar import get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Struct
from psycopg import AsyncConnection

from federation.days import day_of
from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from settlement import reading
from settlement.bank.ageing import Open, Reminder
from settlement.bank.refusals import NotWritableInKana, TooLongForTheField
from settlement.life import board, disputes, results
from settlement.life.board import Due, Paid, Row, StepTaken
from settlement.life.confirm import Confirmed, confirm
from settlement.life.disputes import Decision, Dispute, Objection
from settlement.life.refusals import (
    AlreadyDisputed,
    DisputeDecided,
    FourEyes,
    LineNotDisputable,
    NoBankProfile,
    WindowOver,
    WrongState,
)
from settlement.reading import cycle_id_of
from settlement.refusals import CycleClosed
from settlement.settlement_api import NO_STORE
from tenants.answers_api import answers
from tenants.callers import Caller

Now = Callable[[], datetime]
UNWRITABLE = (NoBankProfile, NotWritableInKana, TooLongForTheField)
NOT_HEARD = (WrongState, WindowOver, CycleClosed, LineNotDisputable, AlreadyDisputed)
BODY = (NotFound, Validation, TooLarge, UnsupportedMediaType)


class Disputes(Struct, frozen=True):
    """Disputed lines, the newest first."""

    disputes: tuple[Dispute, ...]


class Board(Struct, frozen=True):
    """Every cycle that has begun, newest first."""

    cycles: tuple[Row, ...]


class Followed(Struct, frozen=True):
    """What was done to a cycle, and its payments."""

    steps: tuple[StepTaken, ...]
    payments: tuple[Paid, ...]


class Overdue(Struct, frozen=True):
    """滞留と督促: what is overdue, the oldest first, and whom to remind."""

    open: tuple[Open, ...]
    reminders: tuple[Reminder, ...]


@post(
    "/v1/admin/cycles/{cycle_id:str}/confirm",
    requires="cycles:close",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *BODY, WrongState, *UNWRITABLE),
)
async def post_confirm(
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Confirmed:
    """Show a sealed cycle to its parties; again, the same answer. / 速報の確定"""
    return await confirm(clerk, cycle_id_of(cycle_id), caller.client_id, clock())


@get(
    "/v1/settlement/cycles/{cycle_id:str}/payment",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_payment(
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    own: NamedDependency[AsyncConnection],
) -> Due:
    """What the caller is due of a confirmed cycle, and how it is paid. / 支払明細"""
    return await board.due(own, cycle_id_of(cycle_id), caller.tenant_id)


@get(
    "/v1/admin/cycles/{cycle_id:str}/payments",
    requires="settlement:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_payments(
    cycle_id: FromPath[str], auditor: NamedDependency[AsyncConnection]
) -> Followed:
    """Who did what to a cycle, and all its payments. / 支払一覧"""
    number = cycle_id_of(cycle_id)
    return Followed(tuple(await board.steps(auditor, number)), await board.paid(auditor, number))


@get(
    "/v1/admin/cycles",
    requires="settlement:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_board(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> Board:
    """How far every cycle is, and what waits. / 締めの一覧"""
    return Board(tuple(await board.board(auditor, day_of(clock()))))


@get(
    "/v1/admin/overdue",
    requires="settlement:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None),
)
async def get_overdue(
    auditor: NamedDependency[AsyncConnection], clock: NamedDependency[Now]
) -> Overdue:
    """What is overdue by age, and whom to remind. / 滞留・督促"""
    today = day_of(clock())
    found = await results.open_amounts(auditor, today)
    return Overdue(tuple(found), tuple(await results.to_remind(auditor, today)))


@post(
    "/v1/settlement/disputes",
    requires="settlement:dispute",
    status_code=201,
    cache_control=NO_STORE,
    responses=answers(201, None, *BODY, *NOT_HEARD, *UNWRITABLE),
)
async def post_dispute(
    data: JSONBody[Objection],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Dispute:
    """Object to a line; what is disputed is not paid until it is decided. / 異議の申立"""
    return await disputes.object_to(clerk, caller.tenant_id, data, caller.client_id, clock())


@get(
    "/v1/settlement/disputes",
    requires="settlement:read",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, Validation),
)
async def get_disputes(
    reader: NamedDependency[AsyncConnection], cycle: FromQuery[str | None] = None
) -> Disputes:
    """The disputes that the caller may see. / 異議の一覧"""
    number = None if cycle is None else reading.cycle_id_of(cycle)
    return Disputes(tuple(await disputes.disputes(reader, cycle_id=number)))


@post(
    "/v1/admin/disputes/{dispute:str}/decision",
    requires="disputes:decide",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *BODY, WrongState, DisputeDecided, FourEyes),
)
async def post_decision(
    dispute: FromPath[str],
    data: JSONBody[Decision],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Dispute:
    """Decide a dispute; what was held is due in the next cycle. / 異議の裁定"""
    return await disputes.decide(clerk, dispute, data, caller.client_id, clock())


ROUTES: list[HTTPRouteHandler] = [
    post_confirm,
    get_payment,
    get_payments,
    get_board,
    get_overdue,
    post_dispute,
    get_disputes,
    post_decision,
]

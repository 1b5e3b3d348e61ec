"""精算の画面から: approving, sending and the bank's results, for people with a fresh second factor.

No token has these scopes; a session has them by its roles, and each of these calls needs a second
factor that was shown for this very call within five minutes.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation.refusals import NotFound, TooLarge, UnsupportedMediaType, Validation
from settlement.bank.refusals import BankFileNotReadable, BankFileNotReleasable, BankResultRefused
from settlement.life import finance, results, send
from settlement.life.confirm import Approved, Prepared
from settlement.life.disputes import Text
from settlement.life.refusals import (
    ApprovalVoid,
    FourEyes,
    NoBankProfile,
    NotWhatWasShown,
    PreparedByNobody,
    WindowStillOpen,
    WrongState,
)
from settlement.life.send import Sent
from settlement.reading import cycle_id_of
from settlement.settlement_api import NO_STORE
from tenants.answers_api import answers
from tenants.callers import Caller
from tenants.refusals import FileNotClean, ScannerAway
from tenants.scanning import Scan

Now = Callable[[], datetime]
BODY = (NotFound, Validation, TooLarge, UnsupportedMediaType)


class Shown(Struct, frozen=True, forbid_unknown_fields=True):
    """The plan that was on the screen, by its SHA-256."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Because(Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: Text


class FromBank(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the bank's, byte for byte (base64): results of debits, or a statement."""

    kind: Literal["debit-results", "statement"]
    file: Annotated[bytes, Meta(min_length=1, max_length=190_000)]


@get(
    "/v1/admin/settlement/cycles/{cycle_id:str}/plan",
    requires="settlement:read-all",
    cache_control=NO_STORE,
    responses=answers(200, None, NotFound, WrongState, Validation),
)
async def get_plan(cycle_id: FromPath[str], worker: NamedDependency[AsyncConnection]) -> Prepared:
    """The plan that counts, and the SHA-256 that an approval names. / 支払案"""
    return await finance.plan_of(worker, cycle_id_of(cycle_id))


@post(
    "/v1/admin/settlement/cycles/{cycle_id:str}/prepare",
    requires="settlement:prepare",
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(200, None, *BODY, WrongState, NoBankProfile),
)
async def post_prepare(
    cycle_id: FromPath[str],
    data: JSONBody[Because],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Prepared:
    """Prepare the payments, as a person who answers for them. / 支払案の作成"""
    number = cycle_id_of(cycle_id)
    return await finance.prepare(clerk, number, caller.client_id, data.reason, clock())


@post(
    "/v1/admin/settlement/cycles/{cycle_id:str}/approve",
    requires="settlement:approve",
    step_up=True,
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(
        200, None, *BODY, WrongState, WindowStillOpen, FourEyes, NotWhatWasShown, PreparedByNobody
    ),
)
async def post_approve(
    cycle_id: FromPath[str],
    data: JSONBody[Shown],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Approved:
    """Approve the plan that was shown, byte for byte. / 支払案の承認"""
    number = cycle_id_of(cycle_id)
    return await finance.approve_as_shown(clerk, number, caller.client_id, data.sha256, clock())


@post(
    "/v1/admin/settlement/cycles/{cycle_id:str}/send",
    requires="settlement:send",
    step_up=True,
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(
        200, None, NotFound, WrongState, ApprovalVoid, NoBankProfile, BankFileNotReleasable,
        TooLarge, UnsupportedMediaType, Validation,
    ),
)  # fmt: skip
async def post_send(
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Sent:
    """Release the approved files that the bank takes now. / 銀行ファイルの送信"""
    return await send.send(clerk, cycle_id_of(cycle_id), caller.client_id, clock())


@post(
    "/v1/admin/settlement/cycles/{cycle_id:str}/results",
    requires="settlement:results",
    step_up=True,
    status_code=200,
    cache_control=NO_STORE,
    responses=answers(
        200, None, *BODY, WrongState, NoBankProfile, BankResultRefused, BankFileNotReadable,
        FileNotClean, ScannerAway,
    ),
)  # fmt: skip
async def post_results(
    cycle_id: FromPath[str],
    data: JSONBody[FromBank],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    scan: NamedDependency[Scan],
) -> Response[bytes]:
    """Take in what the bank says; the same file again, the same answer. / 銀行の結果の取込"""
    number, who, now = cycle_id_of(cycle_id), caller.client_id, clock()
    file = await scan(data.file)
    if data.kind == "statement":
        told = await results.take_statement(clerk, file, who, now)
    else:
        told = await results.take_results(clerk, number, file, who, now)
    return Response(told, media_type="application/json")


ROUTES: list[HTTPRouteHandler] = [get_plan, post_prepare, post_approve, post_send, post_results]

"""テナントの精算書: each line opens its entries; accept it or object while the window is open; and
the proof, which the browser checks by itself."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Stream
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Reception, session_of, to
from auth.people.sign_in_pages import lang_of
from deploy.portal.home_pages import READ
from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound, Validation
from settlement import reading
from settlement.life import accepting, board
from settlement.life.disputes import Objection, disputes, object_to
from settlement.paper.behind_api import MOST_IN_SHEET, Asking, Code, as_sheet, page_of, reckoning
from settlement.paper.issue import MEDIA, Kind, issued, statement_in
from settlement.paper.reckoned import RECKONED
from settlement.proving import proof, sealed_for
from settlement.settlement_api import as_asked, as_issued
from settlement.stages import Closing
from tenants.callers import Caller
from tenants.showing import Show

Now = Callable[[], datetime]
Asked = Request[Any, Any, Any]
SAY: dict[str, Any] = {
    "requires": "portal:dispute", "page": True, "placed": True, "include_in_schema": False,
    "status_code": 200, "request_max_body_size": MOST_BYTES,
}  # fmt: skip
PAGE = 24
ENTRIES = 100
PAPERS: dict[str, Kind] = {"pdf": "pdf", "xlsx": "xlsx"}


@get("/portal/statements", **READ)
async def get_statements(
    request: Asked,
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    show: NamedDependency[Show],
    before: FromQuery[date | None] = None,
) -> Response[bytes]:
    """Every statement of one's own, the newest first. / 精算書の一覧"""
    today = day_of(clock())
    own = await reading.whose(reader, caller, None)
    found = await accepting.statements(reader, own, most=PAGE + 1, before=before)
    older = found[PAGE - 1].cycle if len(found) > PAGE else None
    return show(
        request, "portal/statements.html", found=found[:PAGE], older=older, today=today, own=own
    )


@get("/portal/statements/{cycle_id:str}", **READ)
async def get_statement(
    request: Asked,
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """One statement, line by line. / 精算書"""
    own = await reading.whose(reader, caller, None)
    told = statement_in((await reading.statement_of(reader, own, cycle_id)).decode())
    number, today = reading.cycle_id_of(cycle_id), day_of(clock())
    [stands] = await accepting.statements(reader, own, most=1, cycle_id=number)
    try:
        due = await board.due(reader, number, own.party_id)
    except NotFound:  # it was not shown to its parties yet
        due = None
    return show(
        request, "portal/statement.html", own=own, told=told, stands=stands, due=due, today=today,
        reckoned=RECKONED,
        disputes=await disputes(reader, cycle_id=number),
        may="portal:dispute" in caller.scopes and stands.may_object(today),
    )  # fmt: skip


@get("/portal/statements/{cycle_id:str}/lines/{code:int}", **READ)
async def get_line(
    request: Asked,
    cycle_id: FromPath[str],
    code: FromPath[int],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    show: NamedDependency[Show],
    original: Code = None,
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The entries behind a line, as far as its party may see them. / 科目の内訳"""
    own = await reading.whose(reader, caller, None)
    told = statement_in((await reading.statement_of(reader, own, cycle_id)).decode())
    asking = Asking(cycle_id, own.party_id, own.code, code, original, caller)
    entries, older = await page_of(auditor, names, asking, ENTRIES, after, wide=False)
    return show(
        request, "portal/line.html", own=own, told=told, code=code, original=original, older=older,
        line=next((one for one in told.lines if one.code == code), None), entries=entries,
        most=MOST_IN_SHEET, reckoned=[] if entries else await reckoning(auditor, asking),
    )  # fmt: skip


@get("/portal/statements/{cycle_id:str}/lines/{code:int}/entries.csv", **READ)
async def get_line_sheet(
    request: Asked,
    cycle_id: FromPath[str],
    code: FromPath[int],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    original: Code = None,
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """All of them as a sheet. / 科目の内訳のCSV"""
    own = await reading.whose(reader, caller, None)
    await reading.statement_of(reader, own, cycle_id)
    asking = Asking(cycle_id, own.party_id, own.code, code, original, caller)
    entries, older = await page_of(auditor, names, asking, MOST_IN_SHEET, after, wide=False)
    return as_sheet(asking, entries, request.url.path, older)


@get("/portal/statements/{cycle_id:str}/paper/{kind:str}", **READ)
async def get_paper(
    cycle_id: FromPath[str],
    kind: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    closing: NamedDependency[Closing],
    clock: NamedDependency[Now],
) -> Response[bytes]:
    """The statement as PDF, XLSX or CSV: the very bytes that were issued first. / 精算書の保存"""
    own = await reading.whose(reader, caller, None)
    body = await reading.statement_of(reader, own, cycle_id)
    name = f"{cycle_id}-{own.code}"
    if kind == "csv":
        return as_asked(body, "text/csv", name)
    if kind not in PAPERS:
        raise NotFound
    found = await issued(
        closing.connect, reading.cycle_id_of(cycle_id), own.party_id, PAPERS[kind],
        caller.client_id, clock(),
    )  # fmt: skip
    assert PAPERS[kind] in MEDIA
    return as_issued(found, PAPERS[kind], name)


@post("/portal/statements/{cycle_id:str}/accepted", **SAY)
async def post_accepted(
    request: Asked,
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    reception: NamedDependency[Reception],
) -> Redirect:
    """One has no objection to it. / 精算書の確認"""
    await reception.form(request, session_of(request))
    own = await reading.whose(reader, caller, None)
    await accepting.accept(clerk, own, cycle_id, caller.client_id, clock())
    return to(f"/portal/statements/{cycle_id}", lang=lang_of(request))


@post("/portal/statements/{cycle_id:str}/disputes", **SAY)
async def post_dispute(
    request: Asked,
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    reception: NamedDependency[Reception],
) -> Redirect:
    """Object to a line: it is not paid until it is decided. / 異議の申立"""
    told = await reception.form(request, session_of(request))
    objection = objection_in(cycle_id, told)
    await object_to(clerk, caller.tenant_id, objection, caller.client_id, clock())
    return to(f"/portal/statements/{cycle_id}", lang=lang_of(request))


@get("/portal/proofs/{cycle_id:str}", **READ)
async def get_proof(
    request: Asked,
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """The page that checks a proof in the browser, against the statement. / 証明の検証"""
    own = await reading.whose(reader, caller, None)
    told = statement_in((await reading.statement_of(reader, own, cycle_id)).decode())
    sealed = await sealed_for(reader, own, cycle_id)
    return show(request, "portal/proof.html", own=own, told=told, sealed=sealed)


@get("/portal/proofs/{cycle_id:str}/file", **READ)
async def get_proof_file(
    cycle_id: FromPath[str],
    caller: NamedDependency[Caller],
    reader: NamedDependency[AsyncConnection],
    closing: NamedDependency[Closing],
) -> Stream:
    """One's own lines of the sealed file, and the hashes between them. / 証明ファイル"""
    own = await reading.whose(reader, caller, None)
    sealed = await sealed_for(reader, own, cycle_id)
    name = f"meguri-{sealed.cycle}-{own.code}.proof.ndjson"
    return Stream(
        proof(closing.connect, sealed, own), media_type="application/x-ndjson",
        headers={
            "content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store",
        },
    )  # fmt: skip


def objection_in(cycle: str, told: dict[str, str]) -> Objection:
    """What a form objects to: `line` is a code, or the code of 前期分調整 and that of its own."""
    code, _, original = told.get("line", "").partition("-")
    yen = told.get("yen", "").replace(",", "").strip()
    said: dict[str, Any] = {
        "cycle": cycle, "code": number_in(code, "/line"),
        "reason": told.get("reason", "").strip(), "evidence": told.get("evidence", "").strip(),
    }  # fmt: skip
    if original:
        said["original"] = number_in(original, "/line")
    if yen:
        said["yen"] = number_in(yen, "/yen")
    try:
        return msgspec.convert(said, Objection)
    except msgspec.ValidationError as fault:
        _, _, at = str(fault).partition("`$.")
        raise Validation(pointer="/" + at.rstrip("`")) from None


def number_in(told: str, pointer: str) -> int:
    """A whole number that a form says."""
    if not told.isascii() or not told.isdecimal() or len(told) > 12:
        raise Validation(pointer=pointer)
    return int(told)


ROUTES: list[HTTPRouteHandler] = [
    get_statements,
    get_statement,
    get_line,
    get_line_sheet,
    get_paper,
    post_accepted,
    post_dispute,
    get_proof,
    get_proof_file,
]

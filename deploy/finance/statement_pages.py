"""精算書の画面: each line opens its entries; days, what came before, disputes, the documents."""

from datetime import date
from typing import Any, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import structs
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of
from deploy.finance.shared import Now, Told, acted, done_in, own_path
from deploy.finance.sums import COLUMNS
from deploy.pools import Pools
from federation.opaque import Names
from federation.refusals import NotFound
from settlement import reading
from settlement.life import board, disputes
from settlement.paper.behind_api import MOST_IN_SHEET, Asking, Code, as_sheet, page_of, reckoning
from settlement.paper.beside import Beside, beside
from settlement.paper.daily import agreed, day_lines
from settlement.paper.form import form
from settlement.paper.issue import Kind, issued, newest, sheets, statement_in
from settlement.paper.labels import CONTROLS
from settlement.paper.paper import Lang, Paper
from settlement.paper.reckoned import RECKONED
from settlement.reading import Own, cycle_id_of
from settlement.settlement_api import as_issued
from settlement.sheet import day_sheet, sheet
from settlement.stages import Closing
from settlement.statement import CATALOGUE
from tenants.callers import Caller

MOST = 100
KINDS: tuple[Kind, ...] = ("pdf", "xlsx")
PATH = "/console/cycles/{cycle_id:str}/statements/{party:str}"
PARTS = {name: (told, codes) for name, told, codes in COLUMNS}
As = Literal["json", "csv", "days", "pdf", "xlsx"]


@get(PATH, requires="settlement:read-all", page=True, include_in_schema=False)
async def get_statement_page(
    request: Asked,
    cycle_id: FromPath[str],
    party: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    clock: NamedDependency[Now],
    part: FromQuery[str | None] = None,
) -> Response[Any]:
    """A party's statement as it is on paper, line by line, or the lines of one part. / 精算書"""
    return await statement_page(request, reception, pools, clock, cycle_id, party, part=part)


async def statement_page(
    request: Asked,
    reception: Reception,
    pools: Pools,
    clock: Now,
    cycle_id: str,
    party: str,
    *,
    why: Told | None = None,
    status: int = 200,
    part: str | None = None,
) -> Response[Any]:
    """A statement, with what stands beside it."""
    number = cycle_id_of(cycle_id)
    async with pools.use("worker") as conn:
        own = await whose(conn, party)
        [made] = await sheets(conn, number, clock(), own.party_id)
        known = (await beside(conn, number, own.party_id)).get(own.party_id, Beside())
        kept = {kind: await newest(conn, number, own.party_id, kind) for kind in KINDS}
    async with pools.use("auditor") as conn:
        objections = await disputes.disputes(conn, cycle_id=number, party_id=own.party_id)
        try:
            due = await board.due(conn, number, own.party_id)
        except NotFound:
            due = None  # not shown to its party yet
    lang: Lang = "en" if reception_lang(request) == "en" else "ja"
    paper = structs.replace(made.paper, lang=lang)
    return reception.page(
        request, "finance/statement.html", session_of(request), status, cycle=cycle_id,
        party=party, part=PARTS.get(part or ""), told=paper.statement, form=form(paper), due=due,
        reckoned=RECKONED, objections=objections, controlled=controlled(paper),
        kept=kept, final=known.plan is not None, done=done_in(request), why=why,
    )  # fmt: skip


def controlled(paper: Paper) -> list[int]:
    """The codes of the control totals, in the order of the paper."""
    known = {line.code for line in paper.statement.lines}
    return [code for code in CONTROLS[paper.lang] if code in known]


def reception_lang(request: Asked) -> str:
    """The language that the page will be shown in, as `show` chooses it."""
    asked = request.query_params.get("lang")
    if asked in ("ja", "en"):
        return str(asked)
    return "en" if request.headers.get("accept-language", "ja").lower().startswith("en") else "ja"


async def whose(conn: AsyncConnection, party: str) -> Own:
    """The party that a path names."""
    if not party.isprintable():
        raise NotFound
    return await reading.of_code(conn, party)


@get(f"{PATH}/lines/{{code:int}}", requires="settlement:read-all", page=True,
     include_in_schema=False)  # fmt: skip
async def get_line_page(
    request: Asked,
    cycle_id: FromPath[str],
    party: FromPath[str],
    code: FromPath[int],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    original: Code = None,
    on: FromQuery[date | None] = None,
    after: FromQuery[str | None] = None,
) -> Response[Any]:
    """The entries behind a line, newest first. / 科目の内訳"""
    own = await whose(auditor, party)
    asking = Asking(cycle_id, own.party_id, own.code, code, original, caller, on)
    entries, older = await page_of(auditor, names, asking, MOST, after, wide=True)
    return reception.page(
        request, "finance/line.html", session_of(request), cycle=cycle_id, party=party, code=code,
        original=original, on=on, line=CATALOGUE[code], entries=entries, older=older,
        of_original=CATALOGUE.get(original) if original is not None else None, most=MOST_IN_SHEET,
        reckoned=[] if entries else await reckoning(auditor, asking),
    )  # fmt: skip


@get(f"{PATH}/lines/{{code:int}}/entries.csv", requires="settlement:read-all", page=True,
     include_in_schema=False)  # fmt: skip
async def get_line_sheet(
    request: Asked,
    cycle_id: FromPath[str],
    party: FromPath[str],
    code: FromPath[int],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    original: Code = None,
    on: FromQuery[date | None] = None,
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """All of them as a sheet. / 科目の内訳のCSV"""
    own = await whose(auditor, party)
    asking = Asking(cycle_id, own.party_id, own.code, code, original, caller, on)
    entries, older = await page_of(auditor, names, asking, MOST_IN_SHEET, after, wide=True)
    return as_sheet(asking, entries, request.url.path, older)


@get(f"{PATH}/download", requires="settlement:read-all", page=True, include_in_schema=False)
async def get_download(
    cycle_id: FromPath[str],
    party: FromPath[str],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    closing: NamedDependency[Closing],
    clock: NamedDependency[Now],
    kind: FromQuery[As],
) -> Response[bytes]:
    """A statement as JSON, CSV, days as CSV, PDF or XLSX: the bytes that the API gives. / 保存"""
    own = await whose(auditor, party)
    body = await reading.statement_of(auditor, own, cycle_id)
    name, number = f"{cycle_id}-{own.code}", cycle_id_of(cycle_id)
    if kind in ("pdf", "xlsx"):
        paper: Kind = "pdf" if kind == "pdf" else "xlsx"
        found = await issued(
            closing.connect, number, own.party_id, paper, caller.client_id, clock()
        )
        return as_issued(found, paper, name)
    if kind == "json":
        return as_file(body, "application/json", f"{name}.json")
    told = statement_in(body.decode())
    if kind == "csv":
        return as_file(sheet(told), "text/csv", f"{name}.csv")
    days = await day_lines(auditor, number, own.party_id)
    if days is None:
        raise NotFound
    by_day = day_sheet(told, agreed(told, days.get(own.party_id, [])))
    return as_file(by_day, "text/csv", f"{name}-days.csv")


def as_file(body: bytes, media: str, name: str) -> Response[bytes]:
    """Bytes to be saved under a name."""
    headers = {
        "content-disposition": f'attachment; filename="meguri-{name}"', "cache-control": "no-store",
    }  # fmt: skip
    return Response(body, media_type=media, headers=headers)


@post(f"{PATH}/reissue", requires="settlement:prepare", page=True, status_code=200,
      request_max_body_size=MOST_BYTES, include_in_schema=False)  # fmt: skip
async def post_reissue(
    request: Asked,
    cycle_id: FromPath[str],
    party: FromPath[str],
    reception: NamedDependency[Reception],
    pools: NamedDependency[Pools],
    closing: NamedDependency[Closing],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Issue the PDF again, under the next number. / 再発行"""

    async def act(conn: AsyncConnection, who: str) -> object:
        own = await whose(conn, party)
        return await issued(
            closing.connect, cycle_id_of(cycle_id), own.party_id, "pdf", who, clock(), again=True
        )

    async def again(why: Told, status: int) -> Response[Any]:
        return await statement_page(
            request, reception, pools, clock, cycle_id, party, why=why, status=status
        )

    path = own_path(cycle_id, "statements", party)
    return await acted(request, reception, pools, act, again, (path, "reissue"))


ROUTES: list[HTTPRouteHandler] = [
    get_statement_page, get_line_page, get_line_sheet, get_download, post_reissue,
]  # fmt: skip

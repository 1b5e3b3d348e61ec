"""点検の画面: signals with what is behind each and what was decided, the audit trail, and what was
done about people."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from litestar import Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from msgspec import Struct
from psycopg import AsyncConnection

from auth.people.log import WORDS
from auth.people.reception import MOST_BYTES, Asked, Reception, session_of, within
from deploy.registers import forms
from deploy.sheets import listing
from deploy.trail import audit_api, of_people
from deploy.trail.of_people import Sought as SoughtOfPeople
from deploy.trail.reading import Asked as Sought
from deploy.trail.reading import csv_of, find
from federation.days import day_of
from federation.opaque import Names
from federation.refusals import NotFound
from tenants.callers import Caller
from tenants.showing import Show
from tenants.signals import signals_api
from tenants.signals.judging import Judgement, judge, judged, key_of
from tenants.signals.signals import PATTERNS

SIGNALS = "/console/signals"
AUDIT = "/console/audit"
OF_PEOPLE = f"{AUDIT}/people"
MOST = 100
DECISIONS = {"harmless": ("問題なし", "harmless"), "watching": ("様子を見る", "watching"),
             "acted": ("対応した", "acted")}  # fmt: skip
FirstOn = Annotated[date | None, QueryParameter(name="from", required=False)]
LastOn = Annotated[date | None, QueryParameter(name="to", required=False)]
Looked = TypeVar("Looked", bound=Struct)
COLUMNS = {"pattern": "兆候", "tenant": "テナント", "shop": "店舗", "till": "レジ",
           "business_date": "営業日", "times": "回数", "points": "ポイント"}  # fmt: skip


@get(SIGNALS, requires="entries:read-all", page=True, include_in_schema=False)
async def get_signals(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """What looks odd, with its entries, and what was decided. / 不正の兆候"""
    found = await signals_api.get_signals.fn(auditor, names, clock, first_on, last_on)
    keys = [key_of(one) for one in found.signals]
    words = await judged(auditor, keys)
    people = await forms.names_of(auditor, {one.who for one in words.values()})
    return show(
        request, "registers/signals.html", found=found, keys=keys, words=words, names=people,
        patterns=PATTERNS, decisions=DECISIONS, **forms.said(request),
    )  # fmt: skip


@get(f"{SIGNALS}.csv", requires="entries:read-all", page=True, include_in_schema=False)
async def get_signals_sheet(
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    clock: NamedDependency[forms.Now],
    first_on: FirstOn = None,
    last_on: LastOn = None,
) -> Response[bytes]:
    """The same as a sheet. / 不正の兆候のCSV"""
    found = await signals_api.get_signals.fn(auditor, names, clock, first_on, last_on)
    return listing(found.signals, COLUMNS, "signals", {"pattern": PATTERNS})


@post(
    f"{SIGNALS}/{{key:str}}", requires="members:read entries:read-all", page=True,
    status_code=200, request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_judged(
    request: Asked,
    key: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Keep what was decided of a signal. / 兆候の判断"""
    told = await reception.form(request, session_of(request))
    if len(key) != 32 or not set(key) <= set("0123456789abcdef"):
        raise NotFound

    async def keep() -> None:
        fields = {name: told.get(name, "").strip() for name in ("decision", "reason")}
        asked = forms.struct_of(Judgement, fields)
        await judge(worker, key, asked, caller.client_id, clock())

    why = await forms.tried(worker, keep)
    back = within(told.get("back"), SIGNALS)
    return forms.onward(request, back if back.startswith(SIGNALS) else SIGNALS, "decided", why)


async def provide_sought(request: Asked) -> Sought:
    """What is looked for; what was left empty was not."""
    return sought_of(Sought, request.query_params)


async def provide_sought_of_people(request: Asked) -> SoughtOfPeople:
    """What is looked for; what was left empty was not."""
    return sought_of(SoughtOfPeople, request.query_params)


def sought_of(kind: type[Looked], query: Mapping[str, Any]) -> Looked:
    """The form's fields as a search takes them; a ticked box says yes."""
    fields = {name: query.get(name, "").strip() for name in kind.__struct_fields__}
    if "refused" in fields:
        fields["refused"] = "true" if fields["refused"] else ""
    if any("\0" in one for one in fields.values()):
        raise NotFound
    return forms.struct_of(kind, fields)


@get(
    AUDIT, requires="audit:read", page=True, include_in_schema=False,
    dependencies={"sought": Provide(provide_sought)},
)  # fmt: skip
async def get_audit(
    request: Asked,
    sought: NamedDependency[Sought],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    wall: NamedDependency[forms.Now],
    show: NamedDependency[Show],
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Who did what: by day, amount, party, actor. / 監査証跡"""
    before = audit_api.cursor_of(names, caller, after)
    found = await find(auditor, sought, day_of(wall()), MOST + 1, before)
    older = None
    if len(found) > MOST:
        older = names.seal("cursor", caller.tenant_id, found[MOST - 1].act_id)
    people = await forms.names_of(auditor, {one.person_id or one.actor for one in found})
    query = {name: value for name, value in request.query_params.items() if name != "after"}
    return show(
        request, "registers/audit.html", acts=found[:MOST], next=older, told=query, names=people
    )


@get(
    f"{AUDIT}.csv", requires="audit:read", page=True, include_in_schema=False,
    dependencies={"sought": Provide(provide_sought)},
)  # fmt: skip
async def get_audit_sheet(
    sought: NamedDependency[Sought],
    auditor: NamedDependency[AsyncConnection],
    wall: NamedDependency[forms.Now],
) -> Response[bytes]:
    """The same as a sheet. / 監査証跡のCSV"""
    found = await find(auditor, sought, day_of(wall()), audit_api.MOST_ROWS)
    return audit_api.as_file(csv_of(found))


@get(
    OF_PEOPLE, requires="audit:people", page=True, include_in_schema=False,
    dependencies={"sought": Provide(provide_sought_of_people)},
)  # fmt: skip
async def get_audit_of_people(
    request: Asked,
    sought: NamedDependency[SoughtOfPeople],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    wall: NamedDependency[forms.Now],
    show: NamedDependency[Show],
    after: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Who signed in, who was refused, who was given which role. / 人の記録"""
    own, before = caller.tenant_id, audit_api.cursor_of(names, caller, after)
    found = await of_people.find(auditor, names, own, sought, day_of(wall()), MOST + 1, before)
    older = names.seal("cursor", own, found[MOST - 1].log_id) if len(found) > MOST else None
    ids = {one.who for one in found} | {one.person_id or "" for one in found}
    query = {name: value for name, value in request.query_params.items() if name != "after"}
    return show(
        request, "registers/audit_of_people.html", lines=found[:MOST], next=older, told=query,
        names=await forms.names_of(auditor, ids), words=WORDS,
    )  # fmt: skip


@get(
    f"{OF_PEOPLE}.csv", requires="audit:people", page=True, include_in_schema=False,
    dependencies={"sought": Provide(provide_sought_of_people)},
)  # fmt: skip
async def get_audit_of_people_sheet(
    sought: NamedDependency[SoughtOfPeople],
    caller: NamedDependency[Caller],
    auditor: NamedDependency[AsyncConnection],
    names: NamedDependency[Names],
    wall: NamedDependency[forms.Now],
) -> Response[bytes]:
    """The same as a sheet. / 人の記録のCSV"""
    found = await of_people.find(
        auditor, names, caller.tenant_id, sought, day_of(wall()), audit_api.MOST_ROWS
    )
    return audit_api.as_file(of_people.csv_of(found))


ROUTES: list[HTTPRouteHandler] = [
    get_signals, get_signals_sheet, post_judged, get_audit, get_audit_sheet,
    get_audit_of_people, get_audit_of_people_sheet,
]  # fmt: skip

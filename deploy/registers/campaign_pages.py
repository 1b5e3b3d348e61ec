"""キャンペーンの画面: the list by state, the wizard with its live check, and each campaign with
what it would give, its steps, and what came of it."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, confirmed, session_of
from deploy.registers import forms
from deploy.registers.campaign_form import (
    FUNDERS,
    KINDS,
    METRICS,
    draft_of,
    fields_of,
    premiums_of,
    written_of,
)
from deploy.registers.places import facilities
from deploy.sheets import listing
from federation.days import day_of
from federation.refusals import NotFound, Refusal, Validation
from tenants.callers import Caller
from tenants.campaigns import campaigns_api as api
from tenants.campaigns import lives, segments, taking_part
from tenants.campaigns.campaigns_api import Change, Review, Start, readable
from tenants.campaigns.premiums import findings, worst
from tenants.showing import Show

STATES = {
    "draft": ("下書き", "draft"),
    "reviewed": ("確認済み", "reviewed"),
    "live": ("実施中", "live"),
    "paused": ("一時停止", "paused"),
    "ended": ("終了", "ended"),
    "dropped": ("取下げ", "dropped"),
}
FUNDERS_TOLD = {
    "tenant": ("各テナント", "each tenant"),
    "facility": ("施設", "the facility"),
    "operator": ("運営", "the operator"),
}
LIST = "/console/campaigns"
InState = Annotated[str | None, QueryParameter(name="state", required=False)]
COLUMNS = {
    "code": "符号", "name": "名称", "name_en": "名称（英語）", "state": "状態", "from_on": "開始日",
    "to_on": "終了日", "multiplier": "倍率", "facility": "施設", "segment": "セグメント",
    "budget_points": "予算（pt）", "budget_left_points": "予算の残り（pt）", "author": "起案",
}  # fmt: skip
IN_SHOPS = {"shop": "店舗", "result": "結果"}
WORDS = {"states": STATES, "funders": FUNDERS_TOLD, "kinds": KINDS, "metrics": METRICS}
DONE = {"draft": "sent-back", "dropped": "dropped", "paused": "paused", "live": "resumed",
        "ended": "ended"}  # fmt: skip


@get(LIST, requires="admin:read", page=True, include_in_schema=False)
async def get_list(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
    state_: InState = None,
) -> Response[bytes]:
    """Every campaign by its state. / キャンペーン一覧"""
    found = await lives.told(auditor)
    counts = {name: sum(one.state == name for one in found) for name in STATES}
    shown = [one for one in found if one.state == state_] if state_ in STATES else found
    names = await forms.names_of(auditor, {one.author for one in shown})
    return show(
        request, "registers/campaigns.html", campaigns=shown, counts=counts, state=state_,
        names=names, **WORDS, **forms.said(request),
    )  # fmt: skip


@get(f"{LIST}.csv", requires="admin:read", page=True, include_in_schema=False)
async def get_sheet(
    auditor: NamedDependency[AsyncConnection], state_: InState = None
) -> Response[bytes]:
    """The same as a sheet. / キャンペーンのCSV"""
    shown = [one for one in await lives.told(auditor) if state_ in (None, "", one.state)]
    return listing(shown, COLUMNS, "campaigns", {"state": STATES})


@get(f"{LIST}/new", requires="campaigns:write", page=True, include_in_schema=False)
async def get_new(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
    like: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The wizard, empty or after another campaign. / 新しいキャンペーン"""
    told: dict[str, str] = {"share_operator": "1", "multiplier": "2", "kind": "common-points"}
    if like is not None:
        told = fields_of(await lives.told_one(auditor, readable(like)))
    return await wizard(request, auditor, show, told)


async def wizard(
    request: Asked,
    conn: AsyncConnection,
    show: Show,
    told: dict[str, str],
    why: Refusal | None = None,
    code: str | None = None,
) -> Response[bytes]:
    """The wizard with what was written so far; of a draft that is written anew by its code."""
    shown = show(
        request, "registers/campaign_new.html", told=told, code=code, places=await facilities(conn),
        segments=await segments.told(conn), checked=await checked(conn, told),
        why=forms.titles(why), **WORDS,
    )  # fmt: skip
    shown.status_code = why.status if why else 200
    return shown


async def checked(conn: AsyncConnection, told: dict[str, str]) -> Any:
    """What the rules on premiums say of what was written so far; None before there is anything."""
    kind: Any = told.get("kind")
    multiplier = told.get("multiplier", "").strip()
    if kind not in KINDS or not multiplier.isdecimal() or len(multiplier) > 3:
        return None
    try:
        planned = premiums_of(told)
    except Validation:
        return None
    return findings(kind, planned, await lives.rate_bp(conn, int(multiplier)))


@get(f"{LIST}/check", requires="campaigns:write", page=True, include_in_schema=False)
async def get_check(
    request: Asked, auditor: NamedDependency[AsyncConnection], show: NamedDependency[Show]
) -> Response[bytes]:
    """The check of premiums while one writes. / 景品表示法の確認"""
    found = await checked(auditor, dict(request.query_params))
    return show(request, "registers/premiums.html", checked=found)


@post(
    LIST, requires="campaigns:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_new(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Keep what the wizard says as a draft. / 下書きの保存"""
    told = await reception.form(request, session_of(request))

    async def keep() -> None:
        await api.post_campaign.fn(draft_of(told), caller, worker, clock)

    why = await forms.tried(worker, keep)
    if why is not None:
        return await wizard(request, worker, show, told, why)
    return forms.onward(request, f"{LIST}/{told['code'].strip()}", "drafted")


@get(
    f"{LIST}/{{code:str}}/edit", requires="campaigns:write", page=True, include_in_schema=False
)  # fmt: skip
async def get_edit(
    request: Asked,
    code: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """The wizard with a draft as it was written. / 下書きの編集"""
    found = await lives.told_one(auditor, readable(code))
    told = written_of(found, await taking_part.taking_part(auditor, found.code))
    return await wizard(request, auditor, show, told, code=found.code)


@post(
    f"{LIST}/{{code:str}}/edit", requires="campaigns:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_edit(
    request: Asked,
    code: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Keep a draft that was written anew. / 下書きの書き直し"""
    told = {**await reception.form(request, session_of(request)), "code": readable(code)}

    async def keep() -> None:
        await api.put_campaign.fn(code, draft_of(told), caller, worker, clock)

    why = await forms.tried(worker, keep)
    if why is not None:
        return await wizard(request, worker, show, told, why, code)
    return forms.onward(request, f"{LIST}/{code}", "drafted")


@get(f"{LIST}/{{code:str}}", requires="admin:read", page=True, include_in_schema=False)
async def get_one(
    request: Asked,
    code: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """A campaign: its terms, the check, its steps, and what may be done. / キャンペーン"""
    found = await lives.told_one(auditor, readable(code))
    who = {found.author, *(one.by_client for one in found.steps)}
    session = session_of(request)
    counted = await segments.told(auditor, found.segment) if found.segment else []
    return show(
        request, "registers/campaign.html", one=found, names=await forms.names_of(auditor, who),
        own=session.person == found.author, today=day_of(clock()), worst=worst(found.findings),
        segment=counted[0] if counted else None, all_funders=FUNDERS, **WORDS,
        **forms.said(request),
    )  # fmt: skip


@get(f"{LIST}/{{code:str}}/preview", requires="admin:read", page=True, include_in_schema=False)
async def get_preview(
    request: Asked,
    code: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
    days: api.DaysBack = 30,
) -> Response[bytes]:
    """What it would have given on past receipts, and who would have paid. / 過去のレシートで試算"""
    found = await lives.told_one(auditor, readable(code))
    told = await api.get_preview.fn(code, auditor, clock, days)
    return show(
        request, "registers/campaign_preview.html", one=found, told=told, days=days, **WORDS
    )


@get(f"{LIST}/{{code:str}}/outcome", requires="admin:read", page=True, include_in_schema=False)
async def get_outcome(
    request: Asked,
    code: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """Treated against control, with the interval. / 効果測定"""
    found = await lives.told_one(auditor, readable(code))
    told = await api.get_outcome.fn(code, auditor, clock)
    return show(request, "registers/campaign_outcome.html", one=found, told=told, **WORDS)


@post(
    f"{LIST}/{{code:str}}/review", requires="campaigns:review", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_review(
    request: Asked,
    code: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Another person than its author has read it. / 確認"""
    told = await reception.form(request, session_of(request))

    async def review() -> None:
        read = forms.struct_of(Review, {**because(told), "read": told.get("read")})
        await api.post_review.fn(code, read, caller, worker, clock)

    why = await forms.tried(worker, review)
    return forms.onward(request, f"{LIST}/{readable(code)}", "reviewed", why)


@post(
    f"{LIST}/{{code:str}}/steps", requires="campaigns:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_step(
    request: Asked,
    code: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Start, pause, resume, end, send back, drop. / 開始・停止・再開・終了"""
    told = await reception.form(request, session_of(request))
    to = told.get("to", "")

    async def step() -> None:
        if to == "start":
            start = forms.struct_of(Start, {**because(told), "despite": told.get("despite")})
            await api.post_start.fn(code, start, caller, worker, clock)
            return
        if to == "ended" and not told.get("on"):
            confirmed(told, code)
        change = forms.struct_of(Change, {**because(told), "to": to, "on": told.get("on")})
        await api.post_step.fn(code, change, caller, worker, clock)

    why = await forms.tried(worker, step)
    done = "started" if to == "start" else DONE.get(to, "kept")
    return forms.onward(request, f"{LIST}/{readable(code)}", done, why)


def because(told: dict[str, str]) -> dict[str, str]:
    """The reason of a step."""
    return {"reason": told.get("reason", "").strip()}


@get(f"{LIST}/{{code:str}}/shops", requires="admin:read", page=True, include_in_schema=False)
async def get_shops(
    request: Asked,
    code: FromPath[str],
    auditor: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """Every shop where it could give, and whether it does. / 参加店舗"""
    return await shops_shown(request, auditor, show, readable(code))


async def shops_shown(
    request: Asked,
    conn: AsyncConnection,
    show: Show,
    code: str,
    results: Any = None,
    why: Refusal | None = None,
) -> Response[bytes]:
    """The shops of a campaign, with what became of each just now."""
    found = await lives.told_one(conn, code)
    stands = await api.get_shops.fn(code, conn)
    shown = show(
        request, "registers/campaign_shops.html", one=found, shops=stands.shops, results=results,
        places=await facilities(conn), why=forms.titles(why), **WORDS,
    )  # fmt: skip
    shown.status_code = why.status if why else 200
    return shown


@get(f"{LIST}/{{code:str}}/shops.csv", requires="admin:read", page=True, include_in_schema=False)
async def get_shops_sheet(
    code: FromPath[str], auditor: NamedDependency[AsyncConnection]
) -> Response[bytes]:
    """The same as a sheet. / 参加店舗のCSV"""
    stands = await api.get_shops.fn(code, auditor)
    return listing(stands.shops, IN_SHOPS, "campaign-shops")


@post(
    f"{LIST}/{{code:str}}/shops", requires="campaigns:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_shops(
    request: Asked,
    code: FromPath[str],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Roll out to shops in one action, with the result of each. / 一斉展開"""
    told = await reception.form(request, session_of(request))
    results: list[Any] = []

    async def roll_out() -> None:
        asked = forms.struct_of(api.RollOut, {
            **because(told), "takes_part": told.get("takes_part") == "yes",
            "shops": forms.listed(told.get("shops", "")), "facility": told.get("facility", ""),
        })  # fmt: skip
        results.extend((await api.post_shops.fn(code, asked, caller, worker, clock)).shops)

    why = await forms.tried(worker, roll_out)
    if why is not None and isinstance(why, NotFound):
        raise why
    return await shops_shown(request, worker, show, readable(code), results, why)


ROUTES: list[HTTPRouteHandler] = [
    get_list, get_sheet, get_new, get_check, post_new, get_edit, post_edit, get_one, get_preview,
    get_outcome, post_review, post_step, get_shops, get_shops_sheet, post_shops,
]  # fmt: skip

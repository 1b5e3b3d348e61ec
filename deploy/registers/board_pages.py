"""本部のお知らせと問合せの画面: what headquarters tells, who has seen it; what shops ask, and what
they are answered."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, QueryParameter
from psycopg import AsyncConnection

from auth.people.reception import CONSOLE, MOST_BYTES, Asked, Reception, session_of
from auth.people.sessions import Session
from deploy.registers import forms, places
from deploy.registers.forms import onward, struct_of
from deploy.sheets import listing
from federation.days import day_of
from federation.refusals import Refusal
from tenants.areas import shops_at
from tenants.board import asking, notices
from tenants.board.asking import Question, Said, Sought, Who
from tenants.board.notices import NewNotice
from tenants.callers import Caller
from tenants.showing import Show

NOTICES = "/console/notices"
SUPPORT = "/console/support"
ANSWER = "questions:answer"
MOST = 50
STATES = {"open": ("受付中", "open"), "answered": ("回答済み", "answered"),
          "closed": ("完了", "closed")}  # fmt: skip
LEVELS = {"all": ("全店", "everybody"), "area": ("エリア", "area"),
          "facility": ("施設", "facility"), "shop": ("店舗", "shop")}  # fmt: skip
SEEN = {"shop": "店舗", "name": "名称", "who": "確認した人", "at": "日時"}
FIELDS = ("level", "title", "title_en", "body", "body_en", "from_on", "to_on", "place")
InState = Annotated[str | None, QueryParameter(name="state", required=False)]


@get(NOTICES, requires="admin:read", page=True, include_in_schema=False)
async def get_notices(
    request: Asked,
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """What headquarters tells its shops, and one to write. / 本部のお知らせ"""
    today = str(day_of(clock()))
    return await noticed(request, auditor, show, {"from_on": today, "to_on": today})


async def noticed(
    request: Asked,
    conn: AsyncConnection,
    show: Show,
    told: dict[str, str],
    why: Refusal | None = None,
) -> Response[bytes]:
    """The notices with what was written so far."""
    found = await notices.told(conn)
    shown = show(
        request, "registers/notices.html", notices=found, told=told, levels=LEVELS,
        names=await forms.names_of(conn, {one.author for one in found}),
        facilities=await places.facilities(conn), areas=await places.areas(conn),
        **{**forms.said(request), **({"why": forms.titles(why)} if why else {})},
    )  # fmt: skip
    shown.status_code = why.status if why else 200
    return shown


@post(
    NOTICES, requires="admin:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_notice(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Hang a notice. / お知らせの掲示"""
    told = await reception.form(request, session_of(request))

    async def write() -> None:
        fields: dict[str, Any] = {name: told.get(name, "").strip() for name in FIELDS}
        if fields["level"] == "all":
            fields["place"] = ""
        asked = struct_of(NewNotice, {**fields, "to_be_seen": "to_be_seen" in told})
        await notices.write(worker, asked, caller.client_id, clock())

    why = await forms.tried(worker, write)
    if why is not None:
        return await noticed(request, worker, show, told, why)
    return onward(request, NOTICES, "hung")


@get(f"{NOTICES}/{{notice_id:int}}", requires="admin:read", page=True, include_in_schema=False)
async def get_notice(
    request: Asked,
    notice_id: FromPath[int],
    auditor: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """A notice, and which shops have seen it. / お知らせと確認状況"""
    seen = await notices.seen_by(auditor, notice_id)
    return show(
        request, "registers/notice.html", one=await notices.told_one(auditor, notice_id),
        seen=seen, levels=LEVELS,
        names=await forms.names_of(auditor, {one.who for one in seen if one.who}),
        **forms.said(request),
    )  # fmt: skip


@get(f"{NOTICES}/{{notice_id:int}}/seen.csv", requires="admin:read", page=True,
     include_in_schema=False)  # fmt: skip
async def get_seen_sheet(
    notice_id: FromPath[int], auditor: NamedDependency[AsyncConnection]
) -> Response[bytes]:
    """The same as a sheet. / 確認状況のCSV"""
    found = await notices.seen_by(auditor, notice_id)
    return listing(found, SEEN, "notice-seen")


@post(
    f"{NOTICES}/{{notice_id:int}}", requires="admin:write", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_withdrawn(
    request: Asked,
    notice_id: FromPath[int],
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Take a notice down. / お知らせの取下げ"""
    await reception.form(request, session_of(request))
    await notices.withdraw(worker, notice_id, caller.client_id, clock())
    return onward(request, f"{NOTICES}/{notice_id}", "taken-down")


@post(
    f"{NOTICES}/{{notice_id:int}}/seen", requires=CONSOLE, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_seen(
    request: Asked,
    notice_id: FromPath[int],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Somebody has seen a notice where they stand. / お知らせの確認"""
    session = session_of(request)
    await reception.form(request, session)
    shops = await shops_of(worker, session)
    at_shop = session.placed and set(session.roles) == {"shop"}
    if session.placed:  # what does not hang here is not there
        hangs = await notices.here(worker, shops or (), day_of(clock()))
        notice_id = next((one.notice_id for one in hangs if one.notice_id == notice_id), 0)
    where = shops if at_shop and shops else (0,)
    await notices.see(worker, notice_id, where, session.person, clock())
    return onward(request, "/console", "seen")


async def shops_of(conn: AsyncConnection, session: Session) -> tuple[int, ...] | None:
    """The shops where somebody stands; None at headquarters."""
    if not session.placed:
        return None
    return tuple(one.shop_id for one in await shops_at(conn, session.at))


async def sought(conn: AsyncConnection, session: Session, **asked: Any) -> Sought:
    """Which questions somebody may see: all who answers, one's shops' and one's own the others."""
    answers = ANSWER in session.scopes
    shops = None if answers else await shops_of(conn, session) or ()
    return Sought(shops=shops, who=session.person, **asked)


@get(SUPPORT, requires=CONSOLE, page=True, include_in_schema=False)
async def get_support(
    request: Asked,
    worker: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
    words: FromQuery[str | None] = None,
    state_: InState = None,
    before: FromQuery[int | None] = None,
) -> Response[bytes]:
    """What was asked, found by words, and a question to ask. / 問合せ"""
    session = session_of(request)
    words = words.strip()[:100].replace("\0", "") if words else None
    state: Any = state_ if state_ in STATES else None
    which = await sought(worker, session, words=words or None, state=state, before=before)
    found = await asking.questions(worker, which, MOST + 1)
    return asked_shown(request, show, found, {}, words=words, state=state)


def asked_shown(
    request: Asked,
    show: Show,
    found: list[Question],
    told: dict[str, str],
    why: Refusal | None = None,
    **more: Any,
) -> Response[bytes]:
    """The questions with what was written so far."""
    older = found[MOST - 1].question_id if len(found) > MOST else None
    shown = show(
        request, "registers/support.html", questions=found[:MOST], next=older, told=told,
        states=STATES, **more,
        **{**forms.said(request), **({"why": forms.titles(why)} if why else {})},
    )  # fmt: skip
    shown.status_code = why.status if why else 200
    return shown


@post(
    SUPPORT, requires=CONSOLE, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_question(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
    show: NamedDependency[Show],
) -> Response[Any]:
    """Ask something. / 問合せの送信"""
    session = session_of(request)
    told = await reception.form(request, session)
    shops = await shops_of(worker, session)
    shop_id = shops[0] if shops is not None and len(shops) == 1 else None

    async def ask() -> None:
        fields = {name: told.get(name, "").strip() for name in ("title", "words")}
        who = Who(session.person, session.name)
        await asking.ask(worker, struct_of(asking.Asked, fields), shop_id, who, clock())

    why = await forms.tried(worker, ask)
    if why is not None:
        return asked_shown(request, show, [], told, why, words=None, state=None)
    return onward(request, SUPPORT, "asked")


@get(f"{SUPPORT}/{{question_id:int}}", requires=CONSOLE, page=True, include_in_schema=False)
async def get_question(
    request: Asked,
    question_id: FromPath[int],
    worker: NamedDependency[AsyncConnection],
    show: NamedDependency[Show],
) -> Response[bytes]:
    """A question with all that was said. / 問合せの経緯"""
    session = session_of(request)
    found = await asking.one(worker, question_id, await sought(worker, session))
    return show(
        request, "registers/question.html", one=found, states=STATES,
        words=await asking.words(worker, question_id), answers=ANSWER in session.scopes,
        **forms.said(request),
    )  # fmt: skip


@post(
    f"{SUPPORT}/{{question_id:int}}", requires=CONSOLE, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_word(
    request: Asked,
    question_id: FromPath[int],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[forms.Now],
) -> Response[Any]:
    """Answer, ask on, or close a question. / 回答・追記・完了"""
    session = session_of(request)
    told = await reception.form(request, session)
    found = await asking.one(worker, question_id, await sought(worker, session))
    answers = ANSWER in session.scopes and found.asked_by != session.person
    state = "closed" if told.get("do") == "close" else "answered" if answers else "open"

    async def say() -> None:
        said = struct_of(Said, {"words": told.get("words", "").strip(), "state": state})
        who = Who(session.person, session.name)
        await asking.say(worker, question_id, said, who, clock(), answers=answers)

    return onward(request, f"{SUPPORT}/{question_id}", "answered", await forms.tried(worker, say))


ROUTES: list[HTTPRouteHandler] = [
    get_notices, post_notice, get_notice, get_seen_sheet, post_withdrawn, post_seen, get_support,
    post_question, get_question, post_word,
]  # fmt: skip

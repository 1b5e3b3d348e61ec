"""担当者の画面: where one stands, one's own sessions and keys, and for administrators everybody."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from auth.people import factors, log, people, sessions, signing_in
from auth.people.people import Given
from auth.people.reception import CONSOLE, MOST_BYTES, Asked, Reception, session_of, to
from auth.people.refusals import LastFactor
from auth.people.roles import PLACES, ROLES
from auth.people.sessions import Session
from auth.people.sign_in_pages import lang_of
from federation.days import day_of
from federation.refusals import NotFound, Refusal, Validation
from federation.refusals import titles as titles_of
from tenants import areas
from tenants.board.notices import Here, here

PEOPLE = "people"  # what a fresh second factor is shown for, on these pages


@get("/console", requires=CONSOLE, page=True, include_in_schema=False)
async def get_home(
    request: Asked,
    reception: NamedDependency[Reception],
    clock: NamedDependency[Callable[[], datetime]],
) -> Response[Any]:
    """Who is signed in, with what rights, what headquarters tells, and what was done past the
    console. / 担当者の入口"""
    session, day = session_of(request), day_of(clock())
    if session.tenant_id is not None:  # what was done at headquarters is not for a tenant's eyes
        return to("/portal", lang=lang_of(request))
    async with reception.door() as conn:
        loud = await log.loud(conn, session.seen_log)
        own = await log.lately(conn, session.person)
        keys = await factors.keys_of(conn, session.person)
    return reception.page(
        request, "people/home.html", session, loud=loud, own=own, roles=ROLES, keys=keys,
        admin="people:admin" in session.scopes, board=await hanging(reception, session, day),
    )  # fmt: skip


async def hanging(reception: Reception, session: Session, today: date) -> list[Here]:
    """What headquarters tells those who stand here; whether they themselves have seen it."""
    async with reception.worker() as conn:
        shops = None
        if session.placed:
            shops = [one.shop_id for one in await areas.shops_at(conn, session.at)]
        return await here(conn, shops, today, session.person)


@post(
    "/console/seen", requires=CONSOLE, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_seen(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """What was done past the console has been read. / 確認済み"""
    session = session_of(request)
    told = await reception.form(request, session)
    async with reception.door() as conn:
        found = [one.log_id for one in await log.loud(conn, session.seen_log)]
        if told.get("log", "") in {str(one) for one in found}:
            await signing_in.shown_log(conn, session, int(told["log"]))
    return to("/console", lang=lang_of(request))


@get("/console/sessions", requires=CONSOLE, page=True, include_in_schema=False)
async def get_sessions(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """One's own sessions and passkeys. / セッションと確認手段"""
    session = session_of(request)
    async with reception.door() as conn:
        found = await sessions.listed(conn, reception.now(), person_id=session.person)
        keys = await factors.keys_of(conn, session.person)
    return reception.page(
        request, "people/sessions.html", session, found=found, keys=keys,
        own=session.session_sha256.hex()[:16],
    )  # fmt: skip


@post(
    "/console/sessions", requires=CONSOLE, page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_sessions(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """End one of one's own sessions, or all the others. / セッションの終了"""
    session = session_of(request)
    told = await reception.form(request, session)
    async with reception.door() as conn:
        if told.get("key") == "others":
            await sessions.end_all(conn, person_id=session.person, but=session.session_sha256)
        elif not await sessions.end_by_key(conn, told.get("key", ""), person_id=session.person):
            raise NotFound
    return to("/console/sessions", lang=lang_of(request))


@post(
    "/console/passkeys", requires=CONSOLE, page=True, status_code=200, step_up="enrol",
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_passkeys(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Take one of one's own passkeys away. / パスキーの削除"""
    session = session_of(request)
    told = await reception.form(request, session)
    try:
        credential_id = bytes.fromhex(told.get("key", ""))
    except ValueError:
        raise Validation(pointer="/key") from None
    async with reception.door() as conn:
        if not await factors.drop_key(conn, session, credential_id, reception.now()):
            raise LastFactor
    return to("/console/sessions", lang=lang_of(request))


@post(
    "/console/password", requires=CONSOLE, page=True, status_code=200, step_up="enrol",
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_password(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Another password of one's own. / パスワードの変更"""
    session = session_of(request)
    told = await reception.form(request, session)
    async with reception.door() as conn:
        await people.choose_password(
            conn, reception.means, session, told.get("password", ""), reception.now()
        )
    return to("/console/sessions", lang=lang_of(request))


@get("/console/people", requires="people:admin", page=True, include_in_schema=False)
async def get_people(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Everybody, for administrators. / 担当者一覧"""
    return await _people(reception, request)


@post(
    "/console/people", requires="people:admin", page=True, status_code=200, step_up=PEOPLE,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_people(request: Asked, reception: NamedDependency[Reception]) -> Response[Any]:
    """Invite somebody: a link that is shown this once. / 招待"""
    session = session_of(request)
    told = await reception.form(request, session)
    try:
        async with reception.worker() as conn:
            given = await given_in(conn, told)
            _, key = await people.invite(
                conn, told.get("login", ""), told.get("name", ""), [given], session.person,
                reception.now(),
            )  # fmt: skip
    except Refusal as why:
        return await _people(reception, request, why)
    return await _people(reception, request, link=link_of(reception, key))


@post(
    "/console/people/{person_id:str}", requires="people:admin", page=True, status_code=200,
    step_up=PEOPLE, request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_person(
    request: Asked, person_id: FromPath[str], reception: NamedDependency[Reception]
) -> Response[Any]:
    """Give or take a role, shut a person out, let one come back. / 権限の変更"""
    session = session_of(request)
    told = await reception.form(request, session)
    by, now, link = session.person, reception.now(), ""
    try:
        async with reception.worker() as conn:
            match told.get("do"):
                case "give":
                    await people.give(conn, person_id, await given_in(conn, told), by, now)
                case "take":
                    await people.take(conn, person_id, taken_in(told), by, now)
                case "disable":
                    await people.disable(conn, person_id, by, now)
                case "recover":
                    key = await people.recover(conn, person_id, by, now)
                    link = link_of(reception, key)
                case _:
                    raise Validation(pointer="/do")
    except Refusal as why:
        return await _people(reception, request, why)
    return await _people(reception, request, link=link)


async def _people(
    reception: Reception, request: Asked, why: Refusal | None = None, link: str = ""
) -> Response[Any]:
    session = session_of(request)
    async with reception.worker() as conn:
        found = await people.listed(conn)
    return reception.page(
        request, "people/people.html", session, status=why.status if why else 200,
        why=titles_of(type(why)) if why else None, people=found, roles=ROLES, places=PLACES,
        link=link, own=session.person,
    )  # fmt: skip


async def given_in(conn: Any, told: dict[str, str]) -> Given:
    """The role that a form gives, with the place that it names."""
    role = told.get("role", "")
    if role not in PLACES:
        return Given(role)
    place = told.get("place", "").strip()
    return Given(role, await areas.place_of(conn, PLACES[role], place))


def taken_in(told: dict[str, str]) -> Given:
    """The role that a form takes."""
    place = told.get("place_id", "0")
    if not place.isdecimal() or len(place) > 18:
        raise Validation(pointer="/place_id")
    return Given(told.get("role", ""), int(place))


def link_of(reception: Reception, key: str) -> str:
    """The address of a link, to be handed over once."""
    return f"{reception.means.site.origin}/console/welcome?key={key}"


ROUTES: list[HTTPRouteHandler] = [
    get_home,
    post_seen,
    get_sessions,
    post_sessions,
    post_passkeys,
    post_password,
    get_people,
    post_people,
    post_person,
]

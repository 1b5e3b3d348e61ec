"""入会の画面: one field, a code, the card is on the screen; the notice that members agree to."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

from auth.people import member_sign_in, signing_up
from auth.people.member_pages import HOME, known
from auth.people.reception import MOST_BYTES, Asked, Reception, to, within
from auth.people.refusals import SignInFirst
from auth.people.sign_in_pages import lang_of, refused
from auth.people.sign_up_api import SignUp, began
from auth.people.subjects import signed_in
from federation.days import day_of
from federation.refusals import Refusal, Validation
from tenants import joining_rules, personal_file
from tenants.joining_rules import NOTICE, Told
from tenants.personal_file import Consent

Now = Callable[[], datetime]
LONGEST = 4_000


@get("/member/join", requires="anyone", page=True, include_in_schema=False)
async def get_join(
    request: Asked,
    reception: NamedDependency[Reception],
    counter: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """One field, and the notice of how data are used. / 会員登録"""
    rules = await joining_rules.joining(counter, day_of(clock()))
    return reception.page(request, "members/join.html", rules=rules, texts=reception.texts.on)


@post(
    "/member/join", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_join(
    request: Asked,
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """A code is on its way; the page that asks for it carries what was told. / 入会の申込"""
    said = await reception.form(request, token=False)
    try:
        sent, letter = await began(told_in(said), request, reception, clerk, clock)
    except Refusal as why:
        rules = await joining_rules.joining(clerk, day_of(clock()))
        texts = reception.texts.on
        return refused(reception, request, "members/join.html", why, rules=rules, texts=texts)
    shown = reception.page(request, "members/join_code.html", sign_up=sent.sign_up)
    shown.background = letter
    return shown


@post(
    "/member/join/code", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_join_code(
    request: Asked,
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The code that came: a member, signed in on this device, with a card. / 入会の確認"""
    said = await reception.form(request, token=False)
    sign_up = said.get("sign_up", "")[:LONGEST]
    code = "".join(sign for sign in said.get("code", "") if sign.isdecimal())[:10]
    now = reception.now()
    try:
        member_id = await signing_up.confirm(clerk, reception.means, sign_up, code, now, clock())
    except Refusal as why:
        return refused(reception, request, "members/join_code.html", why, sign_up=sign_up)
    async with reception.door() as conn:
        found = await member_sign_in.welcomed(conn, member_id, reception.visitor(request), now)
    return known(to("/member/card", lang=lang_of(request)), *found)


@get("/member/agree", requires="anyone", page=True, include_in_schema=False)
async def get_agree(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The version of the notice that is in force. / お知らせの改定"""
    session = await reception.member_session(request)
    if await signed_in(request) is None or session is None:
        raise SignInFirst
    notice = await joining_rules.notice_in_force(worker, day_of(clock()))
    return reception.page(request, "members/agree.html", session, notice=notice)


@post(
    "/member/agree", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_agree(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Agree to it; whoever does so later is asked again at the next sign-in. / 同意"""
    session = await reception.member_session(request)
    subject = await signed_in(request)
    if subject is None or session is None:
        raise SignInFirst
    said = await reception.form(request, session)
    if said.get("answer") == "agree" and said.get("version", "").isdecimal():
        version = int(said["version"][:5])
        agreed = Consent(NOTICE, version, True, "page", clock())
        await personal_file.consent(worker, subject.member_id, agreed, signing_up.PAGE)
    onward = within(request.query_params.get("return_to"), HOME)
    return to(onward, lang=lang_of(request))


def told_in(said: dict[str, str]) -> Told:
    """What a form says, as an app would: an address has an @, all else is a number."""
    contact = said.get("contact", "").strip()
    told: dict[str, Any] = {"email" if "@" in contact else "phone": contact}
    told |= {"of_age": said.get("of_age") == "yes", "notice_version": said.get("version", "")}
    if said.get("card", "").strip():
        told["card"] = said["card"].strip()
    try:
        if said.get("birth_on"):
            told["birth_on"] = date.fromisoformat(said["birth_on"])
        told["notice_version"] = int(told["notice_version"])
        return msgspec.convert(told, SignUp).told()
    except (msgspec.ValidationError, ValueError):
        raise Validation(pointer="/contact") from None


ROUTES: list[HTTPRouteHandler] = [get_join, post_join, post_join_code, get_agree, post_agree]

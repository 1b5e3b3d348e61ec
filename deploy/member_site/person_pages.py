"""会員情報: who a member is and how they are reached, what leads to them, their facility."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

from auth.people import contacts
from auth.people.card_pages import SAVED, member_here
from auth.people.member_pages import reach
from auth.people.member_sign_in import Contact
from auth.people.reception import MOST_BYTES, Asked, Reception, to
from auth.people.sign_in_pages import lang_of, refused
from auth.people.sign_up_api import NoTexts
from auth.people.signing_up import PAGE
from deploy.member_site.brands import Now, worn
from federation import carriers, profiles
from federation.days import day_of
from federation.desk import Desk
from federation.refusals import Refusal, Validation
from tenants import acts, enriching
from tenants.enriching_api import MyWords
from tenants.guide import branding, homes
from tenants.mall import Mall
from tenants.member_words import Email, Phone, phone_of

PROFILE = "/member/profile"
CHANGED = "会員サイトでの変更 / changed on the member site"
SUBJECT = "【巡り】連絡先の確認コード / a code for your new contact"
LETTER = """確認コード: {code}

会員サイトで連絡先の変更をお申し込みになりました。5分以内に入力してください。
心当たりがなければ、このメールは破棄してください。

Your code: {code}
Your contact is about to change to this address. The code holds for five minutes.
"""
TOLD_SUBJECT = "【巡り】連絡先が変わりました / your contact has changed"
TOLD = """会員サイトで、登録の連絡先が変わりました。
心当たりがなければ、すぐに窓口へご連絡ください。

The contact of your membership was changed on the member site.
If it was not you, call the counter at once.
"""


@get(PROFILE, requires="anyone", page=True, include_in_schema=False)
async def get_profile(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Who I am, as it is kept. / 会員情報"""
    return await _profile(request, reception, worker, auditor, clock)


@post(
    PROFILE, requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_profile(
    request: Asked,
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    mall: NamedDependency[Mall],
    desk: NamedDependency[Desk],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Told anew: effective at once, kept with who and when. / 会員情報の変更"""
    session, member_id = await member_here(request, reception)
    said, now = await reception.form(request, session), clock()
    try:
        told = words_in(said).profile()
        async with clerk.transaction():
            await enriching.tell(clerk, member_id, told, now)
            await acts.record(clerk, member_id, "profile-written", PAGE, CHANGED, now)
    except Refusal as why:
        return await _profile(request, reception, clerk, auditor, clock, why)
    await enriching.book_rewards(clerk, desk, mall, now, member_id)
    return to(PROFILE, lang=lang_of(request), done="yes")


@post(
    "/member/contact", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_contact(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    auditor: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Another address or number: a code goes there. / 連絡先の変更"""
    session, _ = await member_here(request, reception)
    said = await reception.form(request, session)
    try:
        contact = contact_in(said.get("contact", ""))
        if "@" not in contact and not reception.texts.on:
            raise NoTexts(pointer="/contact")
        async with reception.door() as conn:
            code = await contacts.draw(conn, reception.means, session, contact, reception.now())
    except Refusal as why:
        return await _profile(request, reception, worker, auditor, clock, why)
    shown = reception.page(request, "members/contact.html", session, contact=contact)
    shown.background = BackgroundTask(_send, reception, contact, code)
    return shown


@post(
    "/member/contact/code", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_contact_code(
    request: Asked,
    reception: NamedDependency[Reception],
    clerk: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """The code that went there. / 連絡先の確認"""
    session, member_id = await member_here(request, reception)
    said = await reception.form(request, session)
    contact = contact_in(said.get("contact", ""))
    code = "".join(sign for sign in said.get("code", "") if sign.isdecimal())[:10]
    try:
        async with reception.door() as conn:
            now = reception.now()
            await contacts.proved(conn, reception.means, session, contact, code, now)
        async with clerk.transaction():
            before = await contacts.change(clerk, member_id, contact, clock())
    except Refusal as why:
        return refused(reception, request, "members/contact.html", why, session, contact=contact)
    onward = to(PROFILE, lang=lang_of(request), done="yes")
    was = Contact(member_id, before.email, before.phone)
    onward.background = BackgroundTask(reach, reception, was, TOLD_SUBJECT, TOLD, TOLD[:70])
    return onward


@post(
    "/member/home-facility", requires="anyone", page=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_home(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Which facility's colours I see, and in which language I am written to. / ホーム施設"""
    session, member_id = await member_here(request, reception)
    said = await reception.form(request, session)
    lang = said.get("mails", "")
    if lang not in ("ja", "en"):
        raise Validation(pointer="/mails")
    facility = said.get("facility", "")
    onward = to(PROFILE, lang=lang_of(request), done="yes")
    if facility:
        await homes.choose(worker, member_id, facility, clock())
        onward.set_cookie(worn(facility))
    await homes.speak(worker, member_id, lang)
    return onward


def words_in(said: dict[str, str]) -> MyWords:
    """What the form says; what is left empty stays as it is."""
    told = {
        name: said[name].strip() for name in ("name", "kana", "sex", "postcode", "birth_on")
        if said.get(name, "").strip()
    }  # fmt: skip
    try:
        if "birth_on" in told:
            date.fromisoformat(told["birth_on"])
        return msgspec.convert(told, MyWords, strict=False)
    except (msgspec.ValidationError, ValueError):
        raise Validation(pointer="/postcode") from None


def contact_in(said: str) -> str:
    """An address or a number as it is kept."""
    told = said.strip()
    try:
        if "@" in told:
            return msgspec.convert(told, Email)
        return phone_of(msgspec.convert(told, Phone))
    except msgspec.ValidationError:
        raise Validation(pointer="/contact") from None


async def _send(reception: Reception, contact: str, code: str) -> None:
    where = Contact(0, contact if "@" in contact else None, contact)
    text = f"巡り 確認コード {code}（5分）"
    await reach(reception, where, SUBJECT, LETTER.format(code=code), text)


async def _profile(
    request: Asked, reception: Reception, worker: AsyncConnection[Any],
    auditor: AsyncConnection[Any], clock: Now, why: Refusal | None = None,
) -> Response[Any]:  # fmt: skip
    session, member_id = await member_here(request, reception)
    saved = why is None and request.query_params.get("done") == "yes"
    return refused(
        reception, request, "members/profile.html", why, session,
        standing=await profiles.read(worker, member_id),
        leading=await carriers.carriers_of(worker, member_id),
        facilities=await branding.brands(worker, day_of(clock())),
        home=await homes.home_of(auditor, member_id),
        mails=await homes.spoken(auditor, member_id), done=SAVED if saved else None,
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [
    get_profile, post_profile, post_contact, post_contact_code, post_home,
]  # fmt: skip

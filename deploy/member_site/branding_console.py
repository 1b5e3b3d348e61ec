"""会員サイトの見た目: name, two colours, logo and words of a facility, from a day on (M50)."""

from datetime import date
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from psycopg import AsyncConnection

from auth.people.reception import Asked, Reception, session_of, to, whole
from auth.people.refusals import OtherSite
from auth.people.sessions import Session
from auth.people.sign_in_pages import lang_of, refused
from deploy.member_site.brands import OWN, OWN_DARK, Now
from federation.days import day_of
from federation.refusals import NotFound, Refusal, Validation
from tenants.guide import branding
from tenants.guide.branding import Brand, Look
from tenants.guide.logos import logo
from tenants.layout import Why
from tenants.scanning import Scan

PATH = "/console/branding"
MOST_BYTES = 160 * 1024
LONGEST_REASON = 200
SAVED = ("保存しました。", "Saved.")


@get(PATH, requires="branding:write", page=True, placed=True, include_in_schema=False)
async def get_branding(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """How a facility looks to its members. / 会員サイトの見た目"""
    return await _shown(request, reception, worker, clock)


@post(
    PATH, requires="branding:write", page=True, placed=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_branding(
    request: Asked,
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    scan: NamedDependency[Scan],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """A new look from a day on; colours that cannot be read are refused. / 見た目の変更"""
    session = session_of(request)
    said, picture = await told_in_parts(request, reception, session)
    now = clock()
    one = _chosen(await _own(worker, session, now), said.get("facility", ""))
    try:
        look, from_on, reason = _look(said), _day(said.get("from_on", ""), now), said["reason"]
        drawn = logo(await scan(picture)) if picture else None
        why = Why(session.person, reason)
        await branding.choose(worker, one.facility_id, from_on, look, drawn, why, now)
    except Refusal as refusal:
        return await _shown(request, reception, worker, clock, refusal, said)
    return to(PATH, of=one.facility, lang=lang_of(request), done="yes")


async def told_in_parts(
    request: Asked, reception: Reception, session: Session
) -> tuple[dict[str, str], bytes]:
    """The fields of a form with a file, from a page of this hub with its token; and the file."""
    body = await whole(request)
    reception.from_here(request)
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data;"):
        raise OtherSite
    parsed = BytesParser(policy=HTTP).parsebytes(f"content-type: {kind}\r\n\r\n".encode() + body)
    said: dict[str, str] = {}
    picture = b""
    for part in parsed.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            raise Validation(pointer="")
        if part.get_filename() is not None:
            picture = content
            continue
        try:
            said[name] = content.decode().strip()
        except UnicodeDecodeError:
            raise Validation(pointer="") from None
    if not reception.means.seals.is_form_token(said.get("form_token", ""), session.session_sha256):
        raise OtherSite
    if not 0 < len(said.get("reason", "")) <= LONGEST_REASON:
        raise Validation(pointer="/reason")
    return said, picture


def _look(said: dict[str, str]) -> Look:
    told = {name: said.get(name, "") for name in Look.__struct_fields__}
    told |= {name: told[name].lower() for name in ("colour", "dark_colour")}
    try:
        return msgspec.convert(told, Look)
    except msgspec.ValidationError:
        raise Validation(pointer="/colour") from None


def _day(said: str, now: Any) -> date:
    try:
        found = date.fromisoformat(said)
    except ValueError:
        raise Validation(pointer="/from_on") from None
    if found < day_of(now):
        raise Validation(pointer="/from_on")
    return found


async def _own(worker: AsyncConnection[Any], session: Session, now: Any) -> list[Brand]:
    """The facilities that somebody may dress: their own, or all."""
    every = await branding.brands(worker, day_of(now))
    if not session.placed:
        return every
    own = {one for role, one in session.at if role == "facility"}
    return [one for one in every if one.facility_id in own]


def _chosen(every: list[Brand], code: str) -> Brand:
    for one in every:
        if one.facility == code:
            return one
    raise NotFound(pointer="/facility")


async def _shown(
    request: Asked, reception: Reception, worker: AsyncConnection[Any], clock: Now,
    why: Refusal | None = None, said: dict[str, str] | None = None,
) -> Response[Any]:  # fmt: skip
    session, now = session_of(request), clock()
    every = await _own(worker, session, now)
    told = said or {}
    code = told.get("facility") or request.query_params.get("of", "")
    one = _chosen(every, code) if code else (every[0] if every else None)
    saved = why is None and request.query_params.get("done") == "yes"
    return refused(
        reception, request, "operator/branding.html", why, session, one=one, every=every,
        told=told, today=day_of(now), own=(OWN, OWN_DARK),
        versions=await branding.told(worker, one.facility_id) if one else [],
        done=SAVED if saved else None,
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [get_branding, post_branding]

"""同意の画面: the page on which a member lets an app ask in their name, or does not.

The browser is sent on by 303, never 307, so that nothing that was typed is sent on with it; the
page's policy lets its one form lead here and to the app's own registered address, nowhere else.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

from litestar import MediaType, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec

from auth.asking import NotShown
from auth.authorize import Elsewhere, Wanted
from auth.door_desk import DoorDesk
from auth.forms import MOST_BYTES, NotAForm, body, parsed
from auth.scopes import SCOPES
from auth.subjects import Subject
from deploy.pages import POLICY, Lang, chosen, page

PATH = "/oauth/authorize"
LONGEST_QUERY = 8 * 1024
NEVER_KEPT = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
Asked = Request[Any, Any, Any]


PAGES = {
    status: ResponseSpec(str, description=why, media_type="text/html", generate_examples=False)
    for status, why in (
        (303, "on to where the client wanted the answer, or where members sign in"),
        (400, "a page: this question cannot be shown"),
        (413, "more than a form of ours"),
        (503, "a page: members cannot sign in here yet"),
    )
}


@get(PATH, requires="anyone", media_type=MediaType.HTML, responses=PAGES)
async def get_authorize(request: Asked, door_desk: NamedDependency[DoorDesk]) -> Response[bytes]:
    """Ask the member who sits before the screen what a client asks for. / 連携の同意"""
    lang = chosen(request, None)
    if door_desk.sign_in is None:
        return refused(lang, 503)
    query = str(request.scope["query_string"], "latin-1")
    try:
        if len(query) > LONGEST_QUERY:
            raise NotShown
        asked = parsed(query.encode())
        lang = "en" if asked.get("lang") == "en" else "ja" if "lang" in asked else lang
        wanted = await door_desk.think(door_desk.authorizing.look, asked)
        who = await door_desk.sign_in.signed_in(request)
        if who is None:
            return sent_on(door_desk.sign_in.door(f"{PATH}?{query}"))
        name = await door_desk.think(door_desk.authorizing.show, wanted, who.member_id)
    except Elsewhere as answer:
        return sent_on(answer.to)
    except (NotShown, NotAForm):
        return refused(lang, 400)
    other: Lang = "ja" if lang == "en" else "en"
    return consent(lang, wanted, who, name, urlencode({**asked, "lang": other}))


@post(PATH, requires="anyone", status_code=303, request_max_body_size=MOST_BYTES, responses=PAGES)
async def post_authorize(request: Asked, door_desk: NamedDependency[DoorDesk]) -> Response[bytes]:
    """Send the member's answer to the client. / 同意の回答"""
    lang = chosen(request, None)
    if door_desk.sign_in is None:
        return refused(lang, 503)
    try:
        form = parsed(await body(request))
        who = await door_desk.sign_in.signed_in(request)
        if who is None or request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise NotShown
        answer = (form["client_id"], form["ask"], who.member_id, form["answer"] == "allow")
        return sent_on(await door_desk.think(door_desk.authorizing.answer, *answer))
    except (NotShown, NotAForm, KeyError):
        return refused(lang, 400)


def consent(lang: Lang, wanted: Wanted, who: Subject, name: str, other: str) -> Response[bytes]:
    """The page that asks."""
    scopes = [SCOPES[one] for one in wanted.asked.scopes]
    shown = page(
        "consent.html",
        lang,
        client=wanted.client.name,
        client_id=wanted.client.client_id,
        host=urlsplit(wanted.asked.redirect_uri).hostname,
        who=who.name,
        scopes=[scope.ja if lang == "ja" else scope.en for scope in scopes],
        ask=name,
        other=other,
    )
    # Browsers hold a form to this where it is sent on as well.
    shown.headers["content-security-policy"] = POLICY.replace(
        "form-action 'none'", f"form-action 'self' {source(wanted.asked.redirect_uri)}"
    ).replace("script-src 'self'", "script-src 'none'")
    return kept_by_nobody(shown)


def source(redirect_uri: str) -> str:
    """Where an app's own address lies, as a policy names it."""
    parts = urlsplit(redirect_uri)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"{parts.scheme}:"


def refused(lang: Lang, status: int) -> Response[bytes]:
    """The page that says to whoever sits before the screen that there is nothing to answer."""
    shown = page("not_asked.html", lang, away=status == 503)
    shown.status_code = status
    return kept_by_nobody(shown)


def sent_on(to: str) -> Response[bytes]:
    """The browser goes there, with GET and with nothing in its hands."""
    return Response(b"", status_code=303, headers={"location": to, **NEVER_KEPT})


def kept_by_nobody(shown: Response[bytes]) -> Response[bytes]:
    """A page that no cache keeps."""
    shown.headers.update(NEVER_KEPT)
    return shown


ROUTES: list[HTTPRouteHandler] = [get_authorize, post_authorize]

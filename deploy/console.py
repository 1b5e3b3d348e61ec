"""The look of pages for people who sign in: forms that go only here, nothing kept by a browser."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import segno
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from auth.people.devices import device
from auth.people.reception import Reception
from auth.people.refusals import FreshFactorNeeded, SignInFirst
from deploy.menus import menu
from deploy.pages import HEADERS, POLICY, chosen, templates
from deploy.problems import framework, meant, refused, unforeseen
from federation.kinds import KINDS
from federation.refusals import Broken, Busy, Refusal, titles

templates.filters["device"] = device
templates.filters["literally"] = re.escape
templates.globals["menu"] = menu
templates.globals["entry_kinds"] = KINDS
Asked = Request[Any, Any, Any]
SESSIONS = "/console/sessions"
FAULT = (
    "こちらの障害で表示できませんでした。もう一度お試しいただき、続くときは窓口へお知らせください。",
    "Something of ours failed. Try again, and tell the help desk if it goes on.",
)
AWAY = (
    "ただいま混み合っています。少し待って、もう一度お試しください。",
    "The hub is busy. Wait a little and try again.",
)
AREAS = ("/member", "/console", "/portal")
WITH_KEYS = ("/console/people", "/portal/clients", "/portal/webhooks", "/portal/sandbox")
OWN_FORMS = POLICY.replace("form-action 'none'", "form-action 'self'")

MEMBERS = f"{OWN_FORMS}; manifest-src 'self'"


def show(request: Asked, name: str, **said: Any) -> Response[bytes]:
    """A page in the reader's language; `here` is where its forms go, `there` is the same page in
    the other language."""
    asked = dict(request.query_params)
    told = asked.get("lang")
    lang = chosen(request, told if told in ("ja", "en") else None)
    path = request.url.path
    policy = MEMBERS if path.startswith("/member") else OWN_FORMS
    said.setdefault("brand", request.scope["state"].get("brand"))
    if "forms_lead_to" in said:  # a form that another site answers, by way of here
        policy = policy.replace("form-action 'self'", f"form-action 'self' {said['forms_lead_to']}")
    if "address" in said:
        said["qr"] = segno.make(said.pop("address"), error="m").svg_data_uri(scale=4)
    html = templates.get_template(name).render(
        lang=lang,
        path=path,
        here=f"{path}?{urlencode({**asked, 'lang': lang})}",
        there=f"{path}?{urlencode({**asked, 'lang': 'en' if lang == 'ja' else 'ja'})}",
        **said,
    )
    headers = {
        **HEADERS,
        "content-security-policy": policy,
        "cache-control": "no-store",
        # With `no-referrer` a browser says of its own forms, too, that they come from nowhere.
        "referrer-policy": "same-origin",
    }
    return Response(html.encode(), media_type="text/html", headers=headers)


def told(request: Asked, refusal: Refusal) -> Response[Any]:
    """A refusal: on a page as a page, with the way on; elsewhere as a problem."""
    handler = request.scope["route_handler"]
    if not handler.opt.get("page"):
        return refused(request, refusal)
    onward = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    member = request.url.path.startswith("/member")
    if isinstance(refusal, FreshFactorNeeded):
        own = came_from(request.url.path)
        back = own if request.method != "GET" else onward
        return _to(f"{refusal.extra['step_up']}&{urlencode({'return_to': back})}")
    if isinstance(refusal, SignInFirst):
        desk = "/member/sign-in" if member else "/console/sign-in"
        if "hx-request" in request.headers:  # a part of a page: the page goes, not the part
            return Response(b"", status_code=401, headers={"hx-redirect": desk})
        asked = {"return_to": onward} if request.method == "GET" else {}
        if request.query_params.get("lang") in ("ja", "en"):
            asked["lang"] = request.query_params["lang"]
        return _to(f"{desk}?{urlencode(asked)}" if asked else desk)
    return shown(request, refusal)


def misled(request: Asked, error: HTTPException) -> Response[Any]:
    """What the framework refuses: a page for whoever follows a link or types an address."""
    refusal = meant(error)
    if refusal is None or not reads(request):
        return framework(request, error)
    return shown(request, refusal)


def broken(request: Asked, error: Exception) -> Response[Any]:
    """What is ours to mend: logged and counted as ever; who reads pages is told so on one."""
    said = unforeseen(request, error)
    if not reads(request):
        return said
    gone = said.status_code == Busy.status
    page = shown(request, Busy(), AWAY) if gone else shown(request, Broken(), FAULT)
    page.headers.update({k: v for k, v in said.headers.items() if k == "retry-after"})
    return page


def reads(request: Asked) -> bool:
    """Somebody before a browser, who asks for a page of one of the areas."""
    area = "/" + request.url.path.split("/")[1]
    wants = "text/html" in request.headers.get("accept", "")
    return area in AREAS and wants and "hx-request" not in request.headers


def shown(request: Asked, refusal: Refusal, words: tuple[str, str] | None = None) -> Response[Any]:
    """A refusal as a page of its area, with the way on."""
    reception: Reception = request.app.state.reception
    member = request.url.path.startswith("/member")
    page = "members/refused.html" if member else "people/refused.html"
    why = words or titles(type(refusal))
    return reception.page(request, page, status=refusal.status, why=why)


def came_from(path: str) -> str:
    """The page whose form was sent without a fresh factor: there its sender is led back to."""
    section = "/".join(path.split("/")[:3])
    if section in WITH_KEYS:
        return section
    if path.startswith("/console/cycles/"):  # their forms stand on one page of the cycle
        return f"{path.rpartition('/')[0]}/payments"
    return SESSIONS


def _to(path: str) -> Redirect:
    return Redirect(path, status_code=303)


HANDLERS: dict[int | type[Exception], Callable[[Asked, Any], Response[Any]]] = {
    Refusal: told,
    HTTPException: misled,
    Exception: broken,
}

"""The look of pages for people who sign in: forms that go only here, nothing kept by a browser."""

import re
from typing import Any
from urllib.parse import urlencode

import segno
from litestar import Request, Response
from litestar.response import Redirect

from auth.people.devices import device
from auth.people.reception import Reception
from auth.people.refusals import FreshFactorNeeded, SignInFirst
from auth.people.sign_in_pages import refused as again
from deploy.menus import menu
from deploy.pages import HEADERS, POLICY, chosen, templates
from deploy.problems import refused
from federation.refusals import Refusal

templates.filters["device"] = device
templates.filters["literally"] = re.escape
templates.globals["menu"] = menu
Asked = Request[Any, Any, Any]
SESSIONS = "/console/sessions"
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
        known = request.method == "GET"
        return _to(f"{desk}?{urlencode({'return_to': onward})}" if known else desk)
    reception: Reception = request.app.state.reception
    page = "members/refused.html" if member else "people/refused.html"
    return again(reception, request, page, refusal)


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

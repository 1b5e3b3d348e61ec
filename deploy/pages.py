"""Pages for everyone: what a refusal means, and the files of all pages.

Server-rendered, in Japanese and in English, with every file from here and a strict policy.
"""

import gzip
from functools import cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader
from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Struct

import auth.people.refusals  # noqa: F401  they have pages of their own too
import settlement.bank.refusals  # noqa: F401  likewise
from federation.days import TOKYO
from federation.refusals import NotFound, Refusal, Validation, slug_of, titles
from tenants.answers_api import shown

WEB = Path(__file__).with_name("web")
JS = "text/javascript"
TILL = (
    "answer booking chain day desk facts hub keys main outbox sale scanner slips sound store sure "
    "training words"
)
FILES = {
    "style.css": "text/css",
    "passkey.js": "text/javascript",
    "charts.js": "text/javascript",
    "live.js": "text/javascript",
    **{f"till/{name}.js": JS for name in TILL.split()},
    "till/till.css": "text/css",
    "till/icon.svg": "image/svg+xml",
    "status.js": "text/javascript",
    "portal/proof.js": "text/javascript",
    "verify.js": "text/javascript",
    "member.css": "text/css",
    "member.js": "text/javascript",
    "vendor/htmx.min.js": "text/javascript",
    "vendor/echarts.min.js": "text/javascript",
    "vendor/zxing.min.js": "text/javascript",
}
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
DO = {
    "retry": (
        "少し待って、同じ伝票をそのまま送り直してください。",
        "Wait a little and send the same slip again.",
    ),
    "new-slip": (
        "内容を直し、新しい伝票番号で送ってください。",
        "Mend the request and send it under a new slip.",
    ),
    "ask-member": ("お客様に確認してください。", "Ask the member."),
    "call": ("本部または運営へ連絡してください。", "Call your head office or the operator."),
}
BURNT = (
    "同じ応答が返ります。この伝票番号は使い終わっています。",
    "It is answered the same for ever: the slip is used up.",
)
MENDED = (
    "この応答は記録されません。原因を取り除けば、同じ伝票番号で受け付けます。",
    "This answer is not kept: mend the cause, and the same slip is booked.",
)

templates = Environment(loader=FileSystemLoader(WEB), autoescape=True, trim_blocks=True)
templates.filters["jst"] = lambda at: f"{at.astimezone(TOKYO):%Y-%m-%d %H:%M} JST"
templates.filters["jst_minute"] = lambda at: f"{at.astimezone(TOKYO):%Y-%m-%dT%H:%M}"
Lang = Literal["ja", "en"]


class Problem(Struct, frozen=True):
    """A refusal as its page tells it."""

    slug: str
    status: int
    title: str
    title_en: str
    staff_text: str
    do_ja: str
    do_en: str
    again_ja: str
    again_en: str


def problems() -> dict[str, Problem]:
    """Every refusal there is, by its slug."""
    found = [told(kind) for kind in kinds(Refusal)]
    return {one.slug: one for one in sorted(found, key=lambda one: (one.status, one.slug))}


def kinds(root: type[Refusal]) -> list[type[Refusal]]:
    """All refusals below one."""
    return [kind for one in root.__subclasses__() for kind in (one, *kinds(one))]


def told(kind: type[Refusal]) -> Problem:
    """What there is to say of a refusal."""
    title, title_en = titles(kind)
    again = BURNT if kind.status == 409 and kind.burns else MENDED
    return Problem(
        slug_of(kind), kind.status, title, title_en, kind.staff_text, *DO[kind.do], *again
    )


def page(name: str, lang: Lang, **said: Any) -> Response[bytes]:
    """A page in one of the two languages."""
    html = templates.get_template(name).render(lang=lang, **said)
    return Response(html.encode(), media_type=MediaType.HTML, headers=HEADERS)


def chosen(request: Request[Any, Any, Any], lang: Lang | None) -> Lang:
    """The language asked for, else the browser's, else Japanese."""
    if lang is not None:
        return lang
    accepted = request.headers.get("accept-language", "ja").lower()
    return "en" if accepted.startswith("en") else "ja"


@get(
    "/problems",
    requires="anyone",
    sync_to_thread=False,
    media_type=MediaType.HTML,
    responses=shown(Validation),
)
def get_problems(
    request: Request[Any, Any, Any], lang: FromQuery[Lang | None] = None
) -> Response[bytes]:
    """Every refusal. / お断りの一覧"""
    return page("problems.html", chosen(request, lang), problems=problems().values())


@get(
    "/problems/{slug:str}",
    requires="anyone",
    sync_to_thread=False,
    media_type=MediaType.HTML,
    responses=shown(Validation, NotFound),
)
def get_problem(
    request: Request[Any, Any, Any], slug: FromPath[str], lang: FromQuery[Lang | None] = None
) -> Response[bytes]:
    """What a refusal means and what to do. / お断りの説明"""
    problem = problems().get(slug)
    if problem is None:
        raise NotFound
    return page("problem.html", chosen(request, lang), problem=problem)


@cache
def packed(path: str) -> bytes:
    """A file as a browser that unpacks gets it: packed once, however often it is asked for."""
    return gzip.compress((WEB / path).read_bytes(), mtime=0)


@get(
    "/static/{name:path}",
    requires="anyone",
    sync_to_thread=False,
    media_type="text/css",
    also={200: tuple(sorted({*FILES.values()}))},
    responses=shown(Validation, NotFound),
)
def get_file(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """A file of the pages; only those that are listed. / 静的ファイル"""
    path = name.lstrip("/")
    if path not in FILES:
        raise NotFound
    headers = {"cache-control": "public, max-age=3600", "x-content-type-options": "nosniff"}
    headers["vary"] = "accept-encoding"
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response((WEB / path).read_bytes(), media_type=FILES[path], headers=headers)
    headers["content-encoding"] = "gzip"
    return Response(packed(path), media_type=FILES[path], headers=headers)


ROUTES: list[HTTPRouteHandler] = [
    get_problems,
    get_problem,
    get_file,
]

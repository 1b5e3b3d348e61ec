"""レジの画面: the page that makes a browser a till, what keeps it usable without a line, and how it
is installed. Its scripts are those of any till vendor; the hub knows them by their key alone."""

import hashlib
import json
from functools import cache
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery

from deploy.pages import FILES, HEADERS, POLICY, WEB, Lang, chosen, page

SHELL = ("style.css", *(name for name in FILES if name.startswith("till/")))
PAGES = ("/till?lang=ja", "/till?lang=en")
MANIFEST = {
    "name": "巡り レジ · Meguri till",
    "short_name": "巡りレジ",
    "id": "/till",
    "start_url": "/till?lang=ja",
    "scope": "/till",
    "display": "standalone",
    "background_color": "#ffffff",
    "theme_color": "#0b5c8a",
    "lang": "ja",
    "icons": [{"src": "/static/till/icon.svg", "sizes": "any", "type": "image/svg+xml"}],
}


@cache
def worker() -> bytes:
    """The script that keeps the page: it changes whenever anything that it keeps does."""
    told = hashlib.sha256()
    for name in (*SHELL, "till/till.html", "till/worker.txt"):
        told.update((WEB / name).read_bytes())
    shell = json.dumps([*PAGES, *(f"/static/{name}" for name in SHELL)])
    written = (WEB / "till" / "worker.txt").read_text(encoding="utf-8")
    return written.replace("@VERSION@", told.hexdigest()[:16]).replace("@SHELL@", shell).encode()


@get("/till", requires="anyone", sync_to_thread=False, include_in_schema=False)
def get_till_page(
    request: Request[Any, Any, Any], lang: FromQuery[Lang | None] = None
) -> Response[bytes]:
    """A till in the browser; what it may do, its own key decides. / レジ"""
    shown = page("till/till.html", chosen(request, lang))
    shown.headers["content-security-policy"] = f"{POLICY}; manifest-src 'self'; worker-src 'self'"
    shown.headers["permissions-policy"] = "camera=(self), microphone=(), geolocation=()"
    shown.headers["cache-control"] = "no-cache"
    return shown


@get("/till/sw.js", requires="anyone", sync_to_thread=False, include_in_schema=False)
def get_worker() -> Response[bytes]:
    """What keeps the till's page usable without a line. / オフライン対応"""
    headers = {**HEADERS, "cache-control": "no-cache", "service-worker-allowed": "/till"}
    return Response(worker(), media_type="text/javascript", headers=headers)


@get("/till/manifest.webmanifest", requires="anyone", sync_to_thread=False, include_in_schema=False)
def get_manifest() -> Response[bytes]:
    """How the till is installed as an app. / インストール情報"""
    headers = {**HEADERS, "cache-control": "no-cache"}
    told = json.dumps(MANIFEST, ensure_ascii=False).encode()
    return Response(told, media_type="application/manifest+json", headers=headers)


ROUTES: list[HTTPRouteHandler] = [get_till_page, get_worker, get_manifest]

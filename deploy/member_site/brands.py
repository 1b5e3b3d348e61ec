"""施設の装い: which facility's name and colours a page wears, and what makes the site an app that
can be installed: manifest, icons, the worker that keeps the card for when there is no line."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
from litestar import Response, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from psycopg import AsyncConnection

from auth.people.member_pages import A_YEAR
from auth.people.reception import Asked, cookie
from deploy.member_site.icons import SIZES, icon
from deploy.pages import HEADERS, WEB
from federation.days import day_of
from federation.refusals import NotFound
from tenants.guide import branding
from tenants.guide.branding import Brand

Now = Callable[[], datetime]
FACILITY_COOKIE = "__Host-meguri-facility"
CODE = re.compile(r"[\x21-\x7e]{1,64}")
OWN = "#0b5c8a"  # the pages' own accent (deploy/web/style.css)
OWN_DARK = "#7cc4ee"
KEPT = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}


async def branded(request: Asked) -> None:
    """Before a page for members: find the facility that was named, now or on an earlier page."""
    told = facility_told(request)
    found = None
    if told and CODE.fullmatch(told):
        hub = request.app.state.hub
        async with hub.pools.use("counter") as conn:
            found = await brand(conn, hub.clock(), told)
    request.scope["state"]["brand"] = found


def facility_told(request: Asked) -> str:
    """The facility in the address, in the address that is gone back to, or in the cookie."""
    asked = request.query_params
    back = parse_qs(urlsplit(asked.get("return_to", "")).query).get("facility", [""])[0]
    return asked.get("facility", "") or back or request.cookies.get(FACILITY_COOKIE, "")


async def brand(conn: AsyncConnection[Any], now: datetime, facility: str) -> Brand | None:
    """How a facility looks today, if there is one of that code."""
    found = await branding.brands(conn, day_of(now), facility)
    return found[0] if found else None


def worn(facility: str) -> Cookie:
    """Remember whose colours this browser wears."""
    return cookie(FACILITY_COOKIE, facility, A_YEAR, "lax")


@get("/member/brand.css", requires="anyone", include_in_schema=False)
async def get_css(
    counter: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    of: FromQuery[str] = "",
) -> Response[bytes]:
    """A facility's two colours, for light and for dark. / 施設の色"""
    one = await brand(counter, clock(), of) if CODE.fullmatch(of) else None
    light, dark = (one.colour, one.dark_colour) if one and one.colour else (OWN, OWN_DARK)
    css = f":root {{ --accent: light-dark({light}, {dark}); }}\n"
    return Response(css.encode(), media_type="text/css", headers=KEPT)


@get("/member/manifest.webmanifest", requires="anyone", include_in_schema=False)
async def get_manifest(
    counter: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
    of: FromQuery[str] = "",
) -> Response[bytes]:
    """What makes the site an app on the home screen. / アプリの名札"""
    one = await brand(counter, clock(), of) if CODE.fullmatch(of) else None
    name = one.name if one else "巡り Meguri"
    colour = one.colour if one and one.colour else OWN
    told = {
        "id": "/member", "name": name, "short_name": name[:12], "lang": "ja",
        "start_url": f"/member?facility={one.facility}" if one else "/member",
        "scope": "/member", "display": "standalone", "orientation": "portrait",
        "theme_color": colour, "background_color": "#ffffff",
        "icons": [
            {"src": f"/member/icons/{side}?colour={colour[1:]}", "sizes": f"{side}x{side}",
             "type": "image/png", "purpose": "any maskable"} for side in SIZES
        ],
    }  # fmt: skip
    headers = {**KEPT, "cache-control": "no-cache"}
    kind = "application/manifest+json"
    return Response(msgspec.json.encode(told), media_type=kind, headers=headers)


@get("/member/icons/{side:int}", requires="anyone", include_in_schema=False, sync_to_thread=True)
def get_icon(side: FromPath[int], colour: FromQuery[str] = OWN[1:]) -> Response[bytes]:
    """The app's icon in a facility's colour. / アイコン"""
    if side not in SIZES or not re.fullmatch(r"[0-9a-f]{6}", colour):
        raise NotFound
    return Response(icon(side, f"#{colour}"), media_type="image/png", headers=KEPT)


@get("/member/logos/{branding_id:int}", requires="anyone", include_in_schema=False)
async def get_logo(
    branding_id: FromPath[int], counter: NamedDependency[AsyncConnection]
) -> Response[bytes]:
    """A facility's logo. / ロゴ"""
    if branding_id >= 2**63:
        raise NotFound
    found = await branding.logo_of(counter, branding_id)
    if found is None:
        raise NotFound
    return Response(found, media_type="image/png", headers=KEPT)


@get("/member/sw.js", requires="anyone", include_in_schema=False, sync_to_thread=False)
def get_worker() -> Response[bytes]:
    """The worker that shows the kept card where there is no line. / オフライン時の会員証"""
    headers = {**HEADERS, "cache-control": "no-cache", "service-worker-allowed": "/member"}
    kind = "text/javascript"
    return Response((WEB / "members" / "sw.js").read_bytes(), media_type=kind, headers=headers)


ROUTES: list[HTTPRouteHandler] = [get_css, get_manifest, get_icon, get_logo, get_worker]

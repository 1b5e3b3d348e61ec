"""店舗案内の編集: a shop writes its own guide and FAQ, looks at them, and only then saves (M54)."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from msgspec import structs
from psycopg import AsyncConnection

from auth.people.reception import MOST_BYTES, Asked, Reception, session_of, to
from auth.people.sign_in_pages import lang_of, refused
from deploy.member_site.brands import Now
from federation.refusals import NotFound, Refusal, Validation
from tenants.callers import Caller
from tenants.guide import shops
from tenants.guide.shops import MOST_FAQ, Guided, Question, ShopPage

PATH = "/console/shop-page"
MOST_SHOPS = 2_000
SAVED = ("保存しました。会員サイトに表示されます。", "Saved: members see it now.")
LINES = ("floor", "floor_en", "phone", "hours", "hours_en", "guide", "guide_en")


@get(PATH, requires="guide:write", page=True, placed=True, include_in_schema=False)
async def get_shop_page(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
) -> Response[Any]:
    """What a shop tells of itself, to be changed. / 店舗案内とFAQ"""
    return await _shown(request, reception, worker, caller)


@post(
    PATH, requires="guide:write", page=True, placed=True, status_code=200,
    request_max_body_size=MOST_BYTES, include_in_schema=False,
)  # fmt: skip
async def post_shop_page(
    request: Asked,
    caller: NamedDependency[Caller],
    reception: NamedDependency[Reception],
    worker: NamedDependency[AsyncConnection],
    clock: NamedDependency[Now],
) -> Response[Any]:
    """Look at it first; saved, it is the next version. / 店舗案内の確認・保存"""
    session = session_of(request)
    said = await reception.form(request, session)
    every = await _own(worker, caller)
    one = _chosen(every, said.get("shop", ""))
    try:
        page = page_in(said)
    except Refusal as why:
        return await _shown(request, reception, worker, caller, why=why, shop=one.path)
    if said.get("do") != "save":
        return await _shown(request, reception, worker, caller, preview=page, shop=one.path)
    await shops.save(worker, one.shop_id, page, session.person, clock())
    return to(PATH, shop=one.path, lang=lang_of(request), done="yes")


def page_in(said: dict[str, str]) -> ShopPage:
    """What the form says, as plain text."""
    told: dict[str, Any] = {name: _plain(said.get(name, "")) for name in LINES}
    asked = [
        {name: _plain(said.get(f"{name}_{at}", "")) for name in Question.__struct_fields__}
        for at in range(1, MOST_FAQ + 1)
    ]
    if any(bool(one["question"]) != bool(one["answer"]) for one in asked):
        raise Validation(pointer="/faq")
    told["faq"] = [one for one in asked if one["question"]]
    try:
        return msgspec.convert(told, ShopPage)
    except msgspec.ValidationError:
        raise Validation(pointer="/guide") from None


def _plain(text: str) -> str:
    lines = text.replace("\r\n", "\n").strip()
    return "".join(sign for sign in lines if sign == "\n" or sign.isprintable() or sign == "\u3000")


async def _own(worker: AsyncConnection[Any], caller: Caller) -> list[Guided]:
    """The shops that somebody may write of: those of their place, or all."""
    return await shops.shops(worker, among=caller.shops, most=MOST_SHOPS)


def _chosen(every: list[Guided], path: str) -> Guided:
    for one in every:
        if one.path == path:
            return one
    raise NotFound(pointer="/shop")


async def _shown(
    request: Asked, reception: Reception, worker: AsyncConnection[Any], caller: Caller,
    preview: ShopPage | None = None, why: Refusal | None = None, shop: str = "",
) -> Response[Any]:  # fmt: skip
    every = await _own(worker, caller)
    path = shop or request.query_params.get("shop", "") or (every[0].path if every else "")
    one = _chosen(every, path) if path else None
    told: dict[str, Any] = {}
    if one is not None:
        told = structs.asdict(preview) if preview else structs.asdict(one)
        told["faq"] = [
            structs.asdict(ask) if isinstance(ask, Question) else ask for ask in told["faq"]
        ]
    saved = why is None and preview is None and request.query_params.get("done") == "yes"
    return refused(
        reception, request, "operator/shop_page.html", why, session_of(request), one=one,
        shops=every, told=told, preview=preview is not None, most=MOST_FAQ,
        versions=await shops.versions(worker, one.shop_id) if one else [],
        done=SAVED if saved else None,
    )  # fmt: skip


ROUTES: list[HTTPRouteHandler] = [get_shop_page, post_shop_page]

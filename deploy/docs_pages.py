"""API の説明の画面: every operation on one page, and each on a page of its own."""

from functools import lru_cache
from typing import Any

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from auth.scopes import SCOPES
from deploy.document import document
from deploy.pages import Lang, chosen, page, problems
from deploy.reference import Group, groups
from federation.refusals import NotFound, Validation
from tenants.answers_api import shown


@lru_cache(maxsize=4)
def told(app: Litestar) -> tuple[bytes, tuple[Group, ...]]:
    """The document of an app, as bytes and as it is read; it does not change while it runs."""
    whole = document(app)
    return msgspec.json.encode(whole), groups(whole)


@get(
    "/docs",
    requires="anyone",
    sync_to_thread=False,
    media_type=MediaType.HTML,
    responses=shown(Validation),
)
def get_docs(
    request: Request[Any, Any, Any], lang: FromQuery[Lang | None] = None
) -> Response[bytes]:
    """Everything that the API can be asked, read offline. / API 文書"""
    return page("docs.html", chosen(request, lang), groups=told(request.app)[1])


@get(
    "/docs/{name:str}",
    requires="anyone",
    sync_to_thread=False,
    media_type=MediaType.HTML,
    responses=shown(Validation, NotFound),
)
def get_operation(
    request: Request[Any, Any, Any], name: FromPath[str], lang: FromQuery[Lang | None] = None
) -> Response[bytes]:
    """One operation: what goes in, what comes out, every refusal. / API の操作"""
    every = (one for group in told(request.app)[1] for one in group.operations)
    found = next((one for one in every if one.name == name), None)
    if found is None:
        raise NotFound
    return page(
        "docs_one.html", chosen(request, lang), one=found, scopes=SCOPES, problems=problems()
    )


@get("/openapi.json", requires="anyone", sync_to_thread=False, include_in_schema=False)
def get_openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The API's description (OpenAPI 3.1)."""
    return Response(told(request.app)[0], media_type="application/json")


ROUTES: list[HTTPRouteHandler] = [get_docs, get_operation, get_openapi]

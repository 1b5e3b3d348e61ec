"""One place where a refusal becomes `application/problem+json` (RFC 9457)."""

import logging
import re
from typing import Any

import psycopg
from litestar import Request, Response
from litestar.exceptions import HTTPException
from psycopg_pool import PoolTimeout

from federation import gauges
from federation.refusals import (
    Broken,
    Busy,
    NotFound,
    Refusal,
    UnsupportedMediaType,
    Validation,
)

log = logging.getLogger("meguri.http")

# The database is away: nothing was done that the same slip would not do again.
GONE = (PoolTimeout, psycopg.OperationalError, psycopg.InterfaceError)

POINTED = re.compile(r" - at `\$([^`]*)`")
Asked = Request[Any, Any, Any]


class MethodNotAllowed(Refusal):
    """このメソッドは使えません
    This method is not allowed here."""

    status = 405
    do = "call"
    staff_text = "レジ設定を確認"


def refused(request: Asked, refusal: Refusal) -> Response[bytes]:
    """The answer to a refusal that did not come from the desk."""
    gauges.refused(refusal.slug)
    headers = {"cache-control": "no-store"}
    headers |= getattr(refusal, "headers", {})  # a door's own, from auth/refusals.py
    if refusal.retry_after is not None:
        headers["retry-after"] = str(refusal.retry_after)
    return Response(
        refusal.body(),
        status_code=refusal.status,
        media_type="application/problem+json",
        headers=headers,
    )


def framework(request: Asked, error: HTTPException) -> Response[bytes]:
    """What the framework refuses, in our words, without echoing what was sent."""
    refusal = meant(error)
    if refusal is None:
        return unforeseen(request, error)
    told = refused(request, refusal)
    told.headers.update({k: v for k, v in (error.headers or {}).items() if k == "Allow"})
    return told


def meant(error: HTTPException) -> Refusal | None:
    """What the framework's refusal is among ours; `None` is ours to mend."""
    match error.status_code:
        case 400:
            return Validation(pointer=pointer(error))
        case 404:
            return NotFound()
        case 405:
            return MethodNotAllowed()
        case 415:
            return UnsupportedMediaType()
        case _:
            return None


def pointer(error: HTTPException) -> str:
    """Where in the request the fault lies, as a JSON pointer (RFC 6901)."""
    for fault in error.extra if isinstance(error.extra, list) else ():
        if isinstance(fault, dict):
            at = POINTED.search(str(fault.get("message", "")))
            path = at.group(1) if at else str(fault.get("key", ""))
            return "/" + re.sub(r"[.\[\]]+", "/", path).strip("/") if path else ""
    at = POINTED.search(str(error.detail))
    return "/" + re.sub(r"[.\[\]]+", "/", at.group(1)).strip("/") if at else ""


def unforeseen(request: Asked, error: Exception) -> Response[bytes]:
    """Ours to mend: logged by kind and place, told as a 500 that may be sent again."""
    if isinstance(error, GONE):
        return refused(request, Busy(retry_after=1))
    log.error("unforeseen", exc_info=error, extra={"route": request.scope.get("path_template")})
    return refused(request, Broken())

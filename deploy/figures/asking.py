"""何を見るか: what the pages of figures ask for, from the address to days and places."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Request, Response
from litestar.params import QueryParameter

from auth.people.reception import OPERATOR_ID, session_of
from settlement.reports.reports_api import sheet
from tenants.callers import Caller

Now = Callable[[], datetime]
FirstOn = Annotated[date | None, QueryParameter(name="from", required=False)]
LastOn = Annotated[date | None, QueryParameter(name="to", required=False)]
Asked = Request[Any, Any, Any]


def is_wide(request: Asked) -> bool:
    """Whether somebody at headquarters asks, who sees everything."""
    return not session_of(request).placed


def sees_few(request: Asked) -> bool:
    """Whether somebody is told of fewer than ten people who came: headquarters, which knows each,
    and a tenant or shop, of its own. Whoever looks across tenants is not."""
    caller: Caller = request.scope["state"]["caller"]
    return caller.shops is None or caller.tenant_id != OPERATOR_ID


def link(path: str, lang: str, **query: Any) -> str:
    """An address with what it asks for, in a language; what is empty is left out."""
    told = {name.rstrip("_"): value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode({**told, 'lang': lang}, doseq=True)}"


def entries_link(found: Mapping[str, str], lang: str = "") -> str:
    """Where the entries behind a number stand, or what else it is made of, or the words that say
    how it is counted."""
    if "how" in found:
        return f"#{found['how']}"
    told = {name: value for name, value in found.items() if name != "page" and value}
    if lang:
        told["lang"] = lang
    return f"{found.get('page', '/console/entries')}?{urlencode(told)}"


def csv(body: bytes, name: str) -> Response[bytes]:
    """A table as a file."""
    return sheet(body, name)

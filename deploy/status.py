"""稼働状況: whether the books keep their promises, now and at any minute of the last ninety days;
readable by anyone, with no private figure."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from litestar import MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct, structs

from deploy.clock import wall
from deploy.history import AWAY, MINUTES, Break, Day, Remembered
from deploy.pages import HEADERS, POLICY, Lang, chosen, templates
from deploy.watch import Promise, Status, Watch
from federation.days import TOKYO
from federation.refusals import Busy, NotFound, Validation
from tenants.answers_api import shown

NO_STORE = {"cache-control": "no-store"}
LOCAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?")
Minute = Annotated[int | None, QueryParameter(name="minute", ge=0, lt=MINUTES, required=False)]
At = Annotated[str | None, QueryParameter(name="at", max_length=40, required=False)]


class Stood(Struct, frozen=True):
    """The promises now, or at the instant that was asked for; the days and breaks of the last
    ninety days."""

    sound: bool
    stale: bool
    looked_at: datetime
    promises: tuple[Promise, ...]
    days: tuple[Day, ...]
    breaks: tuple[Break, ...]


@get(
    "/status",
    requires="anyone",
    also={200: (MediaType.HTML,), 503: (MediaType.HTML, MediaType.JSON)},
    responses={
        **shown(Validation, NotFound, Busy),
        200: ResponseSpec(Stood, description="OK", generate_examples=False),
    },
)
async def get_status(
    request: Request[Any, Any, Any],
    watch: NamedDependency[Watch],
    remembered: NamedDependency[Remembered],
    lang: FromQuery[Lang | None] = None,
    at: At = None,
    on: FromQuery[date | None] = None,
    minute: Minute = None,
) -> Response[bytes] | Response[Stood]:
    """Whether the books keep their promises, seen a few seconds ago; or how it was at an instant
    (`at`, or a day and its minute). By `Accept` as JSON. / 稼働状況"""
    asked = instant(at, on, minute)
    seen = watch.status if asked is None else await then(remembered, asked)
    history = await remembered.history()
    days, breaks = (history.days, history.breaks) if history else ((), ())
    code = 200 if asked is not None or (seen and seen.sound) else 503
    if "application/json" in request.headers.get("accept", ""):
        if seen is None:
            raise NotFound
        told = Stood(seen.sound, seen.stale, seen.looked_at, seen.promises, days, breaks)
        return Response(told, status_code=code, headers=NO_STORE)
    shown = chosen(request, lang)
    moment = (asked or wall()).astimezone(TOKYO)
    part = "status_part.html" if request.headers.get("hx-request") else "status.html"
    html = templates.get_template(part).render(
        lang=shown, status=seen and local(seen), asked=asked and moment, moment=moment,
        days=days, breaks=breaks, minute=moment.hour * 60 + moment.minute,
        there=f"?{there(asked)}lang={'en' if shown == 'ja' else 'ja'}",
    )  # fmt: skip
    headers = {**HEADERS, **NO_STORE, "content-security-policy": OWN_FORMS}
    # A part is taken into its page only with 200; the page itself tells monitors the truth.
    code = 200 if part == "status_part.html" else code
    return Response(html.encode(), status_code=code, media_type=MediaType.HTML, headers=headers)


OWN_FORMS = POLICY.replace("form-action 'none'", "form-action 'self'")


async def then(remembered: Remembered, at: datetime) -> Status | None:
    """How it was; a database that is away cannot tell."""
    try:
        return await remembered.at(at)
    except AWAY:
        raise Busy(retry_after=5) from None


def instant(at: str | None, on: date | None, minute: int | None) -> datetime | None:
    """The instant that is asked for; without an offset it is Japan's. None: now."""
    if on is not None:
        return datetime.combine(on, time(0), TOKYO) + timedelta(minutes=minute or 0)
    if at is None:
        return None
    try:
        told = datetime.fromisoformat(at.replace(" ", "+"))
    except ValueError:
        raise Validation(pointer="/at") from None
    if told.tzinfo is None and not LOCAL.fullmatch(at):
        raise Validation(pointer="/at")
    told = told if told.tzinfo else told.replace(tzinfo=TOKYO)
    if not 2000 <= told.year < 2200:
        raise Validation(pointer="/at")
    return told


def local(seen: Status) -> Status:
    """The same by Japan's clock."""
    return structs.replace(seen, looked_at=seen.looked_at.astimezone(TOKYO))


def there(asked: datetime | None) -> str:
    """The same instant in a link."""
    return f"at={asked.astimezone(TOKYO):%Y-%m-%dT%H:%M}&" if asked else ""


ROUTES: list[HTTPRouteHandler] = [get_status]

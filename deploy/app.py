"""The app: which routes there are, what each is given, and that none stands open by mistake."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, Router
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from psycopg import AsyncConnection

from auth.enrolments_api import ROUTES as ENROLMENT_ROUTES
from auth.gate import OPT, offer_nonce, provide_caller, unknown_scopes
from auth.people.card_pages import ROUTES as CARD_ROUTES
from auth.people.join_pages import ROUTES as JOIN_ROUTES
from auth.people.member_pages import ROUTES as MEMBER_ROUTES
from auth.people.people_pages import ROUTES as PEOPLE_ROUTES
from auth.people.reception import session_of
from auth.people.sign_in_pages import ROUTES as SIGN_IN_ROUTES
from auth.people.sign_up_api import ROUTES as SIGN_UP_ROUTES
from auth.people.totals_api import ROUTES as PLACE_ROUTES
from auth.subjects import SignIn
from auth.token_api import ROUTES as TOKEN_ROUTES
from deploy import (
    clock_api,
    consent_page,
    console,
    docs_pages,
    expiry_page,
    eyes,
    health,
    pages,
    settings_page,
)
from deploy.asgi import App
from deploy.body_guard import BodyGuard
from deploy.clock import FileClock, wall
from deploy.figures.routes import ROUTES as FIGURES_ROUTES
from deploy.finance.routes import ROUTES as FINANCE_PAGES
from deploy.hub import Hub
from deploy.jobs.jobs_api import ROUTES as JOBS_ROUTES
from deploy.jobs.jobs_pages import ROUTES as JOBS_PAGES
from deploy.limits.limited import Limited, LimitedLane
from deploy.live import ROUTES as LIVE_ROUTES
from deploy.mail.mail_pages import ROUTES as MAIL_ROUTES
from deploy.member_site import brands, site
from deploy.portal import ROUTES as PORTAL_ROUTES
from deploy.registers.pages import ROUTES as REGISTERS
from deploy.settings import Settings
from deploy.status import ROUTES as STATUS_ROUTES
from deploy.till.till_pages import ROUTES as TILL_PAGES
from deploy.trail.audit_api import ROUTES as AUDIT_ROUTES
from deploy.trail.gate import Doorkeeper
from deploy.trail.of_people_api import ROUTES as OF_PEOPLE_ROUTES
from deploy.unkept import unkept
from settlement.breaks.breaks_api import ROUTES as BREAKS_ROUTES
from settlement.circulation.circulation_api import ROUTES as CIRCULATION_ROUTES
from settlement.exposure.exposure_api import ROUTES as EXPOSURE_ROUTES
from settlement.life.finance_api import ROUTES as FINANCE_ROUTES
from settlement.life.life_api import ROUTES as LIFE_ROUTES
from settlement.paper.behind_api import ROUTES as BEHIND_ROUTES
from settlement.paper.journals_api import ROUTES as JOURNALS_ROUTES
from settlement.paper.liability_api import ROUTES as LIABILITY_ROUTES
from settlement.paper.paper_api import ROUTES as PAPER_ROUTES
from settlement.paper.register_api import ROUTES as REGISTER_ROUTES
from settlement.proof_api import ROUTES as PROOF_ROUTES
from settlement.reports.reports_api import ROUTES as REPORTS_ROUTES
from settlement.settlement_api import ROUTES as SETTLEMENT_ROUTES
from settlement.terms_api import ROUTES as TERMS_ROUTES
from settlement.whatif.simulations_api import ROUTES as SIMULATION_ROUTES
from tenants.batches_api import ROUTES as BATCH_ROUTES
from tenants.board.board_api import ROUTES as BOARD_ROUTES
from tenants.callers import Caller
from tenants.campaigns.campaigns_api import ROUTES as CAMPAIGN_ROUTES
from tenants.campaigns.corrections_api import ROUTES as CORRECTION_ROUTES
from tenants.campaigns.segments_api import ROUTES as SEGMENT_ROUTES
from tenants.codes_api import ROUTES as CODE_ROUTES
from tenants.coupons.admin_api import ROUTES as COUPON_ROUTES
from tenants.coupons.me_api import ROUTES as MY_COUPON_ROUTES
from tenants.coupons.uses_api import ROUTES as COUPON_USE_ROUTES
from tenants.earning_api import ROUTES as EARNING_ROUTES
from tenants.enriching_api import ROUTES as ENRICHING_ROUTES
from tenants.expiry_api import ROUTES as EXPIRY_ROUTES
from tenants.holds_api import ROUTES as HOLDS_ROUTES
from tenants.imports_api import ROUTES as IMPORT_ROUTES
from tenants.lookups_api import ROUTES as LOOKUP_ROUTES
from tenants.mailing.wishes_api import ROUTES as WISHES_ROUTES
from tenants.mall import Mall
from tenants.me_api import ROUTES as ME_ROUTES
from tenants.me_notices_api import ROUTES as NOTICE_ROUTES
from tenants.members_api import ROUTES as MEMBERS_ROUTES
from tenants.occasions_api import ROUTES as OCCASION_ROUTES
from tenants.office_api import ROUTES as OFFICE_ROUTES
from tenants.outstanding_api import ROUTES as OUTSTANDING_ROUTES
from tenants.pace.pace_api import ROUTES as PACE_ROUTES
from tenants.personal_api import ROUTES as PERSONAL_ROUTES
from tenants.pos_api import ROUTES as POS_ROUTES
from tenants.ranks.handing_api import ROUTES as HANDING_ROUTES
from tenants.ranks.ranks_api import ROUTES as RANK_ROUTES
from tenants.reading_api import ROUTES as READING_ROUTES
from tenants.registry_api import ROUTES as REGISTRY_ROUTES
from tenants.sequence_api import ROUTES as SEQUENCE_ROUTES
from tenants.sight_api import ROUTES as SIGHT_ROUTES
from tenants.signals.signals_api import ROUTES as SIGNAL_ROUTES
from tenants.till_slips_api import ROUTES as TILL_SLIP_ROUTES
from tenants.totals_api import ROUTES as TOTALS_ROUTES
from tenants.usage_api import ROUTES as USAGE_ROUTES
from tenants.visits_api import ROUTES as VISIT_ROUTES
from tenants.webhooks.endpoints_api import ROUTES as ENDPOINT_ROUTES
from tenants.webhooks.events_api import ROUTES as EVENT_ROUTES
from tenants.webhooks.guard import Allowance

# What handlers may ask for under the name that it has in the hub.
HELD = (
    "mall", "desk", "names", "pins", "clock", "pools", "closing", "watch", "uploads", "importing",
    "gifts", "lookups", "sealer", "reception", "vault", "receipt_key", "scan",
    "live", "remembered", "worked", "runner",
)  # fmt: skip
# Where the framework would show the document and answer everything else with HTML: shut to all.
FRAMEWORKS_OWN = "/framework"


class UnknownScope(SystemExit):
    """A route requires a scope that does not exist; with a door like that nothing starts."""


class StrictRequest(Request[Any, Any, Any]):
    """Reads a body straight into its Struct, strictly: Litestar alone takes "10" and 1e1 for 10."""

    async def json(self) -> Any:
        """The body as the handler's own type; what does not fit is a validation fault."""
        field = self.route_handler.parsed_data_field
        assert field is not None
        try:
            return msgspec.json.decode(await self.body(), type=field.annotation)
        except msgspec.MsgspecError as fault:
            raise ValidationException(detail=str(fault)) from fault


class House:
    """What the routes lead into. A process that serves has one hub in it for as long as it lives;
    tests, for which laying out the routes takes longer than a story, let the next one move in."""

    hub: Hub
    doorkeeper: Doorkeeper

    def holds(self, name: str) -> Callable[[], Any]:
        """Where to find one of the things that a process holds one of."""
        return lambda: getattr(self.hub, name)

    async def door(self, connection: Any, handler: BaseRouteHandler) -> None:
        """The guard of every route."""
        await self.doorkeeper.door(connection, handler)

    async def answered(self, message: Any, scope: Any) -> None:
        """What looks at every answer."""
        await self.doorkeeper.answered(message, scope)


def create_app(settings: Settings, sign_in: SignIn | None = None) -> Litestar:
    """The hub as a Litestar app; `guarded` stands before it when it serves. Members' apps find
    their doors open where `sign_in` says who sits before the screen."""
    hub = Hub(settings)
    return move_in(lay_out(clock_turns=isinstance(hub.clock, FileClock)), hub, sign_in)


def move_in(app: Litestar, hub: Hub, sign_in: SignIn | None = None) -> Litestar:
    """The app with this hub behind its routes, before it starts."""
    hub.doors.sign_in = sign_in
    house: House = app.state.house
    house.hub, house.doorkeeper = hub, Doorkeeper(hub.trail, hub.settings.proxies)
    app.state.hub = hub
    app.state.gate = hub.gate
    app.state.reception = hub.reception
    return app


def lay_out(*, clock_turns: bool) -> Litestar:
    """Every route, and what stands before and behind it, with no hub yet."""
    house = House()

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with house.hub.running():
            yield

    app = Litestar(
        # All at once: Litestar lays out the whole anew for each that it is given by itself.
        route_handlers=[Router("/", route_handlers=routes_of(clock_turns=clock_turns))],
        request_class=StrictRequest,
        guards=[house.door],
        before_send=[offer_nonce, unkept, house.answered],
        opt=dict(OPT),
        dependencies=dependencies(house),
        exception_handlers=console.HANDLERS,
        lifespan=[lifespan],
        openapi_config=OpenAPIConfig(
            title="Meguri 巡り",
            version="1",
            path=FRAMEWORKS_OWN,
            use_handler_docstrings=True,
        ),
        logging_config=None,
    )
    app.state.house = house
    unknown = unknown_scopes(app.routes)
    if unknown:
        raise UnknownScope(f"unknown scope: {unknown}")
    return app


def routes_of(*, clock_turns: bool) -> list[Any]:
    """Every route that an instance has."""
    routes: list[Any] = [*POS_ROUTES, *HOLDS_ROUTES, *READING_ROUTES, *CODE_ROUTES, *EXPIRY_ROUTES]
    routes += [*BATCH_ROUTES, *TOTALS_ROUTES, *SETTLEMENT_ROUTES, *TOKEN_ROUTES]
    routes += [*PROOF_ROUTES, *SIMULATION_ROUTES, *EXPOSURE_ROUTES, *BREAKS_ROUTES, *REPORTS_ROUTES]
    routes += [*OUTSTANDING_ROUTES, *health.ROUTES, *pages.ROUTES, *docs_pages.ROUTES]
    routes += [
        *expiry_page.ROUTES,
        *OFFICE_ROUTES,
        *MEMBERS_ROUTES,
        *IMPORT_ROUTES,
        *LOOKUP_ROUTES,
        *eyes.ROUTES,
    ]
    routes += [*USAGE_ROUTES, *TERMS_ROUTES, *LIFE_ROUTES]
    routes += [*COUPON_ROUTES, *COUPON_USE_ROUTES, *MY_COUPON_ROUTES]
    routes += [*PAPER_ROUTES, *BEHIND_ROUTES, *JOURNALS_ROUTES, *LIABILITY_ROUTES, *REGISTER_ROUTES]
    routes += [*AUDIT_ROUTES, *OF_PEOPLE_ROUTES, *PERSONAL_ROUTES, *REGISTRY_ROUTES]
    routes += [*CAMPAIGN_ROUTES, *SEGMENT_ROUTES, *CORRECTION_ROUTES]
    routes += [*EARNING_ROUTES, *settings_page.ROUTES]
    routes += [*EVENT_ROUTES, *ENDPOINT_ROUTES, *SEQUENCE_ROUTES]
    routes += [*consent_page.ROUTES, *ME_ROUTES, *FINANCE_ROUTES]
    members = [*CARD_ROUTES, *JOIN_ROUTES, *MEMBER_ROUTES, *site.ROUTES]
    routes += [Router("/", route_handlers=members, before_request=brands.branded), *site.CONSOLE]
    routes += [*NOTICE_ROUTES, *SIGHT_ROUTES, *ENRICHING_ROUTES, *SIGN_UP_ROUTES]
    routes += [*VISIT_ROUTES, *OCCASION_ROUTES]
    routes += [*SIGN_IN_ROUTES, *PEOPLE_ROUTES, *PLACE_ROUTES]
    routes += [*CIRCULATION_ROUTES, *SIGNAL_ROUTES, *JOBS_ROUTES, *JOBS_PAGES, *RANK_ROUTES]
    routes += [*MAIL_ROUTES, *LIVE_ROUTES, *STATUS_ROUTES, *PACE_ROUTES]
    routes += [*PORTAL_ROUTES, *FINANCE_PAGES, *FIGURES_ROUTES, *HANDING_ROUTES]
    routes += [*WISHES_ROUTES, *REGISTERS, *BOARD_ROUTES]
    routes += [*TILL_PAGES, *TILL_SLIP_ROUTES, *ENROLMENT_ROUTES]
    if clock_turns:
        routes += clock_api.ROUTES
    return routes


def guarded(app: Litestar) -> App:
    """The app as it serves: every body is read and cleaned before it, plain bookings taken."""
    hub: Hub = app.state.hub
    body_guard = BodyGuard(app, LimitedLane(hub))  # type: ignore[arg-type]  # Litestar's own, narrower ASGI types
    return Limited(body_guard, hub.gate, hub.limits)


def dependencies(house: House) -> dict[str, Provide]:
    """What handlers may ask for by name."""

    async def reader(caller: NamedDependency[Caller]) -> AsyncIterator[AsyncConnection]:
        """A reading transaction that sees what the caller may see."""
        async with seen_by(house.hub, caller) as conn:
            yield conn

    async def own(caller: NamedDependency[Caller]) -> AsyncIterator[AsyncConnection]:
        """A transaction that has named the caller's own tenant, and sees and writes its rows."""
        async with house.hub.pools.reader(caller.tenant_id) as conn:
            yield conn

    def role(name: str) -> Provide:
        async def connection() -> AsyncIterator[AsyncConnection]:
            async with house.hub.pools.use(name) as conn:
                yield conn

        return Provide(connection)

    async def worker(request: Request[Any, Any, Any]) -> AsyncIterator[AsyncConnection]:
        """The worker's transaction; what is done in it is noted in it."""
        async with house.hub.pools.use("worker") as conn:
            yield conn
            await house.doorkeeper.within(conn, request.scope)  # type: ignore[arg-type]  # as above

    async def clerk() -> AsyncIterator[AsyncConnection]:
        """The worker's connection, for what commits before it goes on."""
        async with house.hub.pools.bare("worker") as conn:
            yield conn

    async def allowing() -> list[Allowance]:
        return await house.hub.allowing()

    return {
        "caller": Provide(provide_caller),
        "reader": Provide(reader),
        "own": Provide(own),
        "own_shops": Provide(own_shops),
        "counter": role("counter"),
        "auditor": role("auditor"),
        "worker": Provide(worker),
        "clerk": Provide(clerk),
        "stranger": role("app"),
        "allowing": Provide(allowing),
        **{name: Provide(one, sync_to_thread=False) for name, one in held(house).items()},
    }


async def own_shops(caller: NamedDependency[Caller], mall: NamedDependency[Mall]) -> frozenset[int]:
    """The shops of the caller's tenant."""
    return await mall.shops_of(caller.tenant_id)


def seen_by(hub: Hub, caller: Caller) -> AbstractAsyncContextManager[AsyncConnection]:
    """A reading transaction that has named its tenant, or its shops; the operator's sees all."""
    if caller.shops is not None:
        return hub.pools.placed(caller.shops)
    return hub.pools.use("auditor") if caller.wide else hub.pools.reader(caller.tenant_id)


def held(house: House) -> dict[str, Callable[[], Any]]:
    """What the process holds one of."""

    def draining() -> bool:
        return house.hub.draining

    def show(request: Request[Any, Any, Any], name: str, **said: Any) -> Response[bytes]:
        return house.hub.reception.page(request, name, session_of(request), **said)

    return {
        **{name: house.holds(name) for name in HELD},
        "door_desk": house.holds("doors"),
        "instance": house.holds("settings"),
        "draining": lambda: draining,
        "show": lambda: show,
        "wall": lambda: wall,
    }

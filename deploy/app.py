"""The app: which routes there are, what each is given, and that none stands open by mistake."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, Request, Router
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.openapi import OpenAPIConfig
from psycopg import AsyncConnection

from auth.gate import OPT, offer_nonce, provide_caller, unknown_scopes
from auth.people.member_pages import ROUTES as MEMBER_ROUTES
from auth.people.people_pages import ROUTES as PEOPLE_ROUTES
from auth.people.sign_in_pages import ROUTES as SIGN_IN_ROUTES
from auth.people.totals_api import ROUTES as PLACE_ROUTES
from auth.subjects import SignIn
from auth.token_api import ROUTES as TOKEN_ROUTES
from deploy import clock_api, consent_page, console, expiry_page, eyes, health, pages
from deploy.asgi import App
from deploy.body_guard import BodyGuard
from deploy.clock import FileClock, wall
from deploy.hub import Hub
from deploy.limits.limited import Limited, LimitedLane
from deploy.problems import HANDLERS
from deploy.settings import Settings
from deploy.trail.audit_api import ROUTES as AUDIT_ROUTES
from deploy.trail.gate import Doorkeeper
from federation.refusals import Refusal
from settlement.breaks.breaks_api import ROUTES as BREAKS_ROUTES
from settlement.exposure.exposure_api import ROUTES as EXPOSURE_ROUTES
from settlement.life.finance_api import ROUTES as FINANCE_ROUTES
from settlement.life.life_api import ROUTES as LIFE_ROUTES
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
from tenants.callers import Caller
from tenants.codes_api import ROUTES as CODE_ROUTES
from tenants.expiry_api import ROUTES as EXPIRY_ROUTES
from tenants.holds_api import ROUTES as HOLDS_ROUTES
from tenants.imports_api import ROUTES as IMPORT_ROUTES
from tenants.lookups_api import ROUTES as LOOKUP_ROUTES
from tenants.mall import Mall
from tenants.me_api import ROUTES as ME_ROUTES
from tenants.members_api import ROUTES as MEMBERS_ROUTES
from tenants.office_api import ROUTES as OFFICE_ROUTES
from tenants.outstanding_api import ROUTES as OUTSTANDING_ROUTES
from tenants.personal_api import ROUTES as PERSONAL_ROUTES
from tenants.pos_api import ROUTES as POS_ROUTES
from tenants.reading_api import ROUTES as READING_ROUTES
from tenants.registry_api import ROUTES as REGISTRY_ROUTES
from tenants.sequence_api import ROUTES as SEQUENCE_ROUTES
from tenants.totals_api import ROUTES as TOTALS_ROUTES
from tenants.usage_api import ROUTES as USAGE_ROUTES
from tenants.webhooks.endpoints_api import ROUTES as ENDPOINT_ROUTES
from tenants.webhooks.events_api import ROUTES as EVENT_ROUTES

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


def create_app(settings: Settings, sign_in: SignIn | None = None) -> Litestar:
    """The hub as a Litestar app; `guarded` stands before it when it serves. Members' apps find
    their doors open where `sign_in` says who sits before the screen."""
    hub = Hub(settings)
    hub.doors.sign_in = sign_in
    doorkeeper = Doorkeeper(hub.trail, settings.proxies)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with hub.running():
            yield

    app = Litestar(
        # All at once: Litestar lays out the whole anew for each that it is given by itself.
        route_handlers=[Router("/", route_handlers=routes_of(hub))],
        request_class=StrictRequest,
        guards=[doorkeeper.door],
        before_send=[offer_nonce, doorkeeper.answered],  # type: ignore[list-item]  # as `guarded` has it
        opt=dict(OPT),
        dependencies=dependencies(hub, doorkeeper),
        exception_handlers={**HANDLERS, Refusal: console.told},
        lifespan=[lifespan],
        openapi_config=OpenAPIConfig(
            title="Meguri 巡り",
            version="1",
            path=FRAMEWORKS_OWN,
            use_handler_docstrings=True,
        ),
        logging_config=None,
    )
    app.state.hub = hub
    app.state.gate = hub.gate
    app.state.reception = hub.reception
    unknown = unknown_scopes(app.routes)
    if unknown:
        raise UnknownScope(f"unknown scope: {unknown}")
    return app


def routes_of(hub: Hub) -> list[Any]:
    """Every route that this instance has."""
    routes = [*POS_ROUTES, *HOLDS_ROUTES, *READING_ROUTES, *CODE_ROUTES, *EXPIRY_ROUTES]
    routes += [*BATCH_ROUTES, *TOTALS_ROUTES, *SETTLEMENT_ROUTES, *TOKEN_ROUTES]
    routes += [*PROOF_ROUTES, *SIMULATION_ROUTES, *EXPOSURE_ROUTES, *BREAKS_ROUTES, *REPORTS_ROUTES]
    routes += [*OUTSTANDING_ROUTES, *health.ROUTES, *pages.ROUTES, *expiry_page.ROUTES]
    routes += [*OFFICE_ROUTES, *MEMBERS_ROUTES, *IMPORT_ROUTES, *LOOKUP_ROUTES, *eyes.ROUTES]
    routes += [*USAGE_ROUTES, *TERMS_ROUTES, *LIFE_ROUTES]
    routes += [*PAPER_ROUTES, *JOURNALS_ROUTES, *LIABILITY_ROUTES, *REGISTER_ROUTES]
    routes += [*AUDIT_ROUTES, *PERSONAL_ROUTES, *REGISTRY_ROUTES]
    routes += [*EVENT_ROUTES, *ENDPOINT_ROUTES, *SEQUENCE_ROUTES]
    routes += [*consent_page.ROUTES, *ME_ROUTES, *FINANCE_ROUTES]
    routes += [*SIGN_IN_ROUTES, *PEOPLE_ROUTES, *MEMBER_ROUTES, *PLACE_ROUTES]
    if isinstance(hub.clock, FileClock):
        routes += clock_api.ROUTES
    return routes


def guarded(app: Litestar) -> App:
    """The app as it serves: every body is read and cleaned before it, plain bookings taken."""
    hub: Hub = app.state.hub
    body_guard = BodyGuard(app, LimitedLane(hub))  # type: ignore[arg-type]  # Litestar's own, narrower ASGI types
    return Limited(body_guard, hub.gate, hub.limits)


def dependencies(hub: Hub, doorkeeper: Doorkeeper) -> dict[str, Provide]:
    """What handlers may ask for by name."""

    async def reader(caller: NamedDependency[Caller]) -> AsyncIterator[AsyncConnection]:
        """A reading transaction that sees what the caller may see."""
        async with seen_by(hub, caller) as conn:
            yield conn

    async def own(caller: NamedDependency[Caller]) -> AsyncIterator[AsyncConnection]:
        """A transaction that has named the caller's own tenant, and sees and writes its rows."""
        async with hub.pools.reader(caller.tenant_id) as conn:
            yield conn

    def role(name: str) -> Provide:
        async def connection() -> AsyncIterator[AsyncConnection]:
            async with hub.pools.use(name) as conn:
                yield conn

        return Provide(connection)

    async def worker(request: Request[Any, Any, Any]) -> AsyncIterator[AsyncConnection]:
        """The worker's transaction; what is done in it is noted in it."""
        async with hub.pools.use("worker") as conn:
            yield conn
            await doorkeeper.within(conn, request.scope)  # type: ignore[arg-type]  # as above

    async def clerk() -> AsyncIterator[AsyncConnection]:
        """The worker's connection, for what commits before it goes on."""
        async with hub.pools.bare("worker") as conn:
            yield conn

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
        "allowing": Provide(hub.allowing),
        **{name: same(thing) for name, thing in held(hub).items()},
    }


async def own_shops(caller: NamedDependency[Caller], mall: NamedDependency[Mall]) -> frozenset[int]:
    """The shops of the caller's tenant."""
    return await mall.shops_of(caller.tenant_id)


def same(thing: Any) -> Provide:
    """One thing for every request."""
    return Provide(lambda: thing, sync_to_thread=False, use_cache=True)


def seen_by(hub: Hub, caller: Caller) -> AbstractAsyncContextManager[AsyncConnection]:
    """A reading transaction that has named its tenant, or its shops; the operator's sees all."""
    if caller.shops is not None:
        return hub.pools.placed(caller.shops)
    return hub.pools.use("auditor") if caller.wide else hub.pools.reader(caller.tenant_id)


def held(hub: Hub) -> dict[str, Any]:
    """What the process holds one of."""

    def draining() -> bool:
        return hub.draining

    return {
        "mall": hub.mall,
        "desk": hub.desk,
        "names": hub.names,
        "pins": hub.pins,
        "clock": hub.clock,
        "pools": hub.pools,
        "draining": draining,
        "door_desk": hub.doors,
        "closing": hub.closing,
        "watch": hub.watch,
        "uploads": hub.uploads,
        "importing": hub.importing,
        "lookups": hub.lookups,
        "wall": wall,
        "sealer": hub.sealer,
        "reception": hub.reception,
        "vault": hub.vault,
        "receipt_key": hub.receipt_key,
    }

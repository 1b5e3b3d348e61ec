"""The app: which routes there are, what each is given, and that none stands open by mistake."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Litestar, Request
from litestar.di import NamedDependency, Provide
from litestar.exceptions import ValidationException
from litestar.openapi import OpenAPIConfig
from psycopg import AsyncConnection

from auth.gate import OPT, provide_caller, requires, unknown_scopes
from auth.token_api import ROUTES as TOKEN_ROUTES
from deploy import clock_api, expiry_page, eyes, health, pages
from deploy.asgi import App
from deploy.body_guard import BodyGuard
from deploy.clock import FileClock, wall
from deploy.hub import Hub
from deploy.lane import Lane
from deploy.problems import HANDLERS
from deploy.settings import Settings
from settlement.life.life_api import ROUTES as LIFE_ROUTES
from settlement.paper.journals_api import ROUTES as JOURNALS_ROUTES
from settlement.paper.liability_api import ROUTES as LIABILITY_ROUTES
from settlement.paper.paper_api import ROUTES as PAPER_ROUTES
from settlement.paper.register_api import ROUTES as REGISTER_ROUTES
from settlement.settlement_api import ROUTES as SETTLEMENT_ROUTES
from settlement.terms_api import ROUTES as TERMS_ROUTES
from tenants.batches_api import ROUTES as BATCH_ROUTES
from tenants.callers import Caller
from tenants.codes_api import ROUTES as CODE_ROUTES
from tenants.expiry_api import ROUTES as EXPIRY_ROUTES
from tenants.holds_api import ROUTES as HOLDS_ROUTES
from tenants.imports_api import ROUTES as IMPORT_ROUTES
from tenants.lookups_api import ROUTES as LOOKUP_ROUTES
from tenants.mall import Mall
from tenants.members_api import ROUTES as MEMBERS_ROUTES
from tenants.office_api import ROUTES as OFFICE_ROUTES
from tenants.outstanding_api import ROUTES as OUTSTANDING_ROUTES
from tenants.pos_api import ROUTES as POS_ROUTES
from tenants.reading_api import ROUTES as READING_ROUTES
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


def create_app(settings: Settings) -> Litestar:
    """The hub as a Litestar app; `guarded` stands before it when it serves."""
    hub = Hub(settings)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with hub.running():
            yield

    routes = [*POS_ROUTES, *HOLDS_ROUTES, *READING_ROUTES, *CODE_ROUTES, *EXPIRY_ROUTES]
    routes += [*BATCH_ROUTES, *TOTALS_ROUTES, *SETTLEMENT_ROUTES, *TOKEN_ROUTES]
    routes += [*OUTSTANDING_ROUTES, *health.ROUTES, *pages.ROUTES, *expiry_page.ROUTES]
    routes += [*OFFICE_ROUTES, *MEMBERS_ROUTES, *IMPORT_ROUTES, *LOOKUP_ROUTES, *eyes.ROUTES]
    routes += [*USAGE_ROUTES, *TERMS_ROUTES, *LIFE_ROUTES]
    routes += [*EVENT_ROUTES, *ENDPOINT_ROUTES, *SEQUENCE_ROUTES]
    routes += [*PAPER_ROUTES, *JOURNALS_ROUTES, *LIABILITY_ROUTES, *REGISTER_ROUTES]
    if isinstance(hub.clock, FileClock):
        routes += clock_api.ROUTES
    app = Litestar(
        route_handlers=routes,
        request_class=StrictRequest,
        guards=[requires],
        opt=dict(OPT),
        dependencies=dependencies(hub),
        exception_handlers=HANDLERS,
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
    unknown = unknown_scopes(app.routes)
    if unknown:
        raise UnknownScope(f"unknown scope: {unknown}")
    return app


def guarded(app: Litestar) -> App:
    """The app as it serves: every body is read and cleaned before it, plain bookings taken."""
    return BodyGuard(app, Lane(app.state.hub))  # type: ignore[arg-type]  # Litestar's own, narrower ASGI types


def dependencies(hub: Hub) -> dict[str, Provide]:
    """What handlers may ask for by name."""

    async def reader(caller: NamedDependency[Caller]) -> AsyncIterator[AsyncConnection]:
        """A reading transaction that has named its tenant; the operator's sees all."""
        wide = hub.pools.use("auditor")
        async with wide if caller.wide else hub.pools.reader(caller.tenant_id) as conn:
            yield conn

    async def own(caller: NamedDependency[Caller]) -> AsyncIterator[AsyncConnection]:
        """A transaction that has named the caller's own tenant, and sees and writes its rows."""
        async with hub.pools.reader(caller.tenant_id) as conn:
            yield conn

    async def own_shops(
        caller: NamedDependency[Caller], mall: NamedDependency[Mall]
    ) -> frozenset[int]:
        return await mall.shops_of(caller.tenant_id)

    def role(name: str) -> Provide:
        async def connection() -> AsyncIterator[AsyncConnection]:
            async with hub.pools.use(name) as conn:
                yield conn

        return Provide(connection)

    async def clerk() -> AsyncIterator[AsyncConnection]:
        """The worker's connection, for what commits before it goes on."""
        async with hub.pools.bare("worker") as conn:
            yield conn

    def same(thing: Any) -> Provide:
        return Provide(lambda: thing, sync_to_thread=False, use_cache=True)

    return {
        "caller": Provide(provide_caller),
        "reader": Provide(reader),
        "own": Provide(own),
        "own_shops": Provide(own_shops),
        "counter": role("counter"),
        "auditor": role("auditor"),
        "worker": role("worker"),
        "clerk": Provide(clerk),
        "stranger": role("app"),
        "allowing": Provide(hub.allowing),
        **{name: same(thing) for name, thing in held(hub).items()},
    }


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
        "token_desk": hub.tokens,
        "closing": hub.closing,
        "watch": hub.watch,
        "uploads": hub.uploads,
        "importing": hub.importing,
        "lookups": hub.lookups,
        "wall": wall,
        "sealer": hub.sealer,
        "vault": hub.vault,
        "receipt_key": hub.receipt_key,
    }

"""テナント画面の一巡: a bakery and a bookshop that honour one another's points, one cycle behind
them and shown, the next one running."""

from datetime import date

from auth.people.people import Given
from deploy.clock import wall
from tenants.webhooks import endpoints
from tenants.webhooks.endpoints import Wanted
from tests.mall import Mall
from tests.people.persons import Person, Staff
from tests.settlement.life.offices import Finance

JUNE = date(2026, 6, 1)
PAGES = {
    "portal": "/portal",
    "portal-flows": "/portal/flows",
    "portal-pair": "/portal/flows/2026-06-16/entries?side=honoured&party=bookshop",
    "portal-points": "/portal/points?of=issued",
    "portal-outstanding": "/portal/points?of=outstanding",
    "portal-statements": "/portal/statements",
    "portal-statement": f"/portal/statements/{JUNE}",
    "portal-line": f"/portal/statements/{JUNE}/lines/201",
    "portal-proof": f"/portal/proofs/{JUNE}",
    "portal-usage": "/portal/usage",
    "portal-clients": "/portal/clients",
    "portal-webhooks": "/portal/webhooks",
    "portal-webhook": "/portal/webhooks/books",
    "portal-sandbox": "/portal/sandbox",
}


class Street:
    """Two tenants, their people, and what they did in June."""

    def __init__(self, mall: Mall) -> None:
        self.mall = mall

    async def lay_out(self, staff: Staff) -> "Street":
        """Sell, honour, close, show, and sell again."""
        mall = self.mall
        self.bakery, self.books = await mall.shop("bakery"), await mall.shop("bookshop")
        self.hanako, self.taro = await mall.member(), await mall.member()
        await self.bakery.sells(self.hanako, yen=88_000)
        await self.books.sells(self.taro, yen=66_000)
        await self.books.accepts(self.hanako, points=300, payable_yen=300)
        await self.bakery.accepts(self.taro, points=120, payable_yen=120)
        self.closed = await mall.close(JUNE)
        assert self.closed.status == 200, self.closed
        finance = Finance(mall)
        await finance.opens("bakery", "bookshop")
        shown = await finance.confirms()
        assert shown.status == 200, shown
        await self.bakery.sells(self.hanako, yen=22_000)
        await self.books.accepts(self.hanako, points=90, payable_yen=90)
        await self.bakery.accepts(self.taro, points=40, payable_yen=40)
        self.ann = await staff.person("ann", Given("tenant", self.bakery.tenant_id))
        self.ben = await staff.person("ben", Given("tenant-finance", self.books.tenant_id))
        await self.endpoint("books")
        return self

    async def endpoint(self, name: str) -> None:
        """Where the bakery is told of what happens."""
        hub, tenant = self.mall.hub, self.bakery.tenant_id
        wanted = Wanted("https://books.example.jp/hooks", description="会計システム")
        async with hub.pools.reader(tenant) as own:
            await endpoints.put(own, hub.vault, tenant, name, wanted, wall(), [])


async def tour(mall: Mall, staff: Staff) -> list[tuple[str, Person | None, str]]:
    """Every page of a tenant's people, and the status page."""
    street = await Street(mall).lay_out(staff)
    found: list[tuple[str, Person | None, str]] = [
        (name, street.ann, path) for name, path in PAGES.items()
    ]
    return [*found, ("status", None, "/status")]

"""事前試算: what a campaign would have given on the receipts of the last days, and who would have
paid for it; nothing is booked."""

from collections import Counter
from datetime import date, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from federation.reading import rows
from federation.shares import largest_remainder
from federation.sql import statement
from tenants.campaigns.lives import Campaign, told_one

WOULD_GIVE = statement(__file__, "would_give")
ORDER = ("facility", "operator", "tenant")  # a tie is theirs to pay, as when it is granted


class Cost(Struct, frozen=True):
    """The points that one party would have paid for."""

    party: str
    points: int


class Foresight(Struct, frozen=True):
    """What would have been given from a day to a day: on how many receipts, to how many members; in
    all, and by party. Caps per receipt and per member are kept, and the budget."""

    campaign: str
    from_on: date
    to_on: date
    receipts: int
    members: int
    points: int
    budget_reached: bool
    costs: tuple[Cost, ...]


async def foresee(conn: AsyncConnection, code: str, days: int, today: date) -> Foresight:
    """Receipts times rate, as if the campaign had run on them."""
    found = await told_one(conn, code)
    from_on, to_on = today - timedelta(days=days), today - timedelta(days=1)
    asked = {"code": code, "from_on": from_on, "to_on": to_on}
    shops = await rows(conn, WOULD_GIVE, asked)
    wanted = sum(int(row["points"]) for row in shops)
    budget = found.budget_points
    points = wanted if budget is None else min(wanted, budget)
    by_tenant = largest_remainder(points, [int(row["points"]) for row in shops])
    costs: Counter[str] = Counter()
    for row, some in zip(shops, by_tenant, strict=True):
        costs.update(carved(found, some, row["tenant"], row["facility"]))
    return Foresight(
        code,
        from_on,
        to_on,
        sum(row["receipts"] for row in shops),
        sum(row["members"] for row in shops),
        points,
        budget is not None and wanted > budget,
        tuple(Cost(party, n) for party, n in sorted(costs.items()) if n),
    )


def carved(found: Campaign, points: int, tenant: str, facility: str | None) -> dict[str, int]:
    """The points of a tenant's shops by who pays; a shop of no facility has the operator for
    landlord."""
    who = {"tenant": tenant, "facility": facility or "operator", "operator": "operator"}
    funders = [funder for funder in ORDER if funder in found.shares]
    parts = largest_remainder(points, [found.shares[funder] for funder in funders])
    costs: Counter[str] = Counter()
    for funder, part in zip(funders, parts, strict=True):
        costs[who[funder]] += part
    return dict(costs)

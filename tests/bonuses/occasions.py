"""What gives points without a sale, laid out in a mall, and followed until nothing waits."""

from typing import Any

from deploy.hub import Hub
from federation.reading import rows
from tenants.gifts import BEHIND
from tests.mall import Answered, Mall, Member, Shop
from tests.office import Office, office
from tests.races.hubs import until_so

NUMBERED = """
SELECT (SELECT count(*) FROM federation.journal) = (SELECT count(*) FROM federation.entries)
"""
GIVEN = """
SELECT coalesce(json_agg(json_build_array(lots.rule, parties.code, lots.points, lots.expires_on)
    ORDER BY lots.entry_id, lots.part), '[]')
FROM federation.lots
INNER JOIN federation.entries USING (member_id, entry_id)
INNER JOIN tenants.parties ON parties.party_id = lots.funder_id
WHERE entries.kind = 'bonus' AND lots.member_id = %s
"""


def said(mall: Mall, code: str, kind: str, **more: Any) -> dict[str, Any]:
    """An occasion as the operator writes it; paid by the operator, from today on."""
    return {
        "code": code,
        "kind": kind,
        "name": f"{code} 特典",
        "name_en": f"the {code} benefit",
        "from_on": mall.today.isoformat(),
        "operator_weight": 1,
        "reason": "販促会議で決定",
        **more,
    }


async def lays_out(mall: Mall, code: str, kind: str, **more: Any) -> Any:
    """The operator lays an occasion out; what it is told."""
    operator = await mall.operator()
    answer = await operator.post("/v1/admin/occasions", **said(mall, code, kind, **more))
    assert answer.status == 201, answer
    mall.hub.forget()  # else within a second
    return answer.json


async def comes(shop: Shop, member: Member, **more: Any) -> Answered:
    """A member comes to a shop, whose till says so."""
    return await shop.post("/v1/visits", **shop.asked(member, **more))


async def settled(mall: Mall) -> None:
    """Until every entry has its number, was followed, and nothing waits to be booked."""
    async with mall.hub.pools.bare("auditor") as conn:
        await until_so(conn, NUMBERED)
    await followed(mall.hub)


async def followed(hub: Hub) -> None:
    """Until whoever gives has nothing left to do."""
    while await behind(hub):
        await hub.gifts.round()


async def behind(hub: Hub) -> bool:
    """Whether anything waits."""
    async with hub.pools.use("worker") as conn:
        return bool((await rows(conn, BEHIND, {}))[0]["behind"])


async def given(mall: Mall, member: Member) -> list[list[Any]]:
    """What a member was ever given without a sale: rule, funder, points, last day."""
    found: list[list[Any]] = await mall.value(GIVEN, member.member_id)
    return found


async def stamps(mall: Mall, member: Member) -> list[dict[str, Any]]:
    """A member's cards as the operator is shown them."""
    clerk: Office = await office(mall)
    answer = await clerk.client.get(clerk.path(member, "/stamps"))
    assert answer.status == 200, answer
    return list(answer.json["cards"])


async def refers(mall: Mall, referrer: Member, friend: Member) -> Answered:
    """The office writes down who brought a friend."""
    clerk = await office(mall)
    code = await code_of(mall, referrer)
    return await clerk.client.post(clerk.path(friend, "/referral"), code=code)


async def code_of(mall: Mall, member: Member) -> str:
    """The code that a member's app shows."""
    from tenants.referring import code_of as ask  # noqa: PLC0415  one name, two sides

    async with mall.hub.pools.use("counter") as conn:
        return await ask(conn, member.member_id, mall.now)


async def profile(mall: Mall, member: Member, **told: Any) -> None:
    """Who a member is."""
    clerk = await office(mall)
    answer = await clerk.client.ask("PUT", clerk.path(member, "/profile"), json=told)
    assert answer.status in (200, 204), answer

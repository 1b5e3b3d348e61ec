"""実施前の試算: "if these rules had held on these days", from what was booked; writes nothing."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, field, structs
from psycopg import AsyncConnection

from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement
from tenants.deciding import PlaceCode, level_of
from tenants.mall import PARTIES, read, terms_by_shop, words
from tenants.refusals import TooManyReceipts
from tenants.rules import Declaration, Funders, StackGroup, Tenths
from tenants.settings import Level, Place, Setting, SettingKey, by_level, convert
from tenants.terms import Campaign, Till, shares_of
from tenants.thinking import Large, Receipt, Tills, Told, World

RECEIPTS = statement(__file__, "preview_receipts")
SLICE = 1_000
MOST_DAYS, MOST_RECEIPTS = 31, 20_000
LAST = 2**62

Progress = Callable[[int], None]


class Word(Struct, frozen=True, forbid_unknown_fields=True):
    """What a level would say."""

    level: Level
    key: SettingKey
    value: Any = None
    code: PlaceCode | None = None


class Thought(Struct, frozen=True, forbid_unknown_fields=True):
    """A campaign that is thought of, on all the days; of a known code, in its stead."""

    code: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:/-]{1,64}$(?!\n)")]
    tenths: Tenths
    funders: Funders
    facility: PlaceCode | None = None
    stack_group: StackGroup = "campaign"
    multiplies: bool = False
    cap_points_per_receipt: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    cap_points_per_member: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None
    cap_points_per_day: Annotated[int, Meta(ge=1, le=10_000_000)] | None = None


class Slot(Struct, frozen=True, forbid_unknown_fields=True):
    """A declaration that is thought of."""

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,30}$(?!\n)")]
    from_at: Annotated[datetime, Meta(tz=True)]
    to_at: Annotated[datetime, Meta(tz=True)]
    tenths: Tenths
    funders: Funders
    facility: PlaceCode | None = None


class Preview(Struct, frozen=True, forbid_unknown_fields=True):
    """Days that are over, and the rules that are thought of for them."""

    from_on: date
    to_on: date
    settings: Annotated[list[Word], Meta(max_length=200)] = field(default_factory=list)
    campaigns: Annotated[list[Thought], Meta(max_length=50)] = field(default_factory=list)
    declarations: Annotated[list[Slot], Meta(max_length=200)] = field(default_factory=list)


class Side(Struct, frozen=True):
    """What one set of rules comes to, by rule and by the code of who pays."""

    points: int
    by_rule: dict[str, int]
    by_funder: dict[str, int]


class Previewed(Struct, frozen=True):
    """Today's rules against those that are thought of, on the same receipts."""

    from_on: date
    to_on: date
    receipts: int
    members: int
    receipts_touched: int
    receipts_with_tenders: int
    members_touched: int
    today: Side
    proposed: Side
    largest: tuple[Large, ...]


async def preview(
    conn: AsyncConnection,
    asked: Preview,
    *,
    most_days: int = MOST_DAYS,
    most_receipts: int = MOST_RECEIPTS,
    progress: Progress = lambda _: None,
) -> Previewed:
    """Replay the receipts of some days, slice by slice, under both; refused are too many of them.
    Where how a receipt was paid was not kept, what tenders gave stands on both sides as booked."""
    if not 0 <= (asked.to_on - asked.from_on).days < most_days:
        raise Validation(pointer="/to_on")
    tills = {key: till for key, (_, till) in (await read(conn, 0)).items()}
    told = Told(World(tills), World(await thought_of(conn, tills, asked)))
    async for some in receipts(conn, asked):
        told.see(some)
        if told.receipts > most_receipts:
            raise TooManyReceipts(most_receipts=most_receipts)
        progress(told.receipts)
    codes = {row["party_id"]: row["code"] for row in await rows(conn, PARTIES, {})}
    return Previewed(
        asked.from_on,
        asked.to_on,
        told.receipts,
        len(told.members),
        told.touched,
        told.tendered,
        len(told.members_touched),
        side(told.before, codes),
        side(told.after, codes),
        tuple(told.after.largest),
    )


def side(world: World, codes: dict[int, str]) -> Side:
    """A world in the words of its readers."""
    by_funder = {codes[one]: points for one, points in world.by_funder.items()}
    by_rule = dict(sorted(world.by_rule.items()))
    return Side(world.points, by_rule, dict(sorted(by_funder.items())))


async def receipts(conn: AsyncConnection, asked: Preview) -> AsyncIterator[list[Receipt]]:
    """The receipts of the days, a slice at a time."""
    after = (0, 0)
    while True:
        found = await rows(
            conn,
            RECEIPTS,
            {
                "from_on": asked.from_on,
                "to_on": asked.to_on,
                "after_member": after[0],
                "after_entry": after[1],
                "most": SLICE,
            },
        )
        if not found:
            return
        yield [msgspec.convert(row, Receipt) for row in found]
        after = found[-1]["member_id"], found[-1]["entry_id"]


async def thought_of(conn: AsyncConnection, tills: Tills, asked: Preview) -> dict[Any, Till]:
    """The same tills under the rules that are thought of."""
    agreed, said = await words(conn)
    new = [await setting_of(conn, one, asked.from_on) for one in asked.settings]
    named = {(one.level, one.of_id, one.key) for one in new}
    kept = [
        one
        for some in said.values()
        for one in some
        if one.from_on < asked.from_on or (one.level, one.of_id, one.key) not in named
    ]
    places = {
        till.shop_id: Place(
            till.shop_id, till.tenant_id, till.facility.party_id if till.facility else None
        )
        for till in tills.values()
    }
    terms = terms_by_shop(places, agreed, by_level([*kept, *new]))
    campaigns = [await campaign_of(conn, one, asked) for one in asked.campaigns]
    codes = {one.code for one in campaigns}
    slots = [await slot_of(conn, one, -n) for n, one in enumerate(asked.declarations, 1)]
    return {
        key: structs.replace(
            till,
            terms=terms[till.shop_id],
            terms_of={shop: terms.get(shop, ()) for shop in till.terms_of},
            campaigns=(*(one for one in till.campaigns if one.code not in codes), *campaigns),
            declared=(*till.declared, *at(till, slots)),
            worked_out={},
        )
        for key, till in tills.items()
    }


def at(till: Till, slots: Iterable[Declaration]) -> list[Declaration]:
    """The slots of a till's facility."""
    here = till.facility.party_id if till.facility else None
    return [one for one in slots if one.facility_id in (None, here)]


async def setting_of(conn: AsyncConnection, one: Word, from_on: date) -> Setting:
    """A word as if it had been said for the first day; nothing said later takes its place."""
    if one.value is not None:
        try:
            convert(one.key, one.value)
        except msgspec.ValidationError:
            raise Validation(pointer="/settings") from None
    of_id, _ = await level_of(conn, one.level, one.code)
    return Setting(LAST, one.level, of_id, one.key, from_on, one.value, "preview", "preview")


async def facility_of(conn: AsyncConnection, code: str | None) -> int | None:
    """A facility by its code; None is everywhere."""
    return None if code is None else (await level_of(conn, "facility", code))[0]


async def campaign_of(conn: AsyncConnection, one: Thought, asked: Preview) -> Campaign:
    """A campaign as the rules know it."""
    return Campaign(
        one.code,
        await facility_of(conn, one.facility),
        asked.from_on,
        asked.to_on,
        one.tenths // 10,
        one.stack_group,
        None,
        shares_of(one.funders),
        cap_points_per_receipt=one.cap_points_per_receipt,
        cap_points_per_member=one.cap_points_per_member,
        cap_points_per_day=one.cap_points_per_day,
        tenths=one.tenths % 10,
        multiplies=one.multiplies,
    )


async def slot_of(conn: AsyncConnection, one: Slot, number: int) -> Declaration:
    """A declaration as the rules know it."""
    here = await facility_of(conn, one.facility)
    return Declaration(number, here, one.code, one.from_at, one.to_at, one.tenths, one.funders)

"""The order in which tenants are told: nothing ever comes before a place that somebody has read,
none is lost, none told twice, whatever commits late, and whichever way one walks."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from msgspec import Struct
from psycopg import AsyncConnection

from federation import journal
from federation.announce import announce
from federation.events import Event, told_to, walk
from federation.tell import tell, tell_of_member

AT = datetime(2026, 6, 3, 3, 0, tzinfo=UTC)
TENANTS = (7, 8, 9)
NUMBERS = itertools.count(1)


class What(Struct, frozen=True):
    number: int


class Books:
    """The owner's hand in the books, and the two who number and announce."""

    def __init__(self, owner: AsyncConnection, sealer: AsyncConnection, worker: AsyncConnection):
        self.owner, self.sealer, self.worker = owner, sealer, worker
        self.made: dict[int, int] = {}  # what was done, by its number: for whom

    async def enter(self, conn: AsyncConnection, tenant: int) -> int:
        """An entry for a tenant."""
        number = next(NUMBERS)
        await conn.execute(
            "INSERT INTO federation.entries (member_id, entry_id, kind, tenant_id, shop_id, till,"
            " points, at, business_date, cycle_id, booked_at) VALUES"
            " (%(number)s %% 5 + 1, %(number)s, 'accrual', %(tenant)s, 1, 'T01', 1, %(at)s,"
            " '2026-06-03', 20260601, %(at)s)",
            {"number": number, "tenant": tenant, "at": AT},
        )
        self.made[number] = tenant
        return number

    async def notice(self, conn: AsyncConnection, tenant: int) -> int:
        """A notice for a tenant."""
        number = next(NUMBERS)
        await tell(conn, "till.revoked", [tenant], What(number))
        self.made[number] = tenant
        return number

    async def announce(self) -> None:
        """Number what can be numbered, and announce what can be told."""
        await journal.number(self.sealer, None)
        await announce(self.worker, AT)

    async def whole(self, most: int, after: int = 0) -> list[Event]:
        """All that was told behind a place, in walks of so many numbers."""
        found: list[Event] = []
        upto = await told_to(self.worker)
        while after < upto:
            walked = await walk(self.worker, TENANTS, after, most)
            assert walked.here > after, "a walk leads on"
            found += walked.events
            after = walked.here
        return found


@pytest.fixture
async def books(database: str) -> AsyncIterator[Books]:
    connect = AsyncConnection.connect
    async with (
        await connect(database, autocommit=True) as owner,
        await connect(database, autocommit=True) as sealer,
        await connect(database, autocommit=True) as worker,
    ):
        await owner.execute("SELECT federation.open_months('2026-06-01', 1)")
        await sealer.execute("SET ROLE meguri_sealer")
        await worker.execute("SET ROLE meguri_worker")
        yield Books(owner, sealer, worker)


def number_of(event: Event) -> int:
    """What was done, by its number."""
    if event.entry is not None:
        return event.entry.entry_id
    assert event.content is not None
    return int(event.content.partition(":")[2].rstrip("}"))


async def settled(books: Books) -> None:
    """Announce until all that committed is told: other databases of the server run on, too."""
    for _ in range(3_000):
        await books.announce()
        waits = await books.owner.execute(
            "SELECT (SELECT count(*) FROM federation.notices WHERE sequence IS NULL)"
            " + (SELECT count(*) FROM federation.entries)"
            " - (SELECT number FROM federation.announced)"
        )
        if (await waits.fetchone()) == (0,):
            return
        await asyncio.sleep(0.005)
    pytest.fail("something is never told")


async def an_afternoon(books: Books, database: str, dice: random.Random) -> list[Event]:
    """Entries and notices by three who write, two of whom commit late; and one who reads on."""
    read: list[Event] = []
    sleepers = [await AsyncConnection.connect(database) for _ in range(2)]
    for _ in range(40):
        tenant, conn = dice.choice(TENANTS), dice.choice([books.owner, books.owner, *sleepers])
        match dice.randrange(7):
            case 0 | 1:
                await books.enter(conn, tenant)
            case 2 | 3:
                await books.notice(conn, tenant)
            case 4:
                await dice.choice(sleepers).commit()
            case 5:
                await books.announce()
            case 6:
                place = read[-1].sequence if read else 0
                read += await books.whole(dice.choice((1, 2, 50)), place)
    for sleeper in sleepers:
        await sleeper.commit()
        await sleeper.close()
    return read


@pytest.mark.parametrize("seed", range(4))
async def test_whoever_reads_on_from_where_he_was_has_read_the_whole(
    books: Books, database: str, seed: int
) -> None:
    dice = random.Random(seed)
    read = await an_afternoon(books, database, dice)
    await settled(books)
    read += await books.whole(50, read[-1].sequence if read else 0)
    whole = await books.whole(1_000)
    assert read == whole, "nothing came in behind a reader's back"
    for most in (1, 3):
        assert await books.whole(most) == whole
    assert {number_of(one): one.tenant_id for one in whole} == books.made
    assert len(whole) == len(books.made)
    numbers = [one.sequence for one in whole]
    assert numbers == list(range(1, len(whole) + 1)), "with every tenant in view none is left out"
    for at in dice.sample(range(len(whole)), min(5, len(whole))):
        assert await books.whole(2, numbers[at]) == whole[at + 1 :]


async def test_a_notice_waits_for_the_entries_that_were_booked_before_it(
    books: Books, database: str
) -> None:
    entry = await books.enter(books.owner, 7)
    notice = await books.notice(books.owner, 7)
    await announce(books.worker, AT)
    assert await books.whole(10) == [], "the sealer has not been here yet"
    await settled(books)
    assert [number_of(one) for one in await books.whole(10)] == [entry, notice]


async def test_a_notice_of_a_transaction_that_still_runs_holds_back_those_after_it(
    books: Books, database: str
) -> None:
    async with await AsyncConnection.connect(database) as sleeper:
        slow = await books.notice(sleeper, 7)
        later = await books.notice(books.owner, 7)
        await books.announce()
        assert await books.whole(10) == []
        await sleeper.commit()
    await settled(books)
    assert [number_of(one) for one in await books.whole(10)] == [slow, later]


async def test_of_two_who_announce_at_once_each_notice_gets_one_place(
    books: Books, database: str
) -> None:
    notices = [await books.notice(books.owner, 8) for _ in range(5)]
    entry = await books.enter(books.owner, 8)
    async with await AsyncConnection.connect(database) as other:
        await other.execute("SET ROLE meguri_worker")
        while not (await announced(other)):
            await other.rollback()
        for _ in range(1_000):  # another database's transaction may hold the sealer up
            head, _ = await journal.number(books.sealer, None)
            if head.number:
                break
            await asyncio.sleep(0.005)
        second = asyncio.create_task(announce(books.worker, AT))
        await asyncio.sleep(0.1)  # it waits; were it not to, it would be done by now
        await other.commit()
        await second
    await settled(books)
    whole = await books.whole(10)
    assert [number_of(one) for one in whole] == [*notices, entry]
    assert [one.sequence for one in whole] == [1, 2, 3, 4, 5, 6]
    for at in range(6):
        assert await books.whole(10, at) == whole[at:]


async def announced(conn: AsyncConnection) -> bool:
    """Announce in a transaction that stays open; whether there was anything that could be told."""
    await conn.execute("SET LOCAL ROLE meguri_worker")
    return await announce(conn, AT)


async def test_a_members_change_is_told_to_those_who_booked_for_it_and_to_no_other(
    books: Books,
) -> None:
    entry = await books.enter(books.owner, 7)
    member = entry % 5 + 1
    await tell_of_member(books.worker, "member.frozen", member, What(next(NUMBERS)))
    await tell_of_member(books.worker, "member.frozen", member % 5 + 1, What(next(NUMBERS)))
    await settled(books)
    told = await books.whole(10)
    assert [(one.kind, one.tenant_id, one.member_id) for one in told] == [
        ("entry.accrual", 7, member),
        ("member.frozen", 7, member),
    ]

"""リマインドとメール (M41, M36): what really lapses, told once, to who wants it, by real SMTP."""

import logging
import re
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta

import pytest

from auth.people.mail import NotSent
from tenants.mailing import reminders
from tenants.mailing.wishes import Wishes, wish
from tests.jobs.following import followed
from tests.jobs.mailbox import Mailbox, address_of, mailbox, said
from tests.mall import Mall, Shop

LAST = date(2028, 3, 31)
BEGAN = date(2026, 6, 3)
STATE = """
SELECT letters.state || coalesce(' ' || letters.reason, '')
FROM tenants.letters INNER JOIN tenants.member_notices USING (notice_id)
WHERE member_id = %s ORDER BY notice_id DESC LIMIT 1
"""
NEXT_TRY = """
SELECT letters.due_at
FROM tenants.letters INNER JOIN tenants.member_notices USING (notice_id)
WHERE member_id = %s AND letters.state = 'waiting'
"""


@pytest.fixture(scope="module")
async def box(mall: Mall) -> AsyncIterator[Mailbox]:
    async with mailbox(mall) as ours:
        yield ours


@pytest.fixture(scope="module")
async def bakery(mall: Mall) -> Shop:
    return await mall.shop("bakery")


@pytest.fixture(autouse=True)
async def back_to_june(mall: Mall) -> AsyncIterator[None]:
    begin = mall.now
    yield
    mall.clock.set(begin)


async def remind(mall: Mall, on: date) -> int:
    """The job of a day."""
    await mall.turn_to(on, time(9, 0))
    async with mall.hub.pools.bare("worker") as conn:
        return await reminders.remind_of_expiry(conn, on, mall.now)


@pytest.mark.parametrize("days", [60, 30, 7])
async def test_m41_a_reminder_tells_what_will_lapse_and_comes_once(
    mall: Mall, box: Mailbox, bakery: Shop, days: int
) -> None:
    hanako = await box.reader("花子")
    await bakery.sells(hanako, yen=55_000)
    await mall.turn_to(date(2027, 5, 1))
    await bakery.sells(hanako, yen=33_000)  # lapses a year later
    await mall.turn_to(LAST - timedelta(days=days), time(8, 0))
    held = bakery.asked(hanako, points=100, minutes=60)
    assert (await bakery.post("/v1/holds", **held)).status == 201
    on = LAST - timedelta(days=days)
    assert await remind(mall, on - timedelta(days=1)) == 0, "not on the eve"
    assert [await remind(mall, on) for _ in range(3)] == [1, 0, 0]
    assert [await box.sent() for _ in range(3)] == [1, 0, 0]
    [letter] = box.letters(hanako)
    assert letter["Subject"] == "500ポイントが2028年3月31日に失効します"
    assert "花子 様" in said(letter)
    assert "500ポイント" in said(letter)
    assert "500ポイント" in said(letter, "html")
    await mall.turn_to(LAST + timedelta(days=1))
    await mall.hub.desk.lapse_due(LAST)
    lapsed = "SELECT sum(points) FROM federation.draws WHERE member_id = %s AND kind = 'lapse'"
    assert await mall.value(lapsed, hanako.member_id) == 500


async def test_points_that_slide_are_told_by_the_wallets_day(
    mall: Mall, box: Mailbox, bakery: Shop
) -> None:
    taro = await box.reader("太郎")
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute("SELECT federation.open_months('2027-05-01', 3)")
    await mall.expiry(
        kind="base", policy="SLIDING", months=12, qualifying=("accrual",), from_on=date(2026, 6, 1)
    )
    await bakery.sells(taro, yen=11_000)
    await mall.turn_to(mall.today + timedelta(days=5))
    await bakery.sells(taro, yen=1_100)
    first = date(2027, 6, 3) - timedelta(days=30)
    assert await remind(mall, first) == 0, "it has slid on"
    assert await remind(mall, first + timedelta(days=5)) == 1
    await box.sent()
    assert box.letters(taro)[0]["Subject"] == "110ポイントが2027年6月8日に失効します"
    await mall.expiry(kind="base", policy="FISCAL_YEAR", from_on=date(2026, 6, 2))


async def test_a_reminder_tells_what_is_left_when_it_leaves_and_not_what_is_spent(
    mall: Mall, box: Mailbox, bakery: Shop
) -> None:
    some, none = await box.reader("少し"), await box.reader("なし")
    for member in (some, none):
        await bakery.sells(member, yen=22_000)
    assert await remind(mall, LAST - timedelta(days=30)) >= 2
    await bakery.accepts(some, points=150)
    await bakery.accepts(none, points=200)
    await box.sent()
    assert box.letters(some)[0]["Subject"].startswith("50ポイント")
    assert box.letters(none) == []
    assert await mall.value(STATE, none.member_id) == "dropped nothing-lapses"


async def test_one_click_stops_a_kind_of_mails_and_no_other(
    mall: Mall, box: Mailbox, bakery: Shop
) -> None:
    hanako = await box.reader("花子", birth_on=date(1990, 3, 1))
    await bakery.sells(hanako, yen=11_000)
    await remind(mall, LAST - timedelta(days=60))
    await box.sent()
    [letter] = box.letters(hanako)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(r"<http://localhost:8000(/mail/off/\S+)>", letter["List-Unsubscribe"])
    assert found
    assert found[1] in said(letter)
    asked = await mall.http.get(mall.url + found[1])
    assert asked.status == 200
    assert "配信停止" in await asked.text()
    wanted = "SELECT wanted FROM tenants.mail_choices WHERE member_id = %s"
    assert await mall.value(wanted, hanako.member_id) is None, "to look stops nothing"
    for _ in range(2):
        told = await mall.http.post(mall.url + found[1], data={"List-Unsubscribe": "One-Click"})
        assert told.status == 200, await told.text()
    await remind(mall, LAST - timedelta(days=30))
    async with mall.hub.pools.bare("worker") as conn:
        await reminders.greet_birthdays(conn, date(2028, 3, 1), mall.now)
    await box.sent()
    assert [one["Subject"][:3] for one in box.letters(hanako)][1:] == ["お誕生"]
    for wrong in ("/mail/off/lapsing/" + "a" * 26, found[1].replace("lapsing", "nothing")):
        assert (await mall.http.post(mall.url + wrong, data={})).status == 404
    handle = mall.hub.names.seal("member", 1, hanako.member_id)
    assert (await mall.http.post(f"{mall.url}/mail/off/rank/{handle}", data={})).status == 404


async def test_without_a_server_letters_wait(mall: Mall, box: Mailbox, bakery: Shop) -> None:
    hanako = await box.reader("花子")
    await bakery.sells(hanako, yen=11_000)
    await remind(mall, LAST - timedelta(days=7))
    assert await box.sent(smtp=None) == 0
    assert await mall.value(STATE, hanako.member_id) == "waiting"
    await box.sent()
    assert len(box.letters(hanako)) == 1


async def test_what_cannot_be_sent_is_tried_later_and_later_and_given_up(
    mall: Mall, box: Mailbox, bakery: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "meguri")
    busy, gone, fine = [await box.reader(name) for name in ("混雑", "不明", "元気")]
    for member in (busy, gone, fine):
        await bakery.sells(member, yen=11_000)
    box.answers = {address_of(busy): "451 later", address_of(gone): "550 nobody"}
    await remind(mall, LAST - timedelta(days=7))
    await box.sent()
    assert len(box.letters(fine)) == 1
    assert await mall.value(STATE, gone.member_id) == "dead recipient"
    assert await mall.value(STATE, busy.member_id) == "waiting recipient"
    due = await mall.value(NEXT_TRY, busy.member_id)
    await box.sent()
    assert await mall.value(NEXT_TRY, busy.member_id) == due > mall.now, "not at once"
    waits: list[timedelta] = []
    while await mall.value(STATE, busy.member_id) != "dead recipient":
        due = await mall.value(NEXT_TRY, busy.member_id)
        waits.append(due - mall.now)
        mall.clock.set(due)
        await box.sent()
    assert waits == [timedelta(minutes=2**n) for n in range(1, 8)]
    ours = [one for one in caplog.records if one.name.startswith("meguri")]
    for told in (address_of(busy), address_of(gone), "混雑", "example.jp"):
        assert not any(told in one.getMessage() for one in ours), told
    box.answers = {}


async def test_while_no_server_answers_nothing_is_lost(
    mall: Mall, box: Mailbox, bakery: Shop
) -> None:
    hanako = await box.reader("花子")
    await bakery.sells(hanako, yen=11_000)
    await remind(mall, LAST - timedelta(days=7))
    with pytest.raises(NotSent):
        await box.sent(smtp="smtp://127.0.0.1:9")
    mall.clock.set(mall.now + timedelta(minutes=5))
    await box.sent()
    assert len(box.letters(hanako)) == 1


async def test_who_reads_english_is_written_to_in_english(
    mall: Mall, box: Mailbox, bakery: Shop
) -> None:
    jane = await box.reader("Jane <b>")
    async with mall.hub.pools.use("worker") as conn:
        await conn.execute(
            "INSERT INTO tenants.member_languages VALUES (%s, 'en')", (jane.member_id,)
        )
    await bakery.sells(jane, yen=110_000)
    await remind(mall, LAST - timedelta(days=60))
    await box.sent()
    [letter] = box.letters(jane)
    assert letter["Subject"] == "1,000 points lapse on 2028-03-31"
    assert "Dear Jane &lt;b&gt;," in said(letter, "html")
    assert '<html lang="en">' in said(letter, "html")


@pytest.mark.parametrize(
    ("born", "on", "greeted"),
    [
        ("1990-06-03", "2026-06-03", True),
        ("1990-06-04", "2026-06-03", False),
        ("2004-02-29", "2027-02-28", True),
        ("2004-02-29", "2028-02-28", False),
        ("2004-02-29", "2028-02-29", True),
    ],
)
async def test_a_birthday_is_greeted_once(
    mall: Mall, box: Mailbox, born: str, on: str, greeted: bool
) -> None:
    hanako = await box.reader("花子", birth_on=date.fromisoformat(born))
    for _ in range(3):
        async with mall.hub.pools.bare("worker") as conn:
            await reminders.greet_birthdays(conn, date.fromisoformat(on), mall.now)
        await box.sent()
    assert len(box.letters(hanako)) == greeted


async def test_m36_who_has_not_come_for_sixty_days_is_written_to_once(
    mall: Mall, box: Mailbox, bakery: Shop
) -> None:
    away, came = await box.reader("ご無沙汰"), await box.reader("常連")
    begin = mall.today
    for member in (away, came):
        await bakery.sells(member, yen=1_100)
    await mall.turn_to(begin + timedelta(days=20))
    await bakery.sells(came, yen=1_100)
    await followed(mall)
    for day in (59, 60, 60, 61, 75):
        on = begin + timedelta(days=day)
        async with mall.hub.pools.bare("worker") as conn:
            await reminders.miss_the_dormant(
                conn, on, datetime.combine(on, time(9), mall.now.tzinfo)
            )
    await mall.turn_to(begin + timedelta(days=76))
    await box.sent()
    subjects = [one["Subject"] for one in box.letters(away)]
    assert subjects == ["またのお越しをお待ちしています"]
    assert box.letters(came) == []


async def test_mails_follow_a_members_own_language_and_days(
    mall: Mall, box: Mailbox, bakery: Shop
) -> None:
    hanako, jane, taro = [await box.reader(name) for name in ("花子", "Jane", "太郎")]
    for member in (hanako, jane, taro):
        await bakery.sells(member, yen=11_000)
    async with mall.hub.pools.use("worker") as conn:
        await wish(conn, jane.member_id, Wishes("en", (14,), (20,)), mall.now)
        await wish(conn, taro.member_id, Wishes("ja", (), ()), mall.now)
    for days in (30, 14):
        await remind(mall, LAST - timedelta(days=days))
        await box.sent()
    assert [len(box.letters(one)) for one in (hanako, jane, taro)] == [1, 1, 0]
    text = said(box.letters(jane)[0])
    assert ("失効" in text, "失効" in said(box.letters(hanako)[0])) == (False, True)
    await followed(mall)
    for days in (20, 60):
        on = BEGAN + timedelta(days=days)
        async with mall.hub.pools.bare("worker") as conn:
            await reminders.miss_the_dormant(conn, on, mall.now)
    told = "SELECT json_agg(facts->'days') FROM tenants.member_notices"
    dormant = f"{told} WHERE member_id = %s AND occasion LIKE 'dormant/%%'"
    found = [await mall.value(dormant, one.member_id) for one in (hanako, jane, taro)]
    assert found == [[60], [20], None]

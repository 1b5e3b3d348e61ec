"""特典の計上: what is due by an occasion is booked by the desk, a hundred slips at a time; what was
due no more after all is taken back. Also what comes by the calendar: birthdays, anniversaries."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import PoolTimeout

from federation.days import TOKYO, day_of
from federation.desk import Desk
from federation.reading import rows
from federation.refusals import Refusal
from federation.slips import About, Answer
from federation.sql import statement
from tenants import following
from tenants.ages import anniversary, birthday_due, fiscal_year
from tenants.callers import HOUSE, OPERATOR, Caller
from tenants.giving import Gift, TakeBack, giving, yearly_slip
from tenants.mall import Mall
from tenants.occasion import Occasion, running
from tenants.office import OFFICE
from tenants.terms import Party, Till
from tenants.undoing import undo_any_day
from tenants.uploads import EVERY_SECONDS, Connect, Now

BEHIND = statement(__file__, "behind")
TO_BOOK = statement(__file__, "gifts_to_book")
SETTLE = statement(__file__, "settle_gifts")
OCCASIONS = statement(__file__, "occasions")
BORN = statement(__file__, "born_in")
BEGAN = statement(__file__, "began_on")
AT_ONCE = 100
WEEK = [timedelta(days=n) for n in range(8)]
LATER = (401, 503)  # the desk had no time, or a door moved meanwhile: the next round asks again
UNDONE_REASON = "原因の取引が取り消されたため / its cause was undone"

log = logging.getLogger("meguri.gifts")


class Gifts:
    """Follows the journal and books what is due, in the background of one process or as a job."""

    def __init__(self, connect: Connect, desk: Desk, mall: Mall, clock: Now) -> None:
        """`connect` gives a worker's connection in autocommit."""
        self.connect = connect
        self._desk = desk
        self._mall = mall
        self._clock = clock

    @property
    def today(self) -> date:
        """The day by the hub's clock."""
        return day_of(self._clock())

    async def keep_giving(self) -> None:
        """Look every second as long as the process lives."""
        while True:
            went_on = False
            try:
                went_on = await self.round() > 0
            except (psycopg.Error, PoolTimeout, OSError, Refusal) as missed:
                reason = type(missed).__name__
                log.warning("what is due waits for the database", extra={"reason": reason})
            except Exception:
                log.exception("what is due stumbled")
            if not went_on:
                await asyncio.sleep(EVERY_SECONDS)

    async def round(self) -> int:
        """Follow the journal a slice further, and book what waits; how much was done."""
        async with self.connect() as conn:
            if not (await rows(conn, BEHIND, {}))[0]["behind"]:
                return 0
            done = await following.follow(conn, self.today)
            return done + await self.book(conn)

    async def book(self, conn: AsyncConnection) -> int:
        """Book the next hundred that wait, or take them back; how many were decided."""
        waiting = await rows(conn, TO_BOOK, {"most": AT_ONCE})
        if not waiting:
            return 0
        by_id = {row["occasion_id"]: Occasion(**row) for row in await rows(conn, OCCASIONS, {})}
        till = await self.till()
        answers = await asyncio.gather(
            *(self._decide(row, by_id[row["occasion_id"]], till) for row in waiting)
        )
        settled = [
            decided(row["slip"], row["state"], answer)
            for row, answer in zip(waiting, answers, strict=True)
            if answer.status not in LATER
        ]
        await following.put(conn, SETTLE, gifts=settled)
        return len(settled)

    async def till(self) -> Till:
        """The office's till, in the name of the hub itself."""
        seen = self._desk.moved
        caller = Caller(HOUSE, OPERATOR, frozenset(), None, wide=False, vouched=seen)
        return await self._mall.till(caller, OFFICE)

    async def _decide(self, row: dict[str, Any], one: Occasion, till: Till) -> Answer:
        """Book one gift under its slip, or undo it under its own."""
        slip, day = row["slip"], row["given_on"]
        try:
            if row["state"] == "undoing":
                asked = TakeBack(
                    slip=f"undo/{slip}", till=OFFICE, business_date=day, at=midnight(day),
                    of=slip, reason=UNDONE_REASON,
                )  # fmt: skip
                return await self._desk.book(asked, undo_any_day, till)
            tenant = Party(row["tenant_id"], row["tenant"]) if row["tenant_id"] else None
            facility = Party(row["facility_id"], row["facility"]) if row["facility_id"] else None
            rule = giving(one, row["points"], tenant, facility, stopped=row["stopped"])
            return await self._desk.book(
                gift(one, slip, row["due_on"], day), rule, till, About("", (row["member_id"],))
            )
        except Refusal as refused:
            return Answer(refused.status, refused.body())

    async def greet(self, member_id: int) -> list[tuple[Occasion, Answer]]:
        """ログインボーナス: what a sign-in of today gives, once however often it is asked."""
        till, today = await self.till(), self.today
        return [
            (
                one,
                await self._desk.book(
                    gift(one, yearly_slip(one, member_id, today), today, today),
                    giving(one, one.points),
                    till,
                    About("", (member_id,)),
                ),
            )
            for one in running(till.occasions, today, "login")
        ]

    async def due(self, conn: AsyncConnection, found: Sequence[dict[str, Any]]) -> int:
        """Lay down what the calendar makes due, and book it."""
        await following.put(conn, following.PUT_GIFTS, gifts=found)
        booked = 0
        while some := await self.book(conn):
            booked += some
        return booked


async def give_birthdays(gifts: Gifts, today: date) -> int:
    """誕生日特典: to all whose birthday benefit falls due, in slices; how many were decided."""
    booked, after = 0, 0
    async with gifts.connect() as conn:
        while born := await birthdays_due(conn, today, after):
            after = born[-1][0]
            booked += await gifts.due(conn, [row for _, row in born if row is not None])
    return booked


async def birthdays_due(
    conn: AsyncConnection,
    today: date,
    after: int = 0,
    most: int = AT_ONCE,
    thought: Occasion | None = None,
) -> list[tuple[int, dict[str, Any] | None]]:
    """The next members born around a day, each with what is due to it on that day, if anything is:
    of several birthday benefits the largest. `thought` is tried in their stead."""
    all_of_them = [Occasion(**row) for row in await rows(conn, OCCASIONS, {})]
    now = [thought] if thought is not None else running(all_of_them, today, "birthday")
    if not now:
        return []
    asked = {
        "months": sorted({(today - one).month for one in (WEEK[0], WEEK[-1])}),
        "year": fiscal_year(today),
    }
    found = await rows(conn, BORN, {**asked, "after": after, "most": most})
    due: list[tuple[int, dict[str, Any] | None]] = []
    for row in found:
        best: dict[str, Any] | None = None
        for one in now:
            joined_on, by_month = row["joined_on"], one.per == "month"
            due_on = birthday_due(row["birth_on"], joined_on, today, by_month=by_month)
            if due_on is not None and one.points > (best["points"] if best else 0):
                best = gift_row(one, row["member_id"], due_on, today)
        due.append((row["member_id"], best))
    return due


async def give_anniversaries(gifts: Gifts, today: date) -> int:
    """来店記念日特典: to all whose first sale was this day, some years ago, or in the week before
    that no job saw; how many were decided."""
    booked, after = 0, 0
    async with gifts.connect() as conn:
        while began := await anniversaries_due(conn, today, after):
            after = began[-1][0]
            booked += await gifts.due(conn, [row for _, found in began for row in found])
    return booked


async def anniversaries_due(
    conn: AsyncConnection,
    today: date,
    after: int = 0,
    most: int = AT_ONCE,
    thought: Occasion | None = None,
) -> list[tuple[int, list[dict[str, Any]]]]:
    """The next members whose first sale has its anniversary, with what is due to them."""
    all_of_them = [Occasion(**row) for row in await rows(conn, OCCASIONS, {})]
    now = [thought] if thought is not None else running(all_of_them, today, "anniversary")
    if not now:
        return []
    days = {today - one for one in WEEK}
    if any((day.month, day.day) == (2, 28) for day in days):
        days.add(date(2000, 2, 29))
    asked = {"months": [day.month for day in days], "days": [day.day for day in days]}
    found = await rows(conn, BEGAN, {**asked, "after": after, "most": most})
    due: list[tuple[int, list[dict[str, Any]]]] = []
    for row in found:
        on = anniversary(row["first_on"], today.year)
        on = on if on <= today else anniversary(row["first_on"], today.year - 1)
        falls = row["first_on"] < on and today - on <= WEEK[-1]
        gifts = [gift_row(one, row["member_id"], on, today) for one in now if falls]
        due.append((row["member_id"], gifts))
    return due


def gift_row(one: Occasion, member_id: int, due_on: date, today: date) -> dict[str, Any]:
    """What the calendar makes due, caused by no entry."""
    return {
        "slip": yearly_slip(one, member_id, due_on),
        "member_id": member_id,
        "occasion_id": one.occasion_id,
        "points": one.points,
        "due_on": due_on,
        "given_on": today,
    }


def gift(one: Occasion, slip: str, due_on: date, day: date) -> Gift:
    """A gift as the desk is asked for it: the same however often, whenever it is asked again."""
    return Gift(
        slip=slip,
        till=OFFICE,
        business_date=day,
        at=midnight(day),
        occasion=one.rule,
        due_on=due_on,
    )


def midnight(day: date) -> datetime:
    """00:00 of a day in Tokyo."""
    return datetime.combine(day, time.min, TOKYO)


def decided(slip: str, state: str, answer: Answer) -> dict[str, object]:
    """What became of a gift; one whose slip stands for something else was given already."""
    done, failed = ("undone", "kept") if state == "undoing" else ("booked", "refused")
    told = None
    if answer.status >= 400:
        with suppress(msgspec.DecodeError):
            told = str(msgspec.json.decode(answer.body)["type"]).rpartition("/")[2]
    return {"slip": slip, "state": failed if told else done, "told": told}

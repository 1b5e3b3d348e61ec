"""雑務: the hub's own round, each in a function that may be started as often as one likes."""

from datetime import timedelta

from auth import sweeping
from auth.leavers import end_grants_of
from auth.people import member_sign_in, sessions, signing_up, tries
from deploy import history
from deploy.clock import wall
from deploy.jobs import runs
from deploy.jobs.tools import Moment, Tools
from deploy.meters import lapse_done
from federation import codes, profiles
from federation.days import day_of
from tenants import enriching, gifts, lookups
from tenants.campaigns import corrections, lives, segments
from tenants.coupons.announcing import announce_coupons
from tenants.mailing import reminders
from tenants.ranks import following, turning
from tenants.selling import selling

DAY = timedelta(days=1)
KEPT = timedelta(days=40)


async def upkeep(tools: Tools, _: Moment) -> int:
    """Partitions and cycles for the months that come, signing keys that are young enough."""
    await tools.keep()
    return 1


async def lapse(tools: Tools, moment: Moment) -> int:
    """Book every lapse up to yesterday, and end the holds whose time is over: the members."""
    lapsed = await tools.desk.lapse_due(moment.on - DAY)
    lapse_done.set(wall().timestamp())
    return lapsed


async def sweep(tools: Tools, moment: Moment) -> int:
    """No codes that have long been over, no look-ups of other days, no sessions that ended."""
    async with tools.pools.use("worker") as conn:
        await codes.sweep(conn, moment.now)
        await lookups.sweep(conn, moment.now)
        await sweeping.sweep(conn, wall())
        await sessions.sweep(conn, wall())
        await member_sign_in.forget_gone(conn)
        await end_grants_of(conn, None, wall())
        await tries.sweep(conn, wall())
        await signing_up.sweep(conn, wall())
    return 1


async def erase(tools: Tools, moment: Moment) -> int:
    """Nothing personal is left of members who went a month ago: how many were erased."""
    async with tools.pools.use("worker") as conn:
        return (await profiles.erase(conn, moment.now)).members


async def rank_basis(tools: Tools, moment: Moment) -> int:
    """Count what the journal has gained towards ranks; who has reached one rises."""
    async with tools.pools.bare("worker") as conn:
        return await following.follow(conn, moment.now, day_of(moment.now))


async def sales(tools: Tools, _: Moment) -> int:
    """Fold what was booked into the hours' figures: how many entries."""
    async with tools.pools.bare("worker") as conn:
        return await selling.follow(conn)


async def turn_ranks(tools: Tools, moment: Moment) -> int:
    """Give everybody the rank of tomorrow, on its eve: how many have another."""
    async with tools.pools.bare("worker") as conn:
        await following.follow(conn, moment.now, day_of(moment.now))
        await following.look_again(conn, moment.on, moment.now)
        return await turning.turn_all(conn, moment.on + DAY, moment.now)


async def expiry_reminders(tools: Tools, moment: Moment) -> int:
    """Tell who will lose points in 60, 30 and 7 days."""
    async with tools.pools.bare("worker") as conn:
        return await reminders.remind_of_expiry(conn, moment.on, moment.now)


async def birthday_greetings(tools: Tools, moment: Moment) -> int:
    """Greet whose birthday it is."""
    async with tools.pools.bare("worker") as conn:
        return await reminders.greet_birthdays(conn, moment.on, moment.now)


async def dormant_letters(tools: Tools, moment: Moment) -> int:
    """Write to who has not come for sixty days; what was booked up to now is counted first."""
    async with tools.pools.bare("worker") as conn:
        await following.follow(conn, moment.now, day_of(moment.now))
        return await reminders.miss_the_dormant(conn, moment.on, moment.now)


async def birthdays(tools: Tools, moment: Moment) -> int:
    """Give what birthdays are worth."""
    return await gifts.give_birthdays(tools.gifts, moment.on)


async def anniversaries(tools: Tools, moment: Moment) -> int:
    """Give what the day of the first visit is worth."""
    return await gifts.give_anniversaries(tools.gifts, moment.on)


async def coupons(tools: Tools, moment: Moment) -> int:
    """Tell members of coupons that are theirs, and end those that are over."""
    async with tools.pools.bare("worker") as conn:
        return await announce_coupons(conn, moment.on, moment.now)


async def campaigns_over(tools: Tools, moment: Moment) -> int:
    """End the campaigns of which no late line can come any more."""
    async with tools.pools.use("worker") as conn:
        return await lives.end_over(conn, moment.on, moment.now)


async def count_segments(tools: Tools, moment: Moment) -> int:
    """See who belongs to each segment today."""
    async with tools.pools.bare("worker") as conn:
        return await segments.count_all(conn, moment.on)


async def book_corrections(tools: Tools, moment: Moment) -> int:
    """Book what was approved of over-granted campaigns, or of undoing that."""
    async with tools.pools.bare("worker") as conn:
        return await corrections.book_all(conn, tools.desk, tools.mall, moment.now)


async def profile_rewards(tools: Tools, moment: Moment) -> int:
    """Book what members were promised for telling more of themselves."""
    async with tools.pools.bare("worker") as conn:
        return await enriching.book_rewards(conn, tools.desk, tools.mall, moment.now)


async def forget_looks(tools: Tools, _: Moment) -> int:
    """How the promises stood is told minute by minute for ninety days."""
    async with tools.pools.use("worker") as conn:
        return await history.forget(conn, wall())


async def forget_runs(tools: Tools, _: Moment) -> int:
    """Runs of jobs are told for forty days; the last of each stays."""
    async with tools.pools.use("worker") as conn:
        return await runs.forget(conn, wall() - KEPT)

"""定時処理の表: every job of the hub, one line each. To add one, write its line.

A job is an async function of what it works with and the moment for which it runs. It answers how
many it has done, works in slices of at most a hundred slips through the desk, so that no till waits
behind it, and started again does what is left and nothing twice.
"""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time

from msgspec import Struct

from deploy.jobs import chores
from deploy.jobs.schedule import Daily, Every, When
from deploy.jobs.tools import Moment, Tools
from deploy.mail.sender import send_letters

Do = Callable[[Tools, Moment], Awaitable[int]]


class Job(Struct, frozen=True):
    """One job: its name, what it is for in both languages, when, and the function."""

    name: str
    ja: str
    en: str
    when: When
    do: Do


JOBS: tuple[Job, ...] = (
    Job("upkeep", "月の区画・締めの暦・署名鍵の用意", "Months, cycles and keys ahead",
        Every(60), chores.upkeep),
    Job("lapse", "失効と保留の期限切れの計上", "Book what lapsed and holds that ended",
        Every(60), chores.lapse),
    Job("sweep", "期限の過ぎたコード・照会・セッションの掃除", "Sweep codes, lookups and sessions",
        Every(60), chores.sweep),
    Job("rank-basis", "ランク基準の集計と昇格の判定", "Count what makes ranks; promote",
        Every(1), chores.rank_basis),
    Job("sales", "時間帯別の売上・ポイントの累計", "Fold sales and points by the hour",
        Every(1), chores.sales),
    Job("ranks", "翌日のランクへの切替", "Turn to tomorrow's ranks",
        Daily(time(22, 0)), chores.turn_ranks),
    Job("segments", "セグメントの集計", "See who belongs to each segment",
        Daily(time(0, 5)), chores.count_segments),
    Job("birthdays", "誕生日特典の計上", "Give birthday points",
        Daily(time(0, 10), each_day=True), chores.birthdays),
    Job("anniversaries", "来店記念日特典の計上", "Give anniversary points",
        Daily(time(0, 20), each_day=True), chores.anniversaries),
    Job("campaigns-over", "終了したキャンペーンの締切り", "End campaigns whose days are over",
        Daily(time(0, 30)), chores.campaigns_over),
    Job("corrections", "承認済みの一括訂正の計上", "Book approved corrections",
        Every(1), chores.book_corrections),
    Job("profile-rewards", "会員情報の特典の計上", "Book points for what members told",
        Every(10), chores.profile_rewards),
    Job("coupons", "クーポンのお知らせと期限終了", "Tell of live coupons; end what is over",
        Daily(time(8, 0)), chores.coupons),
    Job("expiry-reminders", "失効予定のお知らせ（60・30・7日前）", "Tell whose points will lapse",
        Daily(time(9, 0), each_day=True), chores.expiry_reminders),
    Job("birthday-greetings", "お誕生日のお知らせ", "Greet whose birthday it is",
        Daily(time(9, 0), each_day=True), chores.birthday_greetings),
    Job("dormant-letters", "60日来店のない会員へのお知らせ", "Write to who stays away",
        Daily(time(9, 30), each_day=True), chores.dormant_letters),
    Job("mail", "会員へのメールの差出", "Send members their mails",
        Every(1), send_letters),
    Job("erase", "退会した会員の個人情報の消去", "Erase what is personal of who left",
        Daily(time(3, 10)), chores.erase),
    Job("forget-looks", "稼働の記録の整理（90日より前）", "Forget how promises stood 90 days ago",
        Daily(time(3, 50)), chores.forget_looks),
    Job("forget-runs", "定時処理の古い記録の整理", "Forget old runs of these jobs",
        Daily(time(3, 40)), chores.forget_runs),
)  # fmt: skip


def named(name: str) -> Job | None:
    """The job of a name."""
    return next((job for job in JOBS if job.name == name), None)


def slot_of(job: Job, on: date, now: datetime) -> datetime:
    """The instant for which a job runs when somebody asks for a day: its time on that day, or, of
    one that comes every few minutes, the last of them up to now."""
    if isinstance(job.when, Daily):
        return datetime.combine(on, job.when.at, now.tzinfo)
    return job.when.latest(now)

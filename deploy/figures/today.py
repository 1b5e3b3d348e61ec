"""今日の状況: how this day goes, beside the same weekday a week ago up to the same hour, and what
waits for somebody."""

from datetime import date, datetime, timedelta

from msgspec import Struct
from psycopg import AsyncConnection

from deploy.figures.figures import FIGURES, Kind
from deploy.figures.lapsing import AHEAD
from deploy.figures.places import Places
from deploy.jobs.board import board as jobs_board
from deploy.menus import MENU
from deploy.watch import Status
from federation.crowd import Few, few
from federation.days import TOKYO, day_of
from federation.opaque import Names
from federation.reading import rows
from federation.sql import statement
from settlement.life.board import board as cycles_board
from tenants.signals.signals import signals

DAY = statement(__file__, "day")
DAY_PEOPLE = statement(__file__, "day_people")
STANDING = statement(__file__, "standing")
BREAKS = statement(__file__, "breaks")
WARNED = statement(__file__, "warned")
DAY_BACK = timedelta(days=1)
WEEK = timedelta(days=7)
PAGES = {one.path for section in MENU for one in section.entries} | {"/status"}
SHOWN = ("sales_yen", "receipts", "issued_points", "redeemed_points", "members")


class Now(Struct, frozen=True):
    """One figure of today so far, and of a week ago up to the same hour."""

    name: str
    kind: Kind
    today: int | Few
    before: int | Few

    @property
    def change(self) -> int | None:
        """By how many percent it is more or less; None where there was nothing, or few people."""
        if isinstance(self.today, Few) or isinstance(self.before, Few):
            return None
        return (self.today - self.before) * 100 // self.before if self.before > 0 else None


class Today(Struct, frozen=True):
    """How the day goes: its figures, and its hours beside those of a week ago."""

    on: date
    before_on: date
    hour: int
    figures: tuple[Now, ...]
    hours: tuple[tuple[int, int, int], ...]  # hour, yen today, yen a week ago


class Standing(Struct, frozen=True):
    """How many members there are, how many joined today, the points that lapse within 30 days."""

    members: int
    joined: int
    lapsing_points: int


class Alert(Struct, frozen=True):
    """Something that waits for somebody: how much of it, and where it is looked at, on a page of
    the menu or else in the API."""

    ja: str
    en: str
    count: int
    page: str
    api: str

    @property
    def path(self) -> str:
        """Where it is looked at."""
        return self.page if self.page in PAGES else self.api


async def today_of(reader: AsyncConnection, at: Places, now: datetime) -> Today:
    """The day so far at some shops."""
    on, hour = day_of(now), now.astimezone(TOKYO).hour
    asked = {"days": [on, on - WEEK], "shops": list(at.shops), "hour": hour}
    sold = await rows(reader, DAY, asked)
    people = {row["business_date"]: row["members"] for row in await rows(reader, DAY_PEOPLE, asked)}

    def told(name: str, day: date) -> int | Few:
        if name == "members":
            return few(int(people.get(day, 0)), exact=at.exact)
        met = [row for row in sold if row["business_date"] == day]
        return int(sum(row[name] for row in met if day == on or row["hour"] <= hour))

    hours = {(row["business_date"], row["hour"]): row["sales_yen"] for row in sold}
    return Today(
        on,
        on - WEEK,
        hour,
        tuple(
            Now(name, FIGURES[name], told(name, on), told(name, on - WEEK))  # type: ignore[index]
            for name in SHOWN
        ),
        tuple((n, hours.get((on, n), 0), hours.get((on - WEEK, n), 0)) for n in range(24)),
    )


async def standing(auditor: AsyncConnection, on: date) -> Standing:
    """What stands today, whoever comes."""
    [row] = await rows(auditor, STANDING, {"today": on, "until": on + AHEAD})
    return Standing(**row)


async def alerts(
    auditor: AsyncConnection, names: Names, status: Status, now: datetime
) -> list[Alert]:
    """What waits for somebody; nothing that is at rest."""
    on = day_of(now)
    jobs = (await jobs_board(auditor, now)).jobs
    seen = await signals(auditor, names, on - DAY_BACK, on, on)
    cycles = [
        one for one in await cycles_board(auditor, on)
        if one.state != "settled" and one.last_on < on
    ]  # fmt: skip
    found = [
        Alert("破られた約束", "Broken promises", sum(one.broken for one in status.promises),
              "/status", "/status"),
        Alert("不正の兆候（昨日から）", "Signals since yesterday", len(seen.signals),
              "/console/signals", f"/v1/admin/signals?from={on - DAY_BACK}&to={on}"),
        Alert("失敗した定時処理", "Jobs that failed",
              sum(1 for one in jobs if one.given_up or (one.last and one.last.outcome == "failed")),
              "/console/jobs", "/v1/admin/jobs"),
        Alert("対応待ちの締め", "Cycles that wait", len(cycles), "/console/cycles",
              "/v1/settlement/cycles"),
    ]  # fmt: skip
    for row in await rows(auditor, BREAKS, {"today": on}):
        age, en = AGES[row["age"]]
        found.append(
            Alert(f"未解決の差異（{age}）", f"Breaks open {en}", row["breaks"],
                  "/console/breaks", "/v1/settlement/breaks")
        )  # fmt: skip
    for row in await rows(auditor, WARNED, {}):
        ja, en = LEVELS[row["level"]]
        found.append(Alert(ja, en, row["tenants"], "/console/exposure", "/v1/admin/exposure"))
    return [one for one in found if one.count]


AGES = {"week": ("7日以内", "up to 7 days"), "month": ("8〜30日", "8 to 30 days"),
        "older": ("31日以上", "over 30 days")}  # fmt: skip
LEVELS = {"warned": ("与信の警告", "Exposure warned"),
          "refused": ("与信超過で付与停止", "Stopped over its cap")}  # fmt: skip

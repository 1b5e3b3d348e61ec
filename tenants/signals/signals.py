"""不正の兆候: what somebody should look at, and behind each signal the entries that make it.

A signal accuses nobody: it says which pattern was seen, where, how often, and shows its entries
(domain 6.6, features 3 item 11). Thresholds stand in the statements.
"""

from datetime import date

from msgspec import Struct
from psycopg import AsyncConnection

from federation.opaque import Names
from federation.reading import rows
from federation.refusals import Validation
from federation.sql import statement

MOST_DAYS = 31
SHOWN = 50
OPERATOR_ID = 1

# By the name of its statement: what it is called.
PATTERNS = {
    "often": (
        "同じレジで一日に6回以上の付与",
        "one member, six sales at one till in a day",
    ),
    "large": ("一回で大きな付与", "one very large grant"),
    "far": ("5分以内に離れた施設で利用", "two facilities within five minutes"),
    "held": ("利用か付与の速さで止めたポイント", "points kept since they moved too fast"),
    "undone": ("取消・返品の繰り返し", "sales undone again and again"),
    "carried": ("返品より先に使われたポイント", "points spent before the goods came back"),
    "untotalled": ("日計のない付与", "sales without daily totals"),
    "one_cashier": ("いつも同じ担当者の付与", "a member of one cashier alone"),
    "adjusted": ("一日に10件以上の調整", "many adjustments by one hand"),
    "new_cards": ("一つのレジで続く新しいカード", "many new cards at one till"),
}
STATEMENTS = {name: statement(__file__, name) for name in PATTERNS}


class Signal(Struct, frozen=True):
    """One pattern that was seen: where, the last business date of it, how often, whole points, and
    the newest of its entries by name; `member` where it is about one."""

    pattern: str
    ja: str
    en: str
    tenant: str
    shop: str
    till: str
    business_date: date
    member: str | None
    times: int
    points: int
    entries: tuple[str, ...]


class Signals(Struct, frozen=True):
    """Every signal of some business dates, by pattern, the most points first."""

    first_on: date
    last_on: date
    signals: tuple[Signal, ...]


PLACES = statement(__file__, "places")


async def signals(
    auditor: AsyncConnection, names: Names, first_on: date, last_on: date, today: date
) -> Signals:
    """What is seen in some days, a month at most."""
    if not 0 <= (last_on - first_on).days < MOST_DAYS:
        raise Validation(pointer="/from")
    asked = {"first_on": first_on, "last_on": last_on, "today": today}
    places = {row.pop("shop_id"): row for row in await rows(auditor, PLACES, {})}
    found = []
    for pattern, (ja, en) in PATTERNS.items():
        seen = await rows(auditor, STATEMENTS[pattern], asked)
        for row in sorted(seen, key=lambda one: -one["points"]):
            member_id = row["member_id"]
            found.append(
                Signal(
                    pattern,
                    ja,
                    en,
                    **places[row["shop_id"]],
                    till=row["till"],
                    business_date=row["business_date"],
                    member=None
                    if member_id is None
                    else names.seal("member", OPERATOR_ID, member_id),
                    times=row["times"],
                    points=row["points"],
                    entries=tuple(names.seal("entry", *entry) for entry in row["entries"][-SHOWN:]),
                )
            )
    return Signals(first_on, last_on, tuple(found))

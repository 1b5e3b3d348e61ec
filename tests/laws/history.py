"""An auditor who trusts nobody: it reads the database and what the tills were told, replays the
journal from its first number on, and compares. No code of the hub is used here."""

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.laws.packed import body_of

JOURNAL = """
SELECT journal.number, journal.hash, journal.chain, entries.member_id, entries.entry_id, kind,
    shop_id, slip, points, of_entry_id
FROM federation.journal FULL JOIN federation.entries USING (member_id, entry_id, booked_at)
ORDER BY journal.number
"""
SLIPS = "SELECT shop_id, slip, status, body, packed FROM federation.answers"
HOLDS = "SELECT entry_id, points FROM federation.holds"
DRAWS = """
SELECT entry_id, coalesce(sum(points) FILTER (WHERE points > 0), 0)::bigint,
    coalesce(-sum(points) FILTER (WHERE points < 0), 0)::bigint
FROM federation.draws GROUP BY entry_id
"""
LOTS = """
SELECT lots.member_id, sum(lots.points_left)::bigint,
    sum(lots.points - coalesce(drawn.points, 0))::bigint
FROM federation.lots
LEFT JOIN (
    SELECT member_id, lot_entry_id, lot_part, sum(points) AS points
    FROM federation.draws GROUP BY 1, 2, 3
) AS drawn ON drawn.member_id = lots.member_id
    AND drawn.lot_entry_id = lots.entry_id AND drawn.lot_part = lots.part
GROUP BY lots.member_id
"""
WALLETS = "SELECT member_id, points, points_held, points_owed FROM federation.wallets"
Key = tuple[int, str]


@dataclass(frozen=True)
class Acknowledged:
    """What a till of a shop asked, and what it was told."""

    shop_id: int
    call: str
    body: dict[str, Any]
    status: int
    content: bytes

    @property
    def key(self) -> Key:
        return self.shop_id, self.body["slip"]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.content)
        return found


@dataclass
class Standing:
    """What the journal comes to right after a slip: the member's points, and those held."""

    member_id: int
    points: int
    held: int


class Replay:
    """The journal in its order."""

    def __init__(self, conn: psycopg.Connection) -> None:
        self.holds = dict(conn.execute(HOLDS).fetchall())
        self.moved: Counter[Key] = Counter()
        self.entries: defaultdict[Key, list[int]] = defaultdict(list)
        self.after: dict[Key, Standing] = {}
        self.points: Counter[int] = Counter()
        self.held: Counter[int] = Counter()
        chain, opened = bytes(32), dict[int, int]()
        for expected, row in enumerate(conn.execute(JOURNAL), 1):
            number, digest, link, member_id, entry_id, kind, shop_id, slip, points, of = row
            assert number == expected, "a number for each entry, an entry for each number"
            chain = hashlib.sha256(chain + digest).digest()
            assert link in (None, chain), "each link holds all before it"
            self.points[member_id] += points
            assert self.points[member_id] >= 0, "nobody was ever below nothing"
            if kind == "hold":
                opened[entry_id] = self.holds[entry_id]
                self.held[member_id] += self.holds[entry_id]
            elif kind in ("redemption", "release", "reversal") and of in opened:
                self.held[member_id] -= opened.pop(of)
            assert 0 <= self.held[member_id] <= self.points[member_id]
            if slip is not None:
                key = shop_id, slip
                self.moved[key] += points
                self.entries[key].append(entry_id)
                self.after[key] = Standing(member_id, self.points[member_id], self.held[member_id])


def audit(database: str, acknowledged: list[Acknowledged]) -> dict[str, int]:
    """Hold every answer against the books; how much of what was there."""
    with psycopg.connect(database) as conn:
        replay = Replay(conn)
        stored = {(shop, slip): rest for shop, slip, *rest in conn.execute(SLIPS)}
        drawn = {entry: (out, back) for entry, out, back in conn.execute(DRAWS)}
        for one in acknowledged:
            status, *kept = stored.pop(one.key)
            assert (status, body_of(*kept)) == (one.status, one.content), one
            if one.status == 201:
                held_against(one, replay, drawn)
            else:
                assert one.key not in replay.after, f"refused, and yet booked: {one}"
        assert stored == {}, "nothing is in the books that no till was told"
        assert {one.key for one in acknowledged if one.status == 201} == replay.after.keys()
        ends_as_replayed(conn, replay)
    kinds = Counter(one.call if one.status == 201 else "refused" for one in acknowledged)
    return {**kinds, "entries": sum(map(len, replay.entries.values()))}


def held_against(one: Acknowledged, replay: Replay, drawn: dict[int, tuple[int, int]]) -> None:
    """An answer says what its own entries did, and the balance that stood right after them."""
    told, after = one.told, replay.after[one.key]
    assert replay.moved[one.key] == moved_by(one.call, told), one
    assert (told["balance"]["points"], told["balance"]["held"]) == (after.points, after.held), one
    entries = replay.entries[one.key]
    assert len(entries) == len(set(entries)) == entries_of(one.call, told), one
    if "redeemed_points" in told:
        out = sum(drawn.get(entry, (0, 0))[0] for entry in entries)
        assert out == told["redeemed_points"] == sum(lot["points"] for lot in told["lots"]), one
    if one.call == "returns":
        back = sum(drawn.get(entry, (0, 0))[1] for entry in entries)
        assert back == told["restored_points"] == sum(lot["points"] for lot in told["lots"]), one


def moved_by(call: str, told: dict[str, Any]) -> int:
    """What an answer says it did to the wallet."""
    match call:
        case "holds" | "releases":
            return 0
        case "returns":
            return int(told["restored_points"] - told["taken_back_points"])
        case "reversals":
            return int(told["reversed"]["redeemed_points"] - told["reversed"]["points"])
        case _:
            return int(told.get("points", 0) - told.get("redeemed_points", 0))


def entries_of(call: str, told: dict[str, Any]) -> int:
    """How many entries an answer speaks of."""
    return 1 + ("redemption_entry" in told) + ("restore_entry" in told)


def ends_as_replayed(conn: psycopg.Connection, replay: Replay) -> None:
    """Wallets and lots stand where the journal ends."""
    lots = {member: (left, told) for member, left, told in conn.execute(LOTS)}
    for member_id, points, held, owed in conn.execute(WALLETS):
        assert (points, held) == (replay.points[member_id], replay.held[member_id])
        assert lots.get(member_id, (0, 0)) == (points, points)
        assert owed == 0, "a shortage is kept from the refund where nothing else was agreed"

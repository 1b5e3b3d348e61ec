"""The storm's auditor: reads the database and the fleet's record, and nothing of the hub's code.

`python -m tests.storm.audit DATABASE RECORD` prints one JSON object. A slip is lost where the till
was told that it is booked and the books do not have it so; doubled where they have it twice."""

import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.laws.history import DRAWS, Key, Replay, entries_of, moved_by
from tests.laws.packed import body_of
from tests.storm.laws import LAWS

SHOWN = 12
ANSWERS = "SELECT shop_id, slip, status, body, packed FROM federation.answers"
ANSWER = "SELECT body, packed FROM federation.answers WHERE shop_id = %s AND slip = %s"
OURS = "deploy", "auth", "settlement", "tenants", "federation"
PIECES = "SELECT body FROM settlement.pieces WHERE cycle_id = %s ORDER BY piece"
FORGOTTEN = (400, 404, 422)  # a refusal that the books do not keep


@dataclass
class Sent:
    """One slip of the record."""

    key: Key
    call: str
    of: Key | None
    outcomes: set[tuple[int, bytes]] = field(default_factory=set)
    told: int = 0


@dataclass
class Verdict:
    """What the audit found."""

    acknowledged: int = 0
    unknown: int = 0
    answers: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    broken: dict[str, list[str]] = field(default_factory=dict)

    def breaks(self, law: str, what: object) -> None:
        self.broken.setdefault(law, []).append(str(what)[:400])


class Audit:
    """The record against the books."""

    def __init__(self, conn: psycopg.Connection, record: Path) -> None:
        self.conn = conn
        self.record = record
        self.verdict = Verdict()
        self.sent: dict[int, Sent] = {}
        self.seals: dict[int, set[str]] = {}
        self.replay: Replay | None = None
        self.stored: dict[Key, tuple[int, bytes]] = {}

    def run(self) -> Verdict:
        """Everything, in the order in which one thing stands on another."""
        self._laws()
        self._stored()
        try:
            self.replay = Replay(self.conn)
        except AssertionError as broken:
            self.verdict.breaks("the journal is whole and nobody below nothing", broken)
        self.drawn = {entry: (out, back) for entry, out, back in self.conn.execute(DRAWS)}
        for line in self._lines():
            self._read(line)
        self._once()
        self._sealed()
        return self.verdict

    def _lines(self) -> Iterator[dict[str, Any]]:
        with self.record.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)

    def _laws(self) -> None:
        """Laws that the database alone can tell; each row is a breach."""
        for law, query in LAWS.items():
            for row in self.conn.execute(query.encode()).fetchmany(SHOWN):
                self.verdict.breaks(law, row)

    def _stored(self) -> None:
        """Every answer that the books keep; by its key alone a slip could stand there twice."""
        for shop_id, slip, status, *kept in self.conn.execute(ANSWERS):
            key = shop_id, slip
            if key in self.stored:
                self.verdict.doubled.append(f"answered twice: {key}")
            self.stored[key] = status, digest(body_of(*kept))

    def _read(self, line: dict[str, Any]) -> None:
        """One line of the record, as it comes."""
        match line["is"]:
            case "unknown":
                key = line["shop_id"], line["body"]["slip"]
                of = line["body"].get("of")
                undone = (line["shop_id"], of) if of and line["call"] == "reversals" else None
                self.sent[line["op"]] = Sent(key, line["call"], undone)
            case "ok" | "refused":
                self._told(self.sent[line["op"]], line["status"], line["content"].encode())
            case "read":
                self._looked(self.sent[line["op"]], line["status"], line["content"].encode())
            case "sealed":
                self.seals.setdefault(line["cycle_id"], set()).add(line["sha256"])
            case _:
                pass

    def _told(self, one: Sent, status: int, content: bytes) -> None:
        """An answer: the first of a slip is held against the books, others against the first."""
        verdict, answer = self.verdict, (status, digest(content))
        verdict.answers += 1
        one.told += 1
        if answer in one.outcomes:
            return
        one.outcomes.add(answer)
        if len(one.outcomes) > 1:
            verdict.breaks("a slip is answered in the same bytes for ever", (one.key, content))
        if status in FORGOTTEN:
            if one.key in self.stored or self._after(one.key):
                verdict.doubled.append(f"refused, and yet booked: {one.key} {content!r}")
            return
        if self.stored.get(one.key) != answer:
            verdict.lost.append(f"{one.key}: told {status} {content[:200]!r}, and not kept so")
        elif status == 201:
            self._held_against(one, json.loads(content))
        elif self._after(one.key):
            verdict.doubled.append(f"refused, and yet booked: {one.key} {content!r}")

    def _looked(self, one: Sent, status: int, content: bytes) -> None:
        """A look-up says what was said."""
        if status not in FORGOTTEN and self.stored.get(one.key) != (status, digest(content)):
            self.verdict.breaks("a look-up shows the stored answer", (one.key, content))
        elif status in FORGOTTEN and one.key in self.stored:
            self.verdict.lost.append(f"{one.key} was acknowledged and not found: {content!r}")

    def _after(self, key: Key) -> bool:
        return self.replay is not None and key in self.replay.after

    def _held_against(self, one: Sent, told: dict[str, Any]) -> None:
        """An answer says what its own entries did, and the balance right after them: so the answers
        of a member form one serial order, the journal's."""
        replay, verdict = self.replay, self.verdict
        if replay is None:
            return
        entries = replay.entries.get(one.key, [])
        if one.call == "reversals" and told["reversed"] is None:
            if entries or self._after(one.of or one.key):
                verdict.doubled.append(f"cancelled unseen, and yet booked: {one.key} {one.of}")
            return
        wanted = 2 if one.call == "reversals" and "redemption_entry" in told else None
        wanted = wanted or entries_of(one.call, told)
        if len(entries) < wanted:
            verdict.lost.append(f"{one.key}: {len(entries)} entries for {told}")
            return
        if len(entries) > wanted:
            verdict.doubled.append(f"{one.key}: {len(entries)} entries for {told}")
            return
        after = replay.after[one.key]
        if replay.moved[one.key] != moved_by(one.call, told):
            verdict.breaks("an answer says what its entries moved", (one.key, told))
        if (told["balance"]["points"], told["balance"]["held"]) != (after.points, after.held):
            verdict.breaks("a member's answers form one serial order", (one.key, told, after))
        if "redeemed_points" in told:
            out = sum(self.drawn.get(entry, (0, 0))[0] for entry in entries)
            if not out == told["redeemed_points"] == sum(lot["points"] for lot in told["lots"]):
                verdict.breaks("every point spent comes from a lot", (one.key, told, out))

    def _once(self) -> None:
        """Nothing is in the books that nobody asked for; what nobody heard of is there once, whole,
        or not at all."""
        verdict, by_key = self.verdict, {one.key: one for one in self.sent.values()}
        if len(by_key) != len(self.sent):
            verdict.breaks("the fleet gives each slip its own number", len(self.sent))
        cancelled = {one.of for one in self.sent.values() if one.of is not None}
        for key in self.stored.keys() - by_key.keys() - cancelled:
            verdict.breaks("nothing is booked that nobody asked for", key)
        for key, entries in (self.replay.entries if self.replay else {}).items():
            if key not in self.stored:
                verdict.breaks("an entry of a till has its slip", key)
            if len(entries) > 2 or len(entries) != len(set(entries)):
                verdict.doubled.append(f"{key}: entries {entries}")
        for one in self.sent.values():
            verdict.acknowledged += one.told > 0
            verdict.unknown += one.told == 0
            if one.told == 0 and self.stored.get(one.key, (0, b""))[0] == 201:
                [kept] = self.conn.execute(ANSWER, one.key).fetchall()
                self._held_against(one, json.loads(body_of(*kept)))

    def _sealed(self) -> None:
        """A sealed cycle is what it was when it was sealed: as handed out then, now, and kept."""
        for cycle_id, digests in self.seals.items():
            kept = hashlib.sha256()
            for (body,) in self.conn.execute(PIECES, (cycle_id,)):
                kept.update(body)
            if digests != {kept.hexdigest()}:
                self.verdict.breaks("a sealed cycle is unchanged", (cycle_id, digests))


def digest(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def audited(database: str, record: Path) -> dict[str, Any]:
    """The verdict, as one object."""
    with psycopg.connect(database) as conn:
        verdict = Audit(conn, record).run()
    laws = [*LAWS, "the journal is whole and nobody below nothing"]
    laws += ["a slip is answered in the same bytes for ever", "a look-up shows the stored answer"]
    laws += ["an answer says what its entries moved", "a member's answers form one serial order"]
    laws += ["every point spent comes from a lot", "nothing is booked that nobody asked for"]
    laws += ["an entry of a till has its slip", "a sealed cycle is unchanged"]
    ours = Counter(name.partition(".")[0] for name in sys.modules)
    if found := [name for name in OURS if ours[name]]:
        verdict.breaks("the audit knows none of the hub's code", found)
    return {
        "acknowledged": verdict.acknowledged,
        "unknown": verdict.unknown,
        "answers": verdict.answers,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "invariants": {law: law not in verdict.broken for law in [*laws, *verdict.broken]},
        "traces": [*verdict.lost[:SHOWN], *verdict.doubled[:SHOWN]]
        + [f"{law}: {one}" for law, found in verdict.broken.items() for one in found[:SHOWN]],
    }


if __name__ == "__main__":
    print(json.dumps(audited(sys.argv[1], Path(sys.argv[2])), ensure_ascii=False))  # noqa: T201

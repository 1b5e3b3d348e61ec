"""What is judged of a file's lines before the books are asked: form, till, signature, chain, caps.

Lines are judged once, in the order in which they came, and what was found is kept: a process that
dies in between leaves nothing to be judged anew.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from msgspec import Meta, Struct
from psycopg import AsyncConnection

from federation import days
from federation.reading import rows
from federation.refusals import Refusal
from federation.slips import Asked
from federation.sql import statement
from tenants import offline_lines
from tenants.callers import Caller
from tenants.mall import Mall
from tenants.offline_lines import FIRST_PREV, KINDS, PublicJwk, Signed
from tenants.refusals import BadSignature, BrokenChain, SeqReused
from tenants.terms import Till, in_force

TAKE = statement(__file__, "take_lines")
KEYS = statement(__file__, "till_keys")
NEAR = statement(__file__, "chain_near")
ADD_TO_CHAIN = statement(__file__, "add_to_chain")
TERMS = statement(__file__, "offline_terms")
SPENT = statement(__file__, "offline_spent")
ANSWERED = statement(__file__, "answered_slips")
JUDGE = statement(__file__, "judge_lines")
AT_A_BREATH = 16
Instant = Annotated[datetime, Meta(tz=True)]


class Line(Struct):
    """A line on its way: what came, and what was found out about it."""

    number: int
    batch_id: str
    line: int
    content: bytes
    state: str
    known_before: bool
    over_limit: bool
    spends_points: int
    prev_ok: bool | None
    gap_from: int | None
    gap_to: int | None
    client_id: str
    tills: list[str] | None
    received_at: datetime
    signed: Signed | None = None
    asked: Asked | None = None
    till: Till | None = None
    signature_ok: bool | None = None
    refused: Refusal | None = None

    @property
    def received_on(self) -> date:
        """The day from which its window is counted."""
        return days.day_of(self.received_at)

    @property
    def slip_key(self) -> tuple[int, str]:
        assert self.till is not None
        assert self.asked is not None
        return self.till.shop_id, self.asked.slip


class OfflineTerms(Struct, frozen=True):
    """What a tenant accepts from a business date on."""

    from_on: date
    per_line_points: int
    per_till_day_points: int


class Key(Struct, frozen=True):
    """A till's key, and until when it signed."""

    till: str
    key: EllipticCurvePublicKey
    retired_at: datetime | None


class Link(Struct, frozen=True):
    """One place in a chain."""

    sha256: bytes
    prev: bytes


class Chain:
    """The chains of some keys, around the places that are asked about."""

    def __init__(self, links: dict[tuple[str, int], Link]) -> None:
        self._links = links
        self._below: dict[str, list[int]] = {}
        for kid, seq in links:
            self._below.setdefault(kid, []).append(seq)
        self.fresh: dict[tuple[str, int], Link] = {}

    def follow(self, line: Line, signed: Signed) -> None:
        """Put a line in its place, whatever order files come in: it must follow from the line
        before it, where that has come, and lead to the next; what is missing between is shown."""
        said = signed.envelope
        own = Link(signed.sha256, bytes.fromhex(said.prev))
        known = self._links.get((said.kid, said.seq))
        if known is not None and known != own:
            raise SeqReused
        before = self._links.get((said.kid, said.seq - 1))
        if said.seq == 1:
            line.prev_ok = said.prev == FIRST_PREV
        elif before is not None:
            line.prev_ok = before.sha256 == own.prev
        after = self._links.get((said.kid, said.seq + 1))
        if line.prev_ok is False or (after is not None and after.prev != own.sha256):
            raise BrokenChain
        if line.prev_ok is None:
            last = max((seq for seq in self._below.get(said.kid, ()) if seq < said.seq), default=0)
            line.gap_from, line.gap_to = last + 1, said.seq - 1
        if known is None:
            self._links[said.kid, said.seq] = self.fresh[said.kid, said.seq] = own
            self._below.setdefault(said.kid, []).append(said.seq)


async def take(conn: AsyncConnection, tenant_id: int, now: datetime, most: int) -> list[Line]:
    """The next lines of a tenant that can be decided."""
    oldest = days.day_of(now) - days.OFFLINE_DAYS
    found = await rows(conn, TAKE, {"tenant_id": tenant_id, "oldest": oldest, "most": most})
    return [Line(**row) for row in found]


async def judge(
    conn: AsyncConnection,
    tenant_id: int,
    lines: Sequence[Line],
    mall: Mall,
    vouched: dict[str, int],
) -> None:
    """Judge lines in their order and keep what was found, in one transaction of the caller's.
    `vouched`: the doors' counter at which each client was known to be active."""
    read: list[Line] = []
    for count, line in enumerate(lines):
        if count % AT_A_BREATH == 0:
            await asyncio.sleep(0)  # tills are served in between
        try:
            line.signed = offline_lines.read(line.content)
            line.till = await mall.till(
                _bearer(tenant_id, line, vouched), line.signed.envelope.till
            )
            if line.state != "received":
                line.signature_ok, line.asked = True, offline_lines.asked(line.signed)
            read.append(line)
        except Refusal as refused:
            line.refused = refused
    fresh = [line for line in read if line.state == "received"]
    await _link(conn, tenant_id, fresh)
    sound = [line for line in read if line.asked is not None and line.refused is None]
    again = [line for line in sound if line.state != "judged"]
    await _recall(conn, again)
    await _count(conn, tenant_id, [line for line in sound if line.state == "received"])
    if again:
        judged = msgspec.json.encode([_judged(line) for line in again]).decode()
        await conn.execute(JUDGE, {"judged": judged})


def _bearer(tenant_id: int, line: Line, vouched: dict[str, int]) -> Caller:
    """Who brought the file; of one that is no longer active the desk asks for itself."""
    tills = None if line.tills is None else frozenset(line.tills)
    seen = vouched.get(line.client_id, -1)
    return Caller(line.client_id, tenant_id, frozenset(), tills, wide=False, vouched=seen)


async def _link(conn: AsyncConnection, tenant_id: int, lines: Sequence[Line]) -> None:
    """Signature, then chain, then the request itself: a line that its till signed counts in the
    chain, whatever it asks."""
    places = [(line.signed.envelope.kid, line.signed.envelope.seq) for line in lines if line.signed]
    if not places:
        return
    kids = [kid for kid, _ in places]
    keys = await _keys(conn, tenant_id, kids)
    asked = {"tenant_id": tenant_id, "kids": kids, "seqs": [seq for _, seq in places]}
    near = await rows(conn, NEAR, asked)
    chain = Chain({(row["kid"], row["seq"]): Link(row["sha256"], row["prev"]) for row in near})
    for count, line in enumerate(lines):
        if count % AT_A_BREATH == 0:
            await asyncio.sleep(0)
        assert line.signed is not None
        try:
            _check(line, line.signed, keys)
            chain.follow(line, line.signed)
            line.asked = offline_lines.asked(line.signed)
        except Refusal as refused:
            line.refused = refused
    if chain.fresh:
        added = {
            "kids": [kid for kid, _ in chain.fresh],
            "seqs": [seq for _, seq in chain.fresh],
            "sha256s": [link.sha256 for link in chain.fresh.values()],
            "prevs": [link.prev for link in chain.fresh.values()],
        }
        await conn.execute(ADD_TO_CHAIN, {"tenant_id": tenant_id, **added})


async def _keys(conn: AsyncConnection, tenant_id: int, kids: Sequence[str]) -> dict[str, Key]:
    asked = {"tenant_id": tenant_id, "kids": sorted(set(kids))}
    return {
        row["kid"]: Key(
            row["till"],
            offline_lines.public_key(msgspec.convert(row["jwk"], PublicJwk)),
            row["retired_at"],
        )
        for row in await rows(conn, KEYS, asked)
    }


def _check(line: Line, signed: Signed, keys: dict[str, Key]) -> None:
    """Signed with the key of the very till it speaks for; with a retired one only what was booked
    before it retired."""
    line.signature_ok = False
    key = keys.get(signed.envelope.kid)
    if key is None or key.till != signed.envelope.till:
        raise BadSignature
    offline_lines.check(signed, key.key)
    if key.retired_at is not None and _at(signed) >= key.retired_at:
        raise BadSignature
    line.signature_ok = True


def _at(signed: Signed) -> datetime:
    """When a line says it was booked; one that does not say is not believed."""
    try:
        return msgspec.convert(signed.fields.get("at"), Instant)
    except msgspec.ValidationError:
        raise BadSignature from None


async def _recall(conn: AsyncConnection, lines: Sequence[Line]) -> None:
    """Which slips had an answer before: what the desk answers them is a repeat."""
    keys = [line.slip_key for line in lines]
    if not keys:
        return
    known = await answered(conn, keys)
    for line, key in zip(lines, keys, strict=True):
        line.known_before = key in known
        known.add(key)


async def answered(conn: AsyncConnection, keys: Sequence[tuple[int, str]]) -> set[tuple[int, str]]:
    """Which of these slips have an answer in the books."""
    asked = {"shops": [shop for shop, _ in keys], "slips": [slip for _, slip in keys]}
    return {(row["shop_id"], row["slip"]) for row in await rows(conn, ANSWERED, asked)}


async def _count(conn: AsyncConnection, tenant_id: int, lines: Sequence[Line]) -> None:
    """Points that were taken offline: within what the tenant accepted, or over the limit."""
    spending = [line for line in lines if not line.known_before and points_of(line)]
    if not spending:
        return
    terms = [OfflineTerms(**row) for row in await rows(conn, TERMS, {"tenant_id": tenant_id})]
    places = {(line.asked.till, line.asked.business_date) for line in spending if line.asked}
    asked = {"tills": [till for till, _ in places], "days": [day for _, day in places]}
    taken = await rows(conn, SPENT, {"tenant_id": tenant_id, **asked})
    spent = {(row["till"], row["business_date"]): row["points"] for row in taken}
    for line in spending:
        assert line.asked is not None
        points, place = points_of(line), (line.asked.till, line.asked.business_date)
        held = [one for one in terms if one.from_on <= line.asked.business_date]
        limit = in_force(held, line.asked.business_date) if held else None
        so_far = spent.get(place, 0)
        if (
            limit is None
            or points > limit.per_line_points
            or so_far + points > limit.per_till_day_points
        ):
            line.over_limit = True
        else:
            line.spends_points = points
            spent[place] = so_far + points


def points_of(line: Line) -> int:
    """How many points a line spends at its tenant's risk."""
    assert line.signed is not None
    return KINDS[line.signed.envelope.kind].points(line.asked)


def _judged(line: Line) -> dict[str, Any]:
    """A line in the columns that `judge_lines.sql` names."""
    assert line.signed is not None
    assert line.asked is not None
    assert line.till is not None
    said = line.signed.envelope
    return {
        "number": line.number,
        "kind": said.kind,
        "seq": said.seq,
        "slip": said.slip,
        "till": said.till,
        "shop_id": line.till.shop_id,
        "carrier": line.asked.carrier,
        "of_slip": line.asked.original,
        "business_date": line.asked.business_date,
        "known_before": line.known_before,
        "over_limit": line.over_limit,
        "spends_points": line.spends_points,
        "prev_ok": line.prev_ok,
        "gap_from": line.gap_from,
        "gap_to": line.gap_to,
    }

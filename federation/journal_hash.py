"""記帳のハッシュ: what an entry is and all that it moved, as bytes that are the same for ever.

Canonical JSON: keys sorted, no white space, what is not there left out, whole numbers and texts
only; instants in UTC to the microsecond, days as dates, a yes as 1. The hash is SHA-256 over one
byte that names the format and these bytes; the chain is SHA-256 over the chain before and the hash,
beginning with 32 zero bytes. A column that comes later is hashed by a format of its own, so that
what was sealed before stays what it was.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec
from msgspec import Struct

FORMAT = 1
BEGINNING = bytes(32)


class Entry(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The entry itself."""

    member_id: int
    entry_id: int
    kind: str
    tenant_id: int
    shop_id: int
    till: str
    points: int
    at: str
    business_date: str
    cycle_id: int
    booked_at: str
    offline: int
    staff: str | None = None
    slip: str | None = None
    paid_yen: int | None = None
    excluded_yen: int | None = None
    receipt_till: str | None = None
    receipt_no: str | None = None
    lines: object = None
    of_entry_id: int | None = None
    reason: str | None = None
    rank: str | None = None
    returned_yen: int | None = None
    slides_to: str | None = None


class Lot(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of what it granted; what is left of it changes, and is not hashed."""

    part: int
    points: int
    shop_id: int
    funder_id: int
    scheme_id: int
    limited: int
    rule: str
    usable_from: str
    expires_on: str | None = None
    facility_id: int | None = None
    from_member_id: int | None = None
    from_entry_id: int | None = None
    from_part: int | None = None


class Draw(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Points that it took from a lot, or gave back."""

    lot_entry_id: int
    lot_part: int
    n: int
    kind: str
    points: int
    tenant_id: int
    shop_id: int
    funder_id: int
    scheme_id: int
    rule: str
    business_date: str
    cycle_id: int
    for_funder_id: int | None = None
    for_rule: str | None = None


class Held(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Points of one lot that a hold keeps."""

    lot_entry_id: int
    lot_part: int
    points: int


class Hold(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The hold that it made; how it ends is told by a later entry."""

    tenant_id: int
    shop_id: int
    business_date: str
    points: int
    made_at: str
    expires_at: str


class Shortage(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a return could not take back; what was paid of it since changes, and is not hashed."""

    part: int
    tenant_id: int
    shop_id: int
    funder_id: int
    rule: str
    scheme_id: int
    met: str
    points: int
    cycle_id: int
    booked_at: str


class Moved(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """One entry with all that it moved."""

    entry: Entry
    lots: tuple[Lot, ...] | None = None
    draws: tuple[Draw, ...] | None = None
    hold: Hold | None = None
    held: tuple[Held, ...] | None = None
    shortages: tuple[Shortage, ...] | None = None


_decode = msgspec.json.Decoder(Moved, strict=True).decode
_encode = msgspec.json.Encoder(order="sorted").encode


def canonical(told: str) -> bytes:
    """The one way to write an entry, from what `journal_moved.sql` tells of it."""
    return _encode(_decode(told))


def hashed(told: str) -> bytes:
    """The hash of an entry and all that it moved."""
    return sha256(bytes([FORMAT]) + canonical(told)).digest()


def link(chain: bytes, entry_hash: bytes) -> bytes:
    """The chain with one entry more."""
    return sha256(chain + entry_hash).digest()


def chained(chain: bytes, hashes: Iterable[bytes]) -> bytes:
    """The chain with these hashes more."""
    for one in hashes:
        chain = link(chain, one)
    return chain

"""何を記録するか: which requests leave a row in the audit trail, and what stands in it. Pure.

The scope that a route's door asks for decides, so that a new route is noted before anybody thinks
of it: whatever is not read, unless all that is asked for is a till's; whatever shows a person. What
tills book stands in the books themselves, with client, till and staff.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from auth.clients import CLIENT_ID
from auth.gate import ANYONE, NOBODY
from auth.scopes import SCOPES, TILL

Noted = Literal["write", "look"]
READS = frozenset({"GET", "HEAD", "OPTIONS"})
TILLS = frozenset(name for name, scope in SCOPES.items() if TILL in scope.audiences)
LOOKUP = "members:lookup"
PERSONAL = frozenset({"members:read", "members:glance", LOOKUP, "audit:read", "audit:people"})
LOOKS = frozenset(name for name in SCOPES if name.endswith((":read", ":read-all", ":lookup")))
MOST = 200  # letters of a reason or a name
LONG = re.compile(r"(?<![0-9A-Za-z])[0-9]{10,}(?![0-9A-Za-z])")  # a card or a phone, out of place
KINDS = {
    "handle": "member",
    "member": "member",
    "source": "member",
    "cycle_id": "cycle",
    "proposal": "proposal",
    "dispute": "dispute",
    "file": "import",
    "party": "party",
    "of": "slip",
    "client_id": "client",
    "phone": "phone",
    "till": "till",
    "tenant": "party",
}
UNTOLD = frozenset({"phone"})  # that it was asked for is noted, and never what it was


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a row of the trail says, kept and read alike. `status` is missing where it was only
    begun; `proved` is false where somebody only said who it was."""

    at: datetime
    request: str
    actor: str
    proved: bool
    address: str
    verb: str
    needs: str
    person_id: str | None = None
    status: int | None = None
    kind: str | None = None
    object: str | None = None
    reason: str | None = None
    slip: str | None = None
    amount_yen: int | None = None
    party: str | None = None
    cycle: str | None = None


class Act(Told, frozen=True, kw_only=True):
    """A row as it is kept: of a tenant by its number."""

    tenant_id: int | None = None


class Claims(Struct, frozen=True):
    """Whose a token says it is."""

    client_id: str
    tenant: str = ""
    aud: str = ""


def noted(method: str, needs: str) -> Noted | None:
    """Whether a route leaves a row: before it is done, or only when it is answered."""
    if needs in (NOBODY, ""):
        return None
    if needs == ANYONE:
        return None if method in READS else "look"
    scopes = frozenset(needs.split())
    if method in READS or TILLS.issuperset(scopes):
        return "look" if scopes & PERSONAL else None
    return "look" if LOOKS.issuperset(scopes) else "write"


def worth(needs: str, told: Mapping[str, Any]) -> bool:
    """Whether what was asked is noted after all: a card that is scanned at a till is not."""
    return needs != LOOKUP or "phone" in told


def about(*told: Mapping[str, Any]) -> dict[str, Any]:
    """What a request was about, of its path, its query and its body: fields that were thought of
    beforehand, and never what a person is called or can be reached by."""
    fields = {name: value for one in reversed(told) for name, value in one.items()}
    found: dict[str, Any] = {}
    for name, kind in KINDS.items():
        if fields.get(name) is not None:
            found |= {"kind": kind, "object": None if name in UNTOLD else _short(fields[name])}
            break
    found["reason"] = _short(fields.get("reason"))
    found["slip"] = _short(fields.get("slip"), masked=False)  # the caller's own number
    found["party"] = _short(fields.get("party") or fields.get("funder"))
    found["cycle"] = _short(fields.get("cycle_id") or fields.get("cycle"))
    for name in ("amount_yen", "yen", "points"):
        if type(fields.get(name)) is int:
            found["amount_yen"] = max(min(fields[name], 2**62), -(2**62))
            break
    return {name: value for name, value in found.items() if value is not None}


def _short(value: Any, *, masked: bool = True) -> str | None:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return None
    text = str(value).replace("\0", "")
    text = LONG.sub("…", text) if masked else text
    return text[:MOST].encode("utf-8", "replace").decode() or None


def claims(authorization: str | None) -> Claims | None:
    """Whose a token says it is, unproved; None where it names no client as ours are named."""
    _, _, token = (authorization or "").partition(" ")
    parts = token.split(".")
    if len(parts) != 3:
        return None
    return claimed(parts[1])


def claimed(payload: str) -> Claims | None:
    """The claims of a token's middle part."""
    try:
        found = msgspec.json.decode(
            base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)), type=Claims, strict=False
        )
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        return None
    return found if CLIENT_ID.fullmatch(found.client_id) else None


def basic(authorization: str | None) -> str | None:
    """The client that Basic credentials name, unproved."""
    scheme, _, told = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name = base64.b64decode(told, validate=True).decode("ascii").partition(":")[0]
    except (binascii.Error, ValueError):
        return None
    return name if CLIENT_ID.fullmatch(name) else None

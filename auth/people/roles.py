"""権限: what each role may do, where it stands, and what proof it asks for. Pure.

A role is a set of scopes. Those at a place (area, facility, shop) may do the same things there, and
see only the shops of their place; those at a tenant see what its back office sees, on pages of its
own; all others stand at headquarters.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

RoleName = Literal[
    "admin", "hq", "area", "facility", "shop", "finance-preparer", "finance-approver", "support",
    "auditor", "tenant", "tenant-finance",
]  # fmt: skip
# The roles that stand somewhere, and the kind of place.
PLACES = {
    "area": "area", "facility": "facility", "shop": "shop", "tenant": "tenant",
    "tenant-finance": "tenant",
}  # fmt: skip


class Role(Struct, frozen=True):
    """A set of scopes, with its name in both languages."""

    ja: str
    en: str
    scopes: frozenset[str]


def _role(ja: str, en: str, *scopes: str) -> Role:
    return Role(ja, en, frozenset(scopes))


AT_A_PLACE = ("points:read", "totals:read", "members:glance", "guide:write")
SEES_ALL = ("points:read", "totals:read", "entries:read-all", "settlement:read", "flows:read",
            "settlement:read-all", "usage:read", "admin:read", "members:glance",
            "members:outline")  # fmt: skip

ROLES: dict[RoleName, Role] = {
    "admin": _role("管理者", "administrator", "people:admin", "admin:read", "audit:people"),
    "hq": _role(
        "本部", "headquarters", *SEES_ALL, "admin:write", "members:read", "campaigns:write",
        "campaigns:review", "audit:read", "questions:answer", "guide:write", "branding:write",
    ),
    "area": _role("エリア", "area", *AT_A_PLACE, "members:outline"),
    "facility": _role("施設", "facility", *AT_A_PLACE, "members:outline", "branding:write"),
    "shop": _role("店舗", "shop", *AT_A_PLACE, "settings:read", "settings:write"),
    "finance-preparer": _role(
        "精算・起案", "finance, prepares",
        "settlement:read", "settlement:read-all", "flows:read", "cycles:close",
        "settlement:prepare", "settlement:send", "settlement:results", "disputes:decide",
        "audit:read",
    ),
    "finance-approver": _role(
        "精算・承認", "finance, approves",
        "settlement:read", "settlement:read-all", "settlement:approve", "audit:read",
    ),
    "support": _role(
        "会員窓口", "support",
        "members:read", "members:glance", "members:outline", "members:write", "members:code",
        "points:read", "points:adjust",
        "entries:read-all", "questions:answer",
    ),
    "auditor": _role("監査", "auditor", *SEES_ALL, "ops:read", "audit:read", "audit:people"),
    "tenant": _role("テナント担当", "tenant", "portal:read", "portal:dispute", "portal:keys"),
    "tenant-finance": _role("テナント経理", "tenant, finance", "portal:read", "portal:dispute"),
}  # fmt: skip
# What nobody does who signed in with less than a passkey.
STRONG = frozenset({"settlement:approve"})
# Who makes people, or makes roles, moves no money; and the other way round.
APART = frozenset({"finance-preparer", "finance-approver"})


def is_placed(role: str) -> bool:
    """Whether a role stands at a place."""
    return role in PLACES


def together(roles: Iterable[str]) -> bool:
    """Whether one person may have all these roles."""
    has = frozenset(roles)
    if "admin" in has and has & APART:
        return False
    return len({PLACES.get(role) == "tenant" for role in has}) <= 1 and (
        len({is_placed(role) for role in has}) <= 1
    )


def one_tenant(given: Iterable[tuple[str, int]]) -> bool:
    """Whether these roles, each with its place, stand at one tenant at most."""
    return len({place_id for role, place_id in given if PLACES.get(role) == "tenant"}) <= 1


def needs_passkey(roles: Iterable[str]) -> bool:
    """Whether one of these roles is not held without a passkey."""
    return any(ROLES[role].scopes & STRONG for role in roles if role in ROLES)


def scopes_of(roles: Iterable[str], factor: str | None) -> frozenset[str]:
    """What a session may do: nothing before its second factor, and what only an approver may, with
    a passkey alone."""
    if factor is None:
        return frozenset()
    found: frozenset[str] = frozenset()
    for role in roles:
        one = ROLES.get(role)  # type: ignore[call-overload]
        found |= frozenset() if one is None else one.scopes
    return found if factor == "passkey" else found - STRONG

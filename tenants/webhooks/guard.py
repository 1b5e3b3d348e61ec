"""宛先の検査: which addresses the hub connects to when a tenant names a URL. Pure.

A name is brought to its one ASCII form before anything is asked of it; every spelling of a number
is refused, for `getaddrinfo` makes addresses of many. Of the addresses that a name leads to all
must be public, and the connection goes to the very address that was checked (security T-10, 2.3).
"""

import ipaddress
import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

import idna
from msgspec import Struct

PORT = 443
LONGEST = 2048
# Scheme, host, port, path and query; no user, no brackets, no fragment, nothing but plain
# characters from the path on. Taken apart here: `urlsplit` passes over tabs and line feeds.
URL = re.compile(
    r"https://(?P<host>[^\x00-\x20\x7f/?#\\@:\[\]%]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[!$-;=?-\[\]_a-z|~]*)?(?:\?[!$-;=?-\[\]_a-z|~]*)?)"
)
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
# Names that never lead out of a house, whoever answers for them.
INSIDE = frozenset(
    {"localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa", "onion"}
)

# What is public of IPv6 (RFC 4291), and what of it is not: protocol assignments with Teredo,
# documentation, 6to4. NAT64, site-local, unique local and mapped addresses lie outside.
PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    ipaddress.IPv6Network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
# The registry of special addresses (RFC 6890 and after); what a Python calls global differs.
NOT_PUBLIC_4 = tuple(
    ipaddress.IPv4Network(one)
    for one in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)


class Destination(Struct, frozen=True):
    """Where a delivery goes: the name, the port, and what is asked for there."""

    host: str
    port: int
    target: str


class Allowance(Struct, frozen=True):
    """A name and port that a demo or test delivers to at this address, whatever it is."""

    host: str
    port: int
    address: str


class NotAllowed(Exception):
    """この宛先には送れません
    Nothing is sent to this destination."""


def destination(url: str, allowances: Iterable[Allowance] = ()) -> Destination:
    """Where a URL leads; `NotAllowed` where it is not https to a public name at port 443, or at a
    name and port that are allowed."""
    parts = URL.fullmatch(url) if len(url) <= LONGEST else None
    if parts is None:
        raise NotAllowed
    host, port = ascii_name(parts["host"]), int(parts["port"] or PORT)
    path = parts["path"]
    public_name = port == PORT and host.rpartition(".")[2] not in INSIDE
    if not public_name and allowed(host, port, allowances) is None:
        raise NotAllowed
    return Destination(host, port, path if path.startswith("/") else f"/{path}")


def ascii_name(host: str) -> str:
    """The one ASCII form of a name; `NotAllowed` for whatever is none, or an address in disguise: a
    single label, or one that ends in a number however it is written."""
    try:
        name = idna.encode(host, uts46=True, std3_rules=True).decode()
    except idna.IDNAError:
        raise NotAllowed from None
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(LABEL.fullmatch(one) for one in labels):
        raise NotAllowed
    if labels[-1][0].isdigit():  # as browsers have it: 127.1 and 1.0x7f end in a number
        raise NotAllowed
    return name


def allowed(host: str, port: int, allowances: Iterable[Allowance]) -> str | None:
    """The address at which a name and port are allowed, if they are."""
    return next((one.address for one in allowances if (one.host, one.port) == (host, port)), None)


def checked(addresses: Iterable[str]) -> list[str]:
    """These addresses in plain form, if every one is public; else, or where there is none,
    `NotAllowed`."""
    found = [public(address) for address in addresses]
    if not found:
        raise NotAllowed
    return found


def public(address: str) -> str:
    """An address in plain form, if it is public."""
    try:
        plain = ipaddress.ip_address(address)
    except ValueError:
        raise NotAllowed from None
    if not is_public(plain):
        raise NotAllowed
    return str(plain)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the public internet, to one machine, by itself. One that wraps
    another (mapped, 6to4, Teredo, NAT64) is refused, whatever it wraps."""
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    if address.scope_id is not None or address not in PUBLIC_6:
        return False
    return not any(address in network for network in NOT_PUBLIC_6)

"""Where answers for members' apps may go: which addresses can be registered, and which is which."""

import re
from urllib.parse import SplitResult, urlsplit

LOOPBACK = ("127.0.0.1", "::1")
LONGEST_REDIRECT = 512


def same_address(wanted: str, known: str, public: bool) -> bool:
    """Equal letter by letter; an app on the member's own machine may name any port (RFC 8252)."""
    if wanted == known:
        return True
    if not public or len(wanted) > LONGEST_REDIRECT:
        return False
    ours = split(known)
    if ours is None or ours.scheme != "http" or ours.hostname not in LOOPBACK:
        return False
    theirs = split(wanted)
    if theirs is None or theirs.port is None or theirs.username is not None:
        return False
    host = f"[{ours.hostname}]" if ours.hostname == "::1" else ours.hostname
    return wanted == ours._replace(netloc=f"{host}:{theirs.port}").geturl()


def split(address: str) -> SplitResult | None:
    """An address in its parts; None where it is none."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def is_redirect(address: str) -> bool:
    """Whether a client may register this: https, its own app's scheme, or http on the member's
    own machine; no fragment, no user, nothing that is not plain ASCII."""
    parts = split(address)
    if (
        parts is None
        or len(address) > LONGEST_REDIRECT
        or re.fullmatch(r"[\x21-\x7e]+", address) is None
        or "#" in address
        or "@" in parts.netloc
        or any(sign in address for sign in "\\\"'<>;,*")
    ):
        return False
    match parts.scheme:
        case "https":
            return bool(parts.hostname)
        case "http":
            return parts.hostname in (*LOOPBACK, "localhost")
        case scheme:
            return "." in scheme and not parts.netloc

"""伝票の指紋: by what a slip that comes again is known to be the same. Pure (contract)."""

import hashlib
from collections.abc import Callable
from datetime import UTC

import msgspec

from federation.refusals import Validation
from federation.slips import Asked

_sorted = msgspec.json.Encoder(order="sorted").encode


def fingerprint(ask: Asked, path: str = "", seal: Callable[[str], str] = str) -> bytes:
    """SHA-256 of the call, the ids in its path and the decoded content: keys sorted, defaults
    omitted, instants in UTC. Key order, white space and the way an instant is written do not count.
    A PIN stands in it sealed, so that nobody finds it by trying ten thousand.
    """
    try:
        content = msgspec.structs.replace(ask, at=ask.at.astimezone(UTC))
    except OverflowError:  # the first or last day of all time, and another one in UTC
        raise Validation(pointer="/at") from None
    if ask.secret is not None:
        content = msgspec.structs.replace(content, pin=seal(ask.secret))
    encoded = _sorted(content)
    return hashlib.sha256(f"{ask.call}\n{path}\n".encode() + encoded).digest()

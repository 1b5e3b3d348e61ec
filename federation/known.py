"""既知の伝票: a slip that was asked before, as it stands in the books. Pure."""

from msgspec import Struct

from federation.packing import told
from federation.refusals import SlipFiledAway


class Known(Struct, frozen=True):
    """A slip that was asked before: what for, and with which bytes it was answered."""

    fingerprint: bytes
    member_id: int | None
    status: int
    body: bytes

    @property
    def cancelled(self) -> bool:
        """Whether it was cancelled before it ever arrived."""
        return not self.fingerprint


def known(
    fingerprint: bytes,
    member_id: int | None,
    status: int | None,
    body: str | None,
    packed: bytes | None,
) -> Known:
    """A slip as it stands in the books; one whose answer left with its month says so."""
    if status is None:
        return Known(fingerprint, member_id, SlipFiledAway.status, SlipFiledAway().body())
    return Known(fingerprint, member_id, status, told(body, packed))

"""押し込みの上限: how often an app that proves nothing may push requests (RFC 9126, 2.3: 429).

Whoever knows an app's name can push in it, and each push is kept for five minutes. So one address
gets little of one app, and cannot use up what the app's members elsewhere need. Each process keeps
these limits alone.
"""

from deploy.limits.buckets import Buckets, Limit

EACH = Limit(1, 60)  # of one app from one address, where a whole network's members may stand
ALL = Limit(50, 1_000)  # of one app


class Pushes:
    """What was pushed lately."""

    def __init__(self) -> None:
        self._buckets = Buckets()

    def take(self, client_id: str, address: str, now: float) -> int:
        """One push: 0, or the seconds to wait; `now` in seconds of a clock that goes forward."""
        wait = self._buckets.take(f"{client_id} {address}", EACH, now)
        return wait or self._buckets.take(client_id, ALL, now)

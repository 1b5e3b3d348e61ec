"""生中継: lines that stay open and tell a page that something moved, so that it loads itself anew.

Each hub says through Redis, at most once a second, that its desk booked something, and at once that
the watch thinks otherwise than before; each hub hears it once and passes it on to the pages that
are open here. Nothing is told but that: what a page shows then, it asks for with its session. The
desk does nothing for it, its commits are counted anyway. Without Redis no line opens, and the page
asks from time to time instead.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from time import monotonic
from typing import Any

import redis
from litestar import Request, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from redis.asyncio import Redis

from auth import bell
from auth.people.reception import session_of
from auth.refusals import InsufficientScope
from deploy.watch import Status
from federation.refusals import Busy

CHANNEL = "meguri:live"
MOVED, STATUS = "moved", "status"
SECOND = 1.0
HEARTBEAT = 15.0  # seconds
MOST_OF_STAFF = 300
MOST_OF_STRANGERS = 200
MOST_FROM_ONE = 12
COME_AGAIN = 30  # seconds
JUST_NOW = 5.0
OPENS_AGAIN = b"retry: 3000\n\n"
STILL_THERE = b": \xe2\x80\xa6\n\n"

log = logging.getLogger("meguri.live")
Standing = Callable[[set[bytes]], Awaitable[set[bytes]]]
Asked = Request[Any, Any, Any]


class Line:
    """One page that listens: of whom (a session's digest, or an address), and what it has not
    been told yet. What comes twice before it was told once is told once."""

    def __init__(self, whose: bytes | str) -> None:
        self.whose = whose
        self.over = False
        self._untold: set[str] = set()
        self._wake = asyncio.Event()

    def tell(self, *words: str) -> None:
        """Something happened."""
        self._untold.update(words)
        self._wake.set()

    def end(self) -> None:
        """Nothing more is told."""
        self.over = True
        self._wake.set()

    async def words(self) -> AsyncIterator[bytes]:
        """What the page hears, and a sign of life when there is nothing to hear."""
        yield OPENS_AGAIN
        while not self.over:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    await self._wake.wait()
            except TimeoutError:
                yield STILL_THERE
                continue
            self._wake.clear()
            told, self._untold = sorted(self._untold), set()
            if told and not self.over:
                yield b"".join(b"event: %s\ndata: \n\n" % one.encode() for one in told)


class Live:
    """The lines of one process. `commits` counts what its desk booked, `status` is what its watch
    saw, `standing` tells which sessions are not over, `draining` whether the hub is leaving."""

    def __init__(
        self,
        redis_url: str | None,
        commits: Callable[[], int],
        status: Callable[[], Status],
        standing: Standing,
        draining: Callable[[], bool],
    ) -> None:
        self._redis_url = redis_url
        self._commits = commits
        self._status = status
        self._standing = standing
        self._draining = draining
        self._hears = False
        self._staff: set[Line] = set()
        self._strangers: set[Line] = set()
        self._heard: set[str] = set()
        self._passed_at = -JUST_NOW
        self._publisher: Redis | None = None
        self._steps = 0

    def step(self) -> None:
        """Something moved that is no booking: a cycle took a step."""
        self._steps += 1

    def open(self, whose: bytes | str) -> Line:
        """A line of somebody who signed in (by the session's digest), or of a stranger (by
        address); `Busy` without Redis, while leaving, or when there are too many."""
        lines = self._of(whose)
        most = MOST_OF_STAFF if lines is self._staff else MOST_OF_STRANGERS
        mine = Counter(one.whose for one in lines)[whose]
        if self._draining() or not self._hears or len(lines) >= most or mine >= MOST_FROM_ONE:
            raise Busy(retry_after=COME_AGAIN)
        line = Line(whose)
        if monotonic() - self._passed_at < JUST_NOW:  # the page may be older than that
            line.tell(MOVED)
        return line

    async def words(self, line: Line) -> AsyncIterator[bytes]:
        """What a line hears as long as it is open; then its place is free."""
        self._of(line.whose).add(line)  # here: an answer that never begins takes no place
        try:
            async for one in line.words():
                yield one
        finally:
            self._of(line.whose).discard(line)

    def _of(self, whose: bytes | str) -> set[Line]:
        return self._staff if isinstance(whose, bytes) else self._strangers

    async def keep_telling(self) -> None:
        """Once a second: say what moved here, pass on what was heard, let go of who left."""
        commits, verdict, looked_at = self._moves(), None, None
        beats = 0
        try:
            while True:
                now_at, status = self._moves(), self._status()
                thinks = verdict_of(status)
                said = {MOVED} if now_at != commits else set()
                said |= {STATUS} if verdict not in (None, thinks) else set()
                if await self._publish(said):
                    commits, verdict = now_at, thinks
                if status.looked_at != looked_at:
                    looked_at = status.looked_at
                    tell(self._strangers, MOVED)
                self._pass_on()
                beats += 1
                if self._draining():
                    self._end_all()
                elif beats % int(HEARTBEAT / SECOND) == 0:
                    await self._let_go()
                await asyncio.sleep(SECOND)
        finally:
            self._end_all()
            await self._hang_up()

    async def keep_listening(self) -> None:
        """Hear what any hub says, as long as the process lives; out of earshot, no line is open."""
        wait = bell.FIRST_WAIT
        while self._redis_url is not None:
            try:
                async with bell.line(self._redis_url) as ours, ours.pubsub() as ear:
                    await ear.subscribe(CHANNEL)
                    async for told in bell.rings(ear):
                        wait, self._hears = bell.FIRST_WAIT, True
                        self._hear(told.decode())
            except (redis.RedisError, OSError):
                log.warning("no line can be kept open: Redis is out of earshot")
            self._hears = False
            self._end_all()
            await asyncio.sleep(wait)
            wait = min(2 * wait, bell.LONGEST_WAIT)

    def _hear(self, told: str) -> None:
        """Whoever came back into earshot may have missed anything."""
        self._heard |= {told} & {MOVED, STATUS} if told else {MOVED, STATUS}
        if STATUS in self._heard or monotonic() - self._passed_at >= SECOND:
            self._pass_on()

    def _pass_on(self) -> None:
        if self._heard:
            self._passed_at = monotonic()
            tell(self._staff, *self._heard)
            tell(self._strangers, *(self._heard & {STATUS}))
            self._heard = set()

    def _moves(self) -> int:
        return self._commits() + self._steps

    async def _publish(self, said: set[str]) -> bool:
        """Whether everybody was told; else it is said again."""
        if self._redis_url is None or not said:
            return True
        try:
            self._publisher = self._publisher or bell.line(self._redis_url)
            for one in sorted(said):
                await self._publisher.publish(CHANNEL, one)
        except (redis.RedisError, OSError):
            await self._hang_up()
            return False
        return True

    async def _hang_up(self) -> None:
        if self._publisher is not None:
            await self._publisher.aclose()
            self._publisher = None

    async def _let_go(self) -> None:
        """End the lines of sessions that are over."""
        asked = {one.whose for one in self._staff if isinstance(one.whose, bytes)}
        still = await self._standing(asked) if asked else set()
        for line in self._staff:
            if line.whose not in still:
                line.end()

    def _end_all(self) -> None:
        for line in (*self._staff, *self._strangers):
            line.end()


def tell(lines: set[Line], *words: str) -> None:
    """The same to all of them."""
    if words:
        for line in lines:
            line.tell(*words)


def verdict_of(status: Status) -> tuple[object, ...]:
    """What the watch thinks of the books, without how much it looked at."""
    broken = [(one.promise, one.broken) for one in status.promises if one.broken]
    return status.stale, *broken


def streamed(live: Live, line: Line) -> Stream:
    """The line as an answer that nobody keeps or holds up."""
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(live.words(line), media_type="text/event-stream", headers=headers)


@get("/console/live", requires="console", include_in_schema=False)
async def get_live(request: Asked, live: NamedDependency[Live]) -> Stream:
    """Says `moved` when something was booked, `status` when a promise broke or was mended: a line
    that stays open (Server-Sent Events). / 画面の自動更新"""
    session = session_of(request)
    if session.tenant_id is not None:  # when others' tills book is none of a tenant's business
        raise InsufficientScope
    return streamed(live, live.open(session.session_sha256))


@get("/status/live", requires="anyone", include_in_schema=False)
async def get_status_live(request: Asked, live: NamedDependency[Live]) -> Stream:
    """Says `moved` when the promises were looked at, `status` when one broke or was mended: a line
    that stays open (Server-Sent Events). / 稼働状況の自動更新"""
    return streamed(live, live.open(request.app.state.reception.visitor(request).address))


ROUTES: list[HTTPRouteHandler] = [get_live, get_status_live]

"""A fleet of tills: each sends its slip, to whichever hub, until it is answered for good; many
send one twice, at once or much later. Everything is recorded before it leaves."""

import asyncio
import base64
import json
import random
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from tests.storm.line import PATIENCE_SECONDS, Heard, Line
from tests.storm.record import Record
from tests.storm.wishes import Place, Wish, Wishes

TOKEN_SECONDS = 200.0
HANGS_SECONDS, HANGS_ONCE_WRONG_SECONDS = 90.0, 2.0
WRONG_ENOUGH = 12
TWINS, AGAIN, LOOKS, NONSENSE = 0.07, 0.14, 0.04, 0.01
FICKLE = 0.05
PAST = 4_000
BUSY = frozenset({429, 503})
FOR_GOOD = frozenset({201, 400, 404, 409, 422})


@dataclass
class Op:
    """One slip, as it is sent."""

    number: int
    wish: Wish
    sent: bytes = b""
    since: float = field(default_factory=monotonic)

    @property
    def slip(self) -> str:
        return str(self.wish.body["slip"])


class Fleet:
    """Every till, and what they count together."""

    def __init__(
        self, wishes: Wishes, ports: Sequence[int], record: Record, clock: Callable[[], datetime]
    ) -> None:
        self.wishes = wishes
        self.ports = ports
        self.record = record
        self.clock = clock
        self.dice = random.Random(wishes.dice.random())
        self.open = True
        self.operations = 0
        self.counts: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []
        self.past: deque[Op] = deque(maxlen=PAST)
        self.pause_seconds: Callable[[], float] = float
        self._watchers: list[tuple[int, float, asyncio.Future[float]]] = []
        self._doors: dict[str, asyncio.Lock] = {}

    @property
    def wrong_enough(self) -> bool:
        """Whether so much is wrong that no more need happen."""
        return len(self.wrong) >= WRONG_ENOUGH

    async def sail(self, tills: int) -> None:
        """All tills, until the fleet is closed and each has its last answer."""
        async with asyncio.TaskGroup() as group:
            for _ in range(tills):
                group.create_task(self._till())

    async def booked_at(self, hub: int, since: float) -> float:
        """The seconds from an instant until a booking that was asked of a hub after it is told."""
        heard: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._watchers.append((hub, since, heard))
        return await heard - since

    async def _till(self) -> None:
        lines = [Line(port) for port in self.ports]
        while self.open:
            draw = self.dice.random()
            if draw < AGAIN and self.past:
                await self._again(lines)
            elif draw < AGAIN + LOOKS and self.past:
                await self._look(lines)
            elif draw < AGAIN + LOOKS + NONSENSE:
                await self._nonsense(lines)
            else:
                await self._new(lines, self.wishes.next(self.clock()))
            await asyncio.sleep(self.pause_seconds() * 2 * self.dice.random())
        for line in lines:
            line.hang_up()

    async def _new(self, lines: Sequence[Line], wish: Wish) -> None:
        """A slip nobody has seen; now and then it goes to all hubs at once."""
        hub = self.dice.randrange(len(lines))
        op = self._begun(wish, hub)
        if self.dice.random() < TWINS:
            self.counts["duplicates"] += 1
            self.counts["at once"] += 1
            other = (hub + 1) % len(lines)
            twin = Line(self.ports[other])
            self.record.again(op.number, other)
            heard, _ = await asyncio.gather(
                self._pursue(op, [lines[hub]], hub), self._pursue(op, [twin], other)
            )
            twin.hang_up()
        else:
            heard = await self._pursue(op, lines, hub, fickle=True)
        if heard is not None:
            self._remember(op, heard)

    def _begun(self, wish: Wish, hub: int) -> Op:
        self.operations += 1
        op = Op(self.operations, wish, json.dumps(wish.body).encode())
        place = wish.place.shop_id
        self.record.asks(op.number, hub, place, wish.call, wish.path, wish.body)
        return op

    async def _pursue(
        self, op: Op, lines: Sequence[Line], hub: int, *, fickle: bool = False, sent: bytes = b""
    ) -> Heard | None:
        """Send it until it is answered for good; a fickle till may leave it at that."""
        begun = monotonic()
        for attempt in range(1_000_000):
            at = (hub + attempt) % len(lines)
            which = at if len(lines) > 1 else hub
            if attempt:
                self.record.again(op.number, which)
            asked_at = monotonic()
            heard = await self.ask(lines[at], op.wish.place, op.wish.path, sent or op.sent)
            if heard is not None and heard.status in FOR_GOOD:
                self.record.told(op.number, which, heard.status, heard.body)
                self.statuses[heard.status] += 1
                self._tell(which, asked_at, heard)
                return heard
            self.counts["unheard" if heard is None else "busy"] += 1
            if heard is None and fickle and self.open and self.dice.random() < FICKLE:
                await self._leave(op, lines)
                return None
            hangs = HANGS_ONCE_WRONG_SECONDS if self.wrong else HANGS_SECONDS
            if monotonic() - begun > hangs:
                self.counts["waited in vain"] += 1
                self.record.given_up(op.number)
                return None
            await asyncio.sleep((0.2 + 0.6 * self.dice.random()) * min(1 + attempt // 4, 6))
        return None

    async def _leave(self, op: Op, lines: Sequence[Line]) -> None:
        """Nobody asks for it again; what was to be spent is cancelled, as the contract says."""
        self.counts["given up"] += 1
        self.record.given_up(op.number)
        if op.wish.call in ("redemptions", "purchases") and self.dice.random() < 0.7:
            wish = self.wishes.undoing(op.wish.place, op.slip, self.clock())
            self.counts["cancelled"] += 1
            await self._pursue(self._begun(wish, 0), lines, 0)

    async def _again(self, lines: Sequence[Line]) -> None:
        """A slip that was answered long ago, in other words of the same content."""
        op = self.dice.choice(self.past)
        self.counts["duplicates"] += 1
        hub = self.dice.randrange(len(lines))
        content = op.wish.body
        if self.dice.random() < 0.3:
            content = dict(reversed(content.items()))
        self.record.again(op.number, hub)
        heard = await self._pursue(op, lines, hub, sent=json.dumps(content, indent=1).encode())
        if heard is not None and not heard.replayed:
            self.wrong.append(f"{op.slip} was answered as if for the first time: {heard}")

    async def _look(self, lines: Sequence[Line]) -> None:
        """A look that books nothing: a slip's answer, a quote, the till itself."""
        self.counts["looks"] += 1
        op, line = self.dice.choice(self.past), self.dice.choice(lines)
        place, kind = op.wish.place, self.dice.randrange(3)
        if kind == 0:
            path = f"/v1/slips?till={place.till}&slip={op.slip}"
            heard = await self.ask(line, place, path, method="GET")
            if heard is not None and heard.status not in BUSY and heard.status != 401:
                self.record.read(op.number, heard.status, heard.body)
            return
        if kind == 1:
            heard = await self.ask(line, place, f"/v1/tills/{place.till}", method="GET")
        else:
            known = ("till", "business_date", "at")
            now = self.clock()
            today = {"business_date": now.date().isoformat(), "at": now.isoformat()}
            ask = {name: op.wish.body[name] for name in known} | today
            ask |= {"card": self.dice.choice(self.wishes.cards), "paid_yen": 1_100, "points": 1}
            heard = await self.ask(line, place, "/v1/quotes", json.dumps(ask).encode())
        if heard is not None and heard.status not in {200, 400, 401, 409, *BUSY}:
            self.wrong.append(f"a look was answered {heard}")

    async def _nonsense(self, lines: Sequence[Line]) -> None:
        self.counts["nonsense"] += 1
        place, path, sent = self.wishes.nonsense(self.clock())
        heard = await self.ask(self.dice.choice(lines), place, path, sent)
        if heard is not None and not (400 <= heard.status < 500 or heard.status in BUSY):
            self.wrong.append(f"nonsense was answered {heard}: {sent[:200]!r}")

    async def ask(
        self,
        line: Line,
        place: Place,
        path: str,
        sent: bytes = b"",
        *,
        method: str = "POST",
        patience: float = PATIENCE_SECONDS,
    ) -> Heard | None:
        """One request with the place's token; what is worse than busy is remembered."""
        token = await self._token(line, place)
        if token is None:
            return None
        headers = f"authorization: Bearer {token}\r\n"
        if sent:
            headers += "content-type: application/json\r\n"
        heard = await line.ask(method, path, sent, headers, patience)
        if heard is not None and heard.status == 401 and place.token == token:
            place.token_at = float("-inf")
        if heard is not None and heard.status >= 500 and heard.status not in BUSY:
            self.wrong.append(f"{method} {path} was answered {heard}")
        return heard

    async def _token(self, line: Line, place: Place) -> str | None:
        """The place's access token, asked for anew before it ends."""
        async with self._doors.setdefault(place.client_id, asyncio.Lock()):
            if monotonic() - place.token_at < TOKEN_SECONDS:
                return place.token
            secret = base64.b64encode(f"{place.client_id}:{place.secret}".encode()).decode()
            headers = f"authorization: Basic {secret}\r\n"
            headers += "content-type: application/x-www-form-urlencoded\r\n"
            form = b"grant_type=client_credentials"
            heard = await line.ask("POST", "/oauth/token", form, headers)
            if heard is not None and heard.status == 200:
                place.token, place.token_at = json.loads(heard.body)["access_token"], monotonic()
                return place.token
            if heard is not None and heard.status not in BUSY:
                self.wrong.append(f"a token was refused: {heard}")
            return None

    def _tell(self, hub: int, asked_at: float, heard: Heard) -> None:
        """Whoever waits for this hub to book again hears of it."""
        if heard.status != 201 or heard.replayed:
            return
        now, waiting = monotonic(), self._watchers
        self._watchers = []
        for watcher in waiting:
            at, since, done = watcher
            if at == hub and asked_at >= since:
                with suppress(asyncio.InvalidStateError):
                    done.set_result(now)
            elif not done.done():
                self._watchers.append(watcher)

    def _remember(self, op: Op, heard: Heard) -> None:
        """What a till knows after an answer."""
        if heard.status in (201, 409):
            self.past.append(op)
        if heard.status != 201:
            return
        place, wish, told = op.wish.place, op.wish, json.loads(heard.body)
        if wish.call == "holds":
            place.holds.append(told["hold_id"])
        if wish.call in ("accruals", "purchases") and wish.body["paid_yen"]:
            place.sales.append((op.slip, wish.body["paid_yen"] + wish.body.get("points", 0)))
        if wish.call in ("accruals", "purchases", "redemptions"):
            place.undoable.append(op.slip)

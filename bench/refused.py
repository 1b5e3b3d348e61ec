"""What a refusal costs: CPU of the hub and of PostgreSQL per request that no hub should take,
beside an accrual that is booked, in turn, round after round. The last line is one JSON object.

`python -m bench.refused`: a request that is answered otherwise than it should be ends it with 1;
what it costs is told beside its bar (no more than what is booked), and decides nothing.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from statistics import median

from msgspec import Struct

from bench import cpu
from bench import ground as grounds
from bench.options import FOLDER, SCALES
from bench.servers import HUB, Server, started
from bench.stage import READY
from bench.tokens import Tokens
from bench.wire import card
from deploy.clock import wall
from deploy.embedded import Servers, embedded
from federation.days import TOKYO

LINES, ROUNDS = 16, 3
BAR = 1.0
BOOKED, ONE_CARD = "booked", "booked, all for one card"
JSON = "application/json"
DEEP, LARGE = 20_000, 300_000
NO_CARD = "6304999999999999"


class Body(Struct, frozen=True):
    """What is sent: bytes, their media type, with which token, and the status that it must get."""

    sent: bytes
    status: int = 400
    bears: str = "good"
    media_type: str = JSON


class Cost(Struct, frozen=True):
    """Microseconds of CPU per request, medians over the rounds; over those of a booked one, which
    stands in line where it does."""

    status: int
    app_us: float
    postgres_us: float
    over_booked: float
    holds: bool


def sale(n: int, **other: object) -> dict[str, object]:
    """An accrual's fields."""
    now = wall().astimezone(TOKYO)
    return {
        "slip": f"r{n}",
        "till": "",  # whoever sends it
        "business_date": now.date().isoformat(),
        "at": now.isoformat(timespec="seconds"),
        "card": card(n % 300 + 1),
        "receipt_no": f"r{n}",
        "paid_yen": 1100,
        **other,
    }


def told(n: int, **other: object) -> bytes:
    """An accrual's body."""
    return json.dumps(sale(n, **other)).encode()


def added(n: int, more: str) -> bytes:
    """An accrual's body with one member more at its end."""
    return told(n)[:-1] + b"," + more.encode("utf-8", "surrogateescape") + b"}"


KINDS: Mapping[str, Callable[[int], Body]] = {
    BOOKED: lambda n: Body(told(n), 201),
    "no token": lambda n: Body(told(n), 401, "none"),
    "a forged token": lambda n: Body(told(n), 401, "forged"),
    "another media type": lambda n: Body(told(n), 415, media_type="text/plain"),
    "no JSON": lambda n: Body(told(n)[:-1]),
    "no UTF-8": lambda n: Body(added(n, '"staff":"\udcff"')),
    "a key twice": lambda n: Body(added(n, '"slip":"x"')),
    "nested deep": lambda n: Body(added(n, f'"x":{"[" * DEEP}{"]" * DEEP}')),
    "an unknown field": lambda n: Body(told(n, shop=1)),
    "a number in quotes": lambda n: Body(told(n, paid_yen="1100")),
    "too large": lambda n: Body(told(n).ljust(LARGE), 413),
    "too late": lambda n: Body(told(n, business_date="2020-01-01"), 409),
    "an unknown card": lambda n: Body(told(n, card=f"6304{10**12 - n}"), 404),
    "a slip reused": lambda n: Body(told(n, slip=f"r{n % LINES + 1}", paid_yen=2200), 422),
    # Whoever asks about one card stands in line behind the others: a batch takes a card once.
    ONE_CARD: lambda n: Body(told(n, card=card(1)), 201),
    "one unknown card": lambda n: Body(told(n, card=NO_CARD), 404),
}


def requests(
    kind: Callable[[int], Body], many: int, numbers: Iterator[int], tills: list[tuple[str, str]]
) -> Iterator[tuple[bytes, int]]:
    """So many requests of a kind as they go over the wire, each with the status it must get."""
    for n in (next(numbers) for _ in range(many)):
        till, good = tills[n % len(tills)]
        body = kind(n)
        sent = body.sent.replace(b'"till": ""', f'"till": "{till}"'.encode())
        token = {"good": good, "forged": good[:-8] + "AAAAAAAA"}.get(body.bears)
        bearer = f"authorization: Bearer {token}\r\n" if token else ""
        head = (
            f"POST /v1/accruals HTTP/1.1\r\nhost: localhost\r\n{bearer}"
            f"content-type: {body.media_type}\r\ncontent-length: {len(sent)}\r\n\r\n"
        )
        yield head.encode() + sent, body.status


async def line(port: int, waiting: Iterator[tuple[bytes, int]], wrong: Counter[str]) -> None:
    """One connection: the next request when the last was answered, on a new line if it was shut."""
    reader = writer = None
    for sent, status in waiting:
        if writer is None or writer.is_closing() or reader is None or reader.at_eof():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(ConnectionError):  # an answer may come before all of a body was taken
            writer.write(sent)
            await writer.drain()
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r")[0]))
        except (ConnectionError, asyncio.IncompleteReadError):
            wrong["the hub hung up"] += 1
            writer = None
            continue
        if int(head[9:12]) != status:
            wrong[f"{head[9:12].decode()} for {status}"] += 1
        if b"connection: close" in head:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def asked(port: int, waiting: Iterator[tuple[bytes, int]]) -> Counter[str]:
    """All of them, over a few lines; what was answered otherwise."""
    wrong: Counter[str] = Counter()
    async with asyncio.TaskGroup() as lines:
        for _ in range(LINES):
            lines.create_task(line(port, waiting, wrong))
    return wrong


def measured(hub: Server, ground: grounds.Ground, servers: Servers, many: int) -> dict[str, object]:
    """Every kind in every round."""
    numbers, wrong = count(1), {}
    spent: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    tokens = Tokens(ground.counters[:1], hub.port)
    tokens.renew()
    tills = [(ground.counters[0].till, tokens.current[0])]
    asyncio.run(asked(hub.port, iter([*requests(KINDS[BOOKED], LINES, numbers, tills)])))
    for _ in range(ROUNDS):
        for name, kind in KINDS.items():
            waiting = iter([*requests(kind, many, numbers, tills)])
            before = cpu.own_us(hub.pid), cpu.tree_us(servers.postgres_pid)
            found = asyncio.run(asked(hub.port, waiting))
            after = cpu.own_us(hub.pid), cpu.tree_us(servers.postgres_pid)
            spent[name].append(((after[0] - before[0]) / many, (after[1] - before[1]) / many))
            if found:
                wrong[name] = dict(found)
    booked = median(sum(one) for one in spent[BOOKED])
    in_line = median(sum(one) for one in spent[ONE_CARD])
    beside = {name: in_line if "one" in name.split() else booked for name in KINDS}
    costs = {
        name: Cost(
            KINDS[name](0).status,
            median(app for app, _ in rounds),
            median(postgres for _, postgres in rounds),
            median(sum(one) for one in rounds) / max(beside[name], 1.0),
            median(sum(one) for one in rounds) <= BAR * beside[name],
        )
        for name, rounds in spent.items()
    }
    return {"sound": not wrong, "wrong": wrong, "costs": costs}


def main() -> int:
    """One run; how it ended."""
    options = argparse.ArgumentParser(prog="python -m bench.refused", description=__doc__)
    options.add_argument("--requests", type=int, default=1_000)
    options.add_argument("--members", choices=sorted(SCALES), default="smoke")
    options.add_argument("--folder", type=Path, default=FOLDER.with_name("refused"))
    chosen = options.parse_args()
    with embedded(chosen.folder) as servers:
        ground = grounds.build(servers, chosen.folder, SCALES[chosen.members], lambda _: None)
        with started("hub", HUB, ground.hub, READY) as hub:
            found = measured(hub, ground, servers, chosen.requests)
    costs = found["costs"]
    assert isinstance(costs, dict)
    for name, one in costs.items():
        mark = "✓" if one.holds else "✗"
        sys.stderr.write(
            f"  {name:24} {one.status}  {one.app_us:6.0f} + {one.postgres_us:5.0f} µs  "
            f"{one.over_booked:5.2f} {mark}\n"
        )
    shown = {
        name: {field: getattr(one, field) for field in one.__struct_fields__}
        for name, one in costs.items()
    }
    sys.stdout.write(json.dumps({**found, "costs": shown}) + "\n")
    return 0 if found["sound"] else 1


if __name__ == "__main__":
    sys.exit(main())

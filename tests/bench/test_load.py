"""A till of the load: what it counts as an answer."""

from itertools import repeat
from typing import cast

from bench.load import Crowd, Till

CREATED = b"HTTP/1.1 201 Created\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n{}"


class Line:
    """What was sent over it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def write(self, asked: bytes) -> None:
        self.sent.append(asked)


def asking() -> tuple[Till, Line]:
    line = Line()
    till = Till(Crowd(repeat(b"ask"), 1))
    till.connection_made(cast(object, line))  # type: ignore[arg-type]
    till.ask()
    return till, line


def test_an_answer_that_comes_in_pieces_is_one_answer() -> None:
    for at in range(1, len(CREATED)):
        till, line = asking()
        till.data_received(CREATED[:at])
        assert len(line.sent) == 1, "it waits for the rest"
        till.data_received(CREATED[at:])
        assert len(till.crowd.took) == 1
        assert len(line.sent) == 2


def test_what_is_no_201_is_not_counted_and_told() -> None:
    till, _ = asking()
    till.data_received(BUSY)
    till.data_received(CREATED)
    assert len(till.crowd.took) == 1
    assert till.crowd.errors == {BUSY.decode(): 1}


async def test_a_server_that_hangs_up_has_failed_unless_we_are_leaving() -> None:
    till, _ = asking()
    till.connection_lost(None)
    assert till.crowd.gone.is_set()
    assert till.crowd.errors
    leaving, _ = asking()
    leaving.crowd.closing = True
    leaving.data_received(CREATED)
    leaving.connection_lost(None)
    assert not leaving.crowd.errors

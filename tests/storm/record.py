"""What the fleet asked and was told, line by line: before each request leaves, it stands here as
unknown, and after its answer as ok or refused. The audit reads nothing else of the fleet."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

BOOKED = 201
BURNT = 409


class Record:
    """One file, a JSON object a line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("w", encoding="utf-8")
        self.answers = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        why: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, line: Mapping[str, Any]) -> None:
        """Before anything else happens, it leaves this process: a crash forgets nothing."""
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()

    def asks(
        self, op: int, hub: int, shop_id: int, call: str, path: str, body: Mapping[str, Any]
    ) -> None:
        """A slip is about to leave for the first time."""
        asked = {"op": op, "hub": hub, "shop_id": shop_id, "call": call, "path": path}
        self.write({"is": "unknown", **asked, "body": body})

    def again(self, op: int, hub: int) -> None:
        """The same slip is about to leave once more."""
        self.write({"is": "again", "op": op, "hub": hub})

    def told(self, op: int, hub: int, status: int, content: bytes) -> None:
        """It was answered for good: booked, or refused."""
        self.answers += 1
        outcome = "ok" if status == BOOKED else "refused"
        content_text = content.decode("utf-8", "replace")
        self.write({"is": outcome, "op": op, "hub": hub, "status": status, "content": content_text})

    def given_up(self, op: int) -> None:
        """Nobody will ever ask for this one again: it stays unknown."""
        self.write({"is": "given up", "op": op})

    def read(self, op: int, status: int, content: bytes) -> None:
        """What a look-up said of a slip."""
        self.write({"is": "read", "op": op, "status": status, "content": content.decode()})

    def sealed(self, cycle_id: int, digest: str, when: str) -> None:
        """A cycle's sealed file, as it was handed out."""
        self.write({"is": "sealed", "cycle_id": cycle_id, "sha256": digest, "when": when})

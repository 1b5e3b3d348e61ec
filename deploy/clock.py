"""The one clock: every `now` and `today` in the books is from here; tokens alone read the wall."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

Clock = Callable[[], datetime]


def wall() -> datetime:
    """The system's clock, in UTC."""
    return datetime.now(UTC)


class FileClock:
    """The clock of an instance laid out as demo or test: the instant that stands in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, datetime] | None = None

    def __call__(self) -> datetime:
        """The instant in the file, read again when it has changed; one that cannot be read is the
        one before; no file yet, the wall clock."""
        try:
            written = self._path.stat().st_mtime_ns
            if self._read is None or self._read[0] != written:
                self._read = written, datetime.fromisoformat(self._path.read_text().strip())
        except (OSError, ValueError) as why:
            if self._read is None and not isinstance(why, FileNotFoundError):
                raise
            return wall() if self._read is None else self._read[1]
        return self._read[1]

    def set(self, now: datetime) -> None:
        """Write an instant, in one step."""
        draft = self._path.with_suffix(".draft")
        draft.write_text(now.astimezone(UTC).isoformat())
        draft.replace(self._path)


def clock(spec: str) -> Clock:
    """`system`, or `file:PATH` in an instance laid out as demo or test."""
    if spec == "system":
        return wall
    if spec.startswith("file:"):
        return FileClock(Path(spec.removeprefix("file:")))
    raise SystemExit(f"MEGURI_CLOCK: system か file:PATH / system or file:PATH, not {spec!r}")

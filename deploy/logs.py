"""Logs: one JSON object a line on standard error, of fields that were thought of beforehand.

No body, no query, no header and no parameter of a statement is ever a field; an exception is told
by its kind and where it was raised, since its text may quote somebody's data.
"""

import logging
import sys
import traceback
from datetime import UTC, datetime

import msgspec

FIELDS = ("reason", "route", "batch", "waiting", "seconds", "cycle", "port", "erased")


class JsonLines(logging.Formatter):
    """A record as one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, the constant message, and the known fields."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": str(record.msg),
        }
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-6:]
            line["raised"] = [f"{frame.name}:{frame.lineno}" for frame in frames]
        return msgspec.json.encode(line).decode()


def set_up(level: int = logging.INFO) -> None:
    """Send every logger through one handler."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)

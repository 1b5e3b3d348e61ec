"""Where a verb's statement is read from: the `.sql` file of its name, beside it."""

from functools import cache
from pathlib import Path


@cache
def statement(beside: str, name: str) -> str:
    """The text of `name.sql` in the folder of the module `beside` (its `__file__`)."""
    return Path(beside).with_name(f"{name}.sql").read_text(encoding="utf-8")

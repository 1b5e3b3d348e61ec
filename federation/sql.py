"""Where a verb's statement is read from: the `.sql` file of its name, beside it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path


@cache
def statement(beside: str, name: str) -> str:
    """The text of `name.sql` in the folder of the module `beside` (its `__file__`)."""
    return Path(beside).with_name(f"{name}.sql").read_text(encoding="utf-8")


def array(values: Iterable[object]) -> str:
    """An array as one parameter, as PostgreSQL writes it: for a batch's worth of values the
    driver's own way takes several times as long."""
    texts = [str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(texts) + '"}' if texts else "{}"

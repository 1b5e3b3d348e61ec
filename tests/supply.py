"""供給: whether a lock names a version that is known to be bad: `python -m tests.supply`, which
`make check` runs. The list is kept by hand in `tests/advisories.toml`."""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct, convert
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

HOUSE = Path(__file__).parents[1]
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", re.MULTILINE)


class Advisory(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of some versions of a package, and how: read in public in the advisory or the
    thread that is `seen`, from the design's page, or from memory."""

    name: str
    affected: str
    id: str
    what: str
    source: Literal["seen", "design", "memory"]
    seen: str = ""


def advisories() -> list[Advisory]:
    """The list, as it is kept."""
    content = tomllib.loads((HOUSE / "tests" / "advisories.toml").read_text(encoding="utf-8"))
    return convert(content["advisory"], list[Advisory])


def locked(text: str) -> dict[str, Version]:
    """The versions that a lock names."""
    return {canonicalize_name(name): Version(version) for name, version in LOCKED.findall(text)}


def known_bad(versions: dict[str, Version], known: Iterable[Advisory]) -> Iterator[str]:
    """Each version that an advisory is about."""
    for one in known:
        version = versions.get(canonicalize_name(one.name))
        if version is not None and SpecifierSet(one.affected).contains(version, prereleases=True):
            yield f"{one.name} {version}: {one.id} {one.what}"


def main() -> int:
    """Say what is bad; 1 if anything is."""
    locks = sorted(HOUSE.glob("requirements*.lock"))
    bad = [
        f"{lock.name}: {one}"
        for lock in locks
        for one in known_bad(locked(lock.read_text(encoding="utf-8")), advisories())
    ]
    for one in bad:
        sys.stderr.write(f"✗ {one}\n")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())

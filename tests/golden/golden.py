"""Golden files: plain bytes in this folder. `MEGURI_GOLDEN=write` writes them for the diff."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent


def same(name: str, found: bytes) -> None:
    """What was found is what the golden file says, to the byte."""
    path = FOLDER / name
    if os.environ.get("MEGURI_GOLDEN") == "write":
        path.write_bytes(found)
    assert found == path.read_bytes(), f"{name}: MEGURI_GOLDEN=write and look at the diff"

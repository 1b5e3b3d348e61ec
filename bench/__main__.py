"""`make bench`: build the ground, measure side by side, write the table."""

import argparse
import sys
import time

import msgspec

from bench import ground as grounds
from bench.options import BUILD, FOLDER, SCALES
from bench.report import told
from bench.rounds import measured
from bench.stage import staged
from deploy.embedded import embedded

BEGAN = time.monotonic()


def say(what: str) -> None:
    """One line of what is going on."""
    sys.stderr.write(f"  {time.monotonic() - BEGAN:6.1f} s  {what}\n")


def main() -> None:
    """One run, as large as its options say."""
    options = argparse.ArgumentParser(prog="bench", description=__doc__)
    size = options.add_mutually_exclusive_group()
    for name in SCALES:
        size.add_argument(f"--{name}", dest="scale", action="store_const", const=name)
    options.add_argument("--keep", action="store_true", help="the ground of the last run, if any")
    options.add_argument(
        "--only", default="", help="cells whose names hold one of these words, by comma"
    )
    chosen = options.parse_args()
    scale = SCALES[chosen.scale or "whole"]
    with embedded(FOLDER) as servers:
        ground = grounds.kept(servers, FOLDER, scale) if chosen.keep else None
        ground = ground or grounds.build(servers, FOLDER, scale, say)
        with staged(ground, scale, servers) as stage:
            say("servers are ready")
            cells = measured(stage, chosen.only, say)
    BUILD.mkdir(exist_ok=True)
    table, summary = told(cells)
    print(table)  # noqa: T201
    (BUILD / "bench.md").write_text(table)
    (BUILD / "bench.json").write_bytes(msgspec.json.format(msgspec.json.encode(summary)))
    print(msgspec.json.encode({"ratios": summary["ratios"]}).decode())  # noqa: T201


if __name__ == "__main__":
    main()

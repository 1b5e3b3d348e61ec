"""Plants each bug of `planted.py` in a copy of the tree and runs the test that must turn red: a
suite that stays green proves nothing. `make mutants`."""

import argparse
import os
import queue
import random
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import cache_from_source
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from deploy.embedded import Servers, embedded
from tests.conftest import in_memory
from tests.mutants.bug import Bug
from tests.mutants.planted import PLANTED

ROOT = Path(__file__).parents[2]
NOT_COPIED = (".*", "__pycache__", "*.pyc", "docs", "build", "dist")
GROUNDS = min(2, os.cpu_count() or 1)  # so many at a time, each with servers of its own
LIMIT_SECONDS = 240
SOUND_SECONDS = 600
GREEN, RED, NOTHING = 0, 1, 5  # pytest's own: everything passed, something failed, no test
OUTCOMES = {RED: "caught", None: "hangs", GREEN: "SURVIVED"}
NO_TESTS = ["--deselect=tests", "tests/mutants"]
LAID_OUT = "deploy/migrat"  # a bug in what lays a database out needs one of its own


class Ground:
    """A copy of the tree and a database server to try it on."""

    def __init__(self, tree: Path, servers: Servers) -> None:
        self.tree = tree
        self.env = {
            **os.environ,
            "TEST_DATABASE_URL": servers.database_url,
            "TEST_REDIS_URL": servers.redis_url,
        }

    def run(
        self, tests: list[str], seconds: int, *, afresh: bool = False
    ) -> tuple[int | None, str]:
        """How pytest ended (None: not in time), and the last that it said; on a database laid out
        before, or `afresh`."""
        kept = {} if afresh else {"TEST_TEMPLATE": "meguri_template_of_all"}
        command = [sys.executable, "-m", "pytest", "-qx", "--no-header", "-p", "no:cacheprovider"]
        try:
            done = subprocess.run(
                [*command, *tests],
                cwd=self.tree,
                env={**self.env, **kept},
                timeout=seconds,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None, f"not in {seconds} s: {' '.join(tests)}"
        return done.returncode, done.stdout

    def plant(self, bug: Bug) -> tuple[int | None, str]:
        """Plant a bug, run its tests, and take it out again."""
        path = self.tree / bug.file
        sound = path.read_text()
        assert sound.count(bug.old) == 1, (
            f"{bug.name}: it stands there {sound.count(bug.old)} times"
        )
        try:
            self._write(path, sound.replace(bug.old, bug.new))
            afresh = bug.file.startswith(LAID_OUT)
            return self.run(bug.test.split(), LIMIT_SECONDS, afresh=afresh)
        finally:
            self._write(path, sound)

    def _write(self, path: Path, text: str) -> None:
        """What was compiled within the same second would pass for what is written now."""
        path.write_text(text)
        if path.suffix == ".py":
            Path(cache_from_source(str(path))).unlink(missing_ok=True)


def say(line: str) -> None:
    """A line of the report, at once."""
    print(line, flush=True)  # noqa: T201  this is what the tool is for


def chosen(wanted: list[str]) -> list[Bug]:
    """Every bug; or those whose name has one of these words, or `--some=N` of them, by a seed."""
    reader = argparse.ArgumentParser()
    reader.add_argument("words", nargs="*")
    reader.add_argument("--some", type=int, default=len(PLANTED))
    reader.add_argument("--seed", type=int, default=0)
    asked = reader.parse_args(wanted)
    words = asked.words
    bugs = [bug for bug in PLANTED if not words or any(word in bug.name for word in words)]
    some = set(random.Random(asked.seed).sample(bugs, min(asked.some, len(bugs))))
    return [bug for bug in bugs if bug in some]


def main(wanted: list[str]) -> int:
    """Plant the bugs that are wanted; how it ended."""
    bugs = chosen(wanted)
    began, survived = monotonic(), []
    with ExitStack() as leaving:
        grounds: queue.SimpleQueue[Ground] = queue.SimpleQueue()
        for _ in range(GROUNDS):
            made = TemporaryDirectory(prefix="meguri-mutants-", dir=in_memory())
            folder = Path(leaving.enter_context(made))
            tree = folder / "tree"
            shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*NOT_COPIED))
            servers = leaving.enter_context(embedded(folder / "servers", tuned_for_tests=True))
            grounds.put(Ground(tree, servers))

        def tried(bug: Bug) -> tuple[Bug, int | None, str]:
            ground = grounds.get()
            try:
                return bug, *ground.plant(bug)
            finally:
                grounds.put(ground)

        tests = sorted({test for bug in bugs for test in bug.test.split()})

        def sound(some: list[str]) -> str:
            ground = grounds.get()
            try:
                status, told = ground.run(some, SOUND_SECONDS)
            finally:
                grounds.put(ground)
            return "" if status in (GREEN, NOTHING) else told[-4_000:]

        with ThreadPoolExecutor(GROUNDS) as pool:
            unsound = list(pool.map(sound, [tests[n::GROUNDS] or NO_TESTS for n in range(GROUNDS)]))
        if any(unsound):
            say("\n".join(unsound))
            say("the tree itself is not sound")
            return 1
        say(f"▸ {len(tests)} tests are green without a bug: {monotonic() - began:.0f} s")
        with ThreadPoolExecutor(GROUNDS) as pool:
            for number, (bug, status, told) in enumerate(pool.map(tried, bugs), 1):
                caught = status in (RED, None)
                outcome = OUTCOMES.get(status, "DID NOT RUN")
                say(f"{number:3}/{len(bugs)} {outcome:8} {bug.name} ({bug.file})")
                if not caught:
                    survived.append(bug)
                    say(told[-2_000:] if status != GREEN else f"    {bug.test}")
    caught_of = len(bugs) - len(survived)
    say(f"▸ {monotonic() - began:.0f} s")
    say(f"{len(bugs)} planted, {caught_of} caught, {len(survived)} survived")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A bug to plant, and the tests that mutants turn red."""

from dataclasses import dataclass

HOLDS = "tests/stories/test_holds.py"
RETURNS = "tests/stories/test_returns.py"
REVERSALS = "tests/stories/test_reversals.py"
FOUND = "tests/stories/test_found_by_the_mall.py"
PAINS = "tests/stories/test_pains_of_the_books.py"
PARALLEL = "tests/races/test_parallel_tills.py"
VERBS = "tests/races/test_spending_verbs.py"
LOCKS = "tests/races/test_locks.py"
REDEEM = "tests/federation/test_redeem.py"
JOURNAL = "tests/federation/test_journal.py"
OFFLINE = "tests/offline/test_lines.py"


@dataclass(frozen=True)
class Bug:
    """Where it is planted, what stands there, what shall, and which test must turn red."""

    name: str
    file: str
    old: str
    new: str
    test: str

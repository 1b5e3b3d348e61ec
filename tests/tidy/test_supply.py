"""供給: no version that is known to be bad is locked, and no secret stands in the tree."""

import math
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from tests.supply import HOUSE, Advisory, advisories, known_bad, locked, main

LOCK = "authlib==1.9.9 \\\n    --hash=sha256:00\nJinja2==3.1.6 ; python_version > '3'\n"
WATCHED = {
    "authlib",
    "joserfc",
    "litestar",
    "uvicorn",
    "cryptography",
    "aiohttp",
    "jinja2",
    "redis",
}
# An advisory, a CVE record, or a thread that names one.
PLACE = re.compile(
    r"https://github\.com/advisories/GHSA(-[a-z0-9]{4}){3}|[\w.-]+/[\w.-]+#\d+"
    r"|https://raw\.githubusercontent\.com/CVEProject/cvelistV5/main/cves/[\w/-]+\.json"
    r"|https://osv\.dev/vulnerability/CVE-\d{4}-\d{4,}"
)

KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bgithub_pat_[A-Za-z0-9_]{60,}|\bxox[abprs]-[0-9A-Za-z-]{10,}|\bsk_live_[0-9A-Za-z]{16,}"
    r"|\bAIza[0-9A-Za-z_-]{35}\b|\bwhsec_[A-Za-z0-9+/]{32,}|\bnpm_[A-Za-z0-9]{36}\b"
    r"|\beyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"
    r"|\b[a-z]+://[^\s/:@{}<>\"']+:[^\s/@{}<>\"'$()]{12,}@[a-z0-9.-]+\.[a-z]{2,}"
)
WORD = re.compile(r"[A-Za-z0-9+/_-]{32,}={0,2}")
MOST_BITS = 4.6  # a letter: words and hex digits stay below, keys in base 64 do not
TEXTS = {".py", ".sql", ".md", ".toml", ".yaml", ".yml", ".json", ".conf", ".sh", ".lua", ".html",
         ".txt", ".csv", ".ndjson", ".tpl", ".css", "", ".example"}  # fmt: skip
NOT_OURS = ("deploy/web/vendor/", "requirements", "tests/golden/", "settlement/paper/fonts/")
# What looks like one and guards nothing: the file, and why.
KNOWN = {
    "docs/webhooks.md": "the secret of the page's own worked example",
    "tests/auth/npm/package-lock.json": "hashes of the packages that sign in there",
    "docs/offline.md": "the worked example of a till: made for the page, opens nothing",
    "tests/federation/test_packing.py": "packed answers of a till, as they once were written",
}


def tree() -> list[Path]:
    """Every text of the tree that we wrote."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=HOUSE, capture_output=True, check=False
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("no checkout")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [
        HOUSE / name for name in names
        if not name.startswith(NOT_OURS) and Path(name).suffix in TEXTS and (HOUSE / name).is_file()
    ]  # fmt: skip


def bits(word: str) -> float:
    """Shannon's entropy of a letter of a word."""
    return -sum(n / len(word) * math.log2(n / len(word)) for n in Counter(word).values())


def looks_random(word: str) -> bool:
    """Whether a word was drawn, and not written: letters of both cases and digits, all mixed."""
    kinds = (any(c.isupper() for c in word), any(c.islower() for c in word))
    return all(kinds) and sum(c.isdigit() for c in word) >= 3 and bits(word) > MOST_BITS


def secrets_in(text: str) -> list[str]:
    """What looks like a secret."""
    found = [one.group()[:24] for one in KEYS.finditer(text)]
    return found + [one for one in WORD.findall(text) if looks_random(one)]


def test_no_secret_stands_in_the_tree() -> None:
    found = {}
    for path in tree():
        name = str(path.relative_to(HOUSE))
        told = secrets_in(path.read_text(encoding="utf-8", errors="replace"))
        if told and name not in KNOWN:
            found[name] = told
    assert found == {}


PLANTED = (
    "-----BEGIN EC " + "PRIVATE KEY-----", "AKIA" + "A1" * 8, "ghp_" + "a1B2" * 9,
    "postgresql://hub:" + "correcthorsebattery" + "@db.example.jp/hub",
    "q7Xz" + "Lp0vT9mBn3KdRw8s" + "YfG5hJ2cA1eUoVi4",
    "eyJ" + "hbGciOiJFUzI1NiJ9" + ".eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0" + "." + "a1B2c3D4e5F6g7H8i9",
)  # fmt: skip


@pytest.mark.parametrize("secret", PLANTED, ids=range(len(PLANTED)))
def test_a_secret_that_is_planted_is_seen(secret: str) -> None:
    assert secrets_in(f'TOKEN = "{secret}"')


@pytest.mark.parametrize("word", [
    "a" * 64, "0123456789abcdef" * 4, "test_a_slip_sent_twice_is_booked_once_and_no_more_2026",
    "/v1/settlement/cycles/{cycle_id}/lines", "postgresql://hub:secret@localhost/hub",
])  # fmt: skip
def test_what_is_no_secret_is_left_alone(word: str) -> None:
    assert secrets_in(word) == []


def test_no_locked_version_is_known_to_be_bad() -> None:
    assert main() == 0


def test_a_bad_version_would_be_named() -> None:
    versions = locked(LOCK)
    assert versions == {"authlib": Version("1.9.9"), "jinja2": Version("3.1.6")}
    old = locked(LOCK.replace("1.9.9", "1.8.0"))
    known = [
        Advisory("Authlib", "<1.9.9", "CVE-1", "bad", "memory"),
        Advisory("other", "<9", "CVE-2", "", "memory"),
    ]
    assert list(known_bad(versions, known)) == []
    assert list(known_bad(old, known)) == ["Authlib 1.8.0: CVE-1 bad"]


def test_the_list_is_about_what_stands_at_the_doors() -> None:
    assert {one.name for one in advisories()} >= WATCHED
    for one in advisories():
        assert SpecifierSet(one.affected)
        assert re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-[a-z0-9]{4}){3}", one.id)
        assert bool(PLACE.fullmatch(one.seen)) == (one.source == "seen")
    assert len({one.id for one in advisories()}) == len(advisories())

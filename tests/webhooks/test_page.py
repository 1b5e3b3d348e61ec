"""What docs/webhooks.md shows to whoever builds a receiver is what the hub does."""

import re
import subprocess
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from tenants.webhooks.signing import new_secret, shown, signature
from tenants.webhooks.telling import TYPES

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
KEY = bytes(range(32))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def header(name: str) -> str:
    found = re.search(rf"^\| `{name}` \| `(.*)` \|$", PAGE, re.MULTILINE)
    assert found is not None
    return found[1]


BODY = blocks("json")[0].strip().encode()
HEADERS = {name: header(f"webhook-{name}") for name in ("id", "timestamp", "signature")}
SENT = {f"webhook-{name}": value for name, value in HEADERS.items()}


def test_the_page_names_every_type_and_no_other() -> None:
    table = re.findall(r"^\| `([a-z]+\.[a-z-]+)` \| (.*) / (.*) \|$", PAGE, re.MULTILINE)
    assert {kind: (ja, en) for kind, ja, en in table} == dict(TYPES)


def test_the_worked_example_is_signed_as_the_hub_signs() -> None:
    timestamp = int(HEADERS["timestamp"])
    assert signature([KEY], HEADERS["id"], timestamp, BODY) == HEADERS["signature"]
    assert shown(KEY) in PAGE
    Webhook(shown(KEY))


def test_the_python_of_the_page_takes_it_and_nothing_else() -> None:
    told: dict[str, Any] = {}
    exec(blocks("python")[0], told)  # noqa: S102  our own page
    check, now = told["is_the_hubs"], int(HEADERS["timestamp"])
    assert check(shown(KEY), SENT, BODY, now)
    assert check(shown(KEY), SENT, BODY, now + 300)
    assert not check(shown(KEY), SENT, BODY, now + 301)
    assert not check(shown(KEY), SENT, BODY + b" ", now)
    assert not check(shown(new_secret()), SENT, BODY, now)
    two = {**SENT, "webhook-signature": f"v1,{'A' * 43}= {SENT['webhook-signature']}"}
    assert check(shown(KEY), two, BODY, now), "while a secret changes there are two"


def test_the_shell_of_the_page_computes_the_same(tmp_path: Path) -> None:
    (tmp_path / "body.json").write_bytes(BODY)
    env = {
        "PATH": "/usr/bin:/bin",
        "SECRET": shown(KEY),
        "ID": HEADERS["id"],
        "TIMESTAMP": HEADERS["timestamp"],
    }
    done = subprocess.run(
        ["sh", "-c", blocks("sh")[0]], cwd=tmp_path, env=env, capture_output=True, check=True
    )
    assert "v1," + done.stdout.decode().strip() == HEADERS["signature"]

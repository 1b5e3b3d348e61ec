"""A hub is told where its books are, or it does not start."""

import os
import subprocess
import sys

import pytest

from deploy.settings import NotSet, settings

GIVEN = {"DATABASE_URL": "postgresql://owner:pw@db.example:5432/meguri", "MEGURI_SECRET": "s"}


@pytest.mark.parametrize("missing", sorted(GIVEN))
def test_a_missing_variable_stops_the_start_in_one_sentence(missing: str) -> None:
    with pytest.raises(NotSet, match=missing):
        settings({name: value for name, value in GIVEN.items() if name != missing})


def test_serving_without_a_database_url_ends_at_once_and_opens_nothing() -> None:
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "MEGURI_SECRET"}}
    ended = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "serve"],
        env=env,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "DATABASE_URL" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_each_role_has_its_own_url_unless_a_dba_gave_one() -> None:
    ours = settings({**GIVEN, "DESK_DATABASE_URL": "postgresql://dba@elsewhere/meguri"})
    assert ours.url("desk") == "postgresql://dba@elsewhere/meguri"
    assert ours.url("app").startswith("postgresql://meguri_app:")
    assert ours.url("app").endswith("@db.example:5432/meguri")
    assert ours.url("app") != ours.url("auditor").replace("auditor", "app")


def test_the_roles_are_printed_for_a_dba() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "migrate", "--print-roles"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for role in ("app", "desk", "counter", "worker", "sealer", "auditor"):
        assert f"meguri_{role}" in told

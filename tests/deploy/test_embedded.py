"""A hub without servers brings its own, and whatever happens to it, no booking is lost."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import redis

from deploy.embedded import NotStarted, Servers, embedded, secret

HUB = """
import sys
from pathlib import Path
from deploy.embedded import embedded

with embedded(Path(sys.argv[1]), tuned_for_tests=True) as servers:
    print(servers.database_url, servers.redis_url, servers.postgres_pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not tmp_path: root's is closed to nobody, as whom PostgreSQL may have to run."""
    with TemporaryDirectory(prefix="meguri-") as made:
        yield Path(made)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with (
        TemporaryDirectory(prefix="meguri-") as made,
        embedded(Path(made), tuned_for_tests=True) as running,
    ):
        yield running


@contextmanager
def another_hub(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str, str, int]]:
    """A process of its own, so that it can be killed."""
    hub = subprocess.Popen(
        [sys.executable, "-c", HUB, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with hub:
        try:
            assert hub.stdout is not None
            database_url, redis_url, pid = hub.stdout.readline().split()
            yield hub, database_url, redis_url, int(pid)
        finally:
            hub.kill()


def book(database_url: str) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute("CREATE TABLE booked AS SELECT 120 AS points")


def booked(database_url: str) -> int:
    with psycopg.connect(database_url) as conn:
        row = conn.execute("SELECT points FROM booked").fetchone()
    assert row is not None
    return int(row[0])


def answers(database_url: str) -> bool:
    try:
        psycopg.connect(database_url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def cache_answers(redis_url: str) -> bool:
    with redis.Redis.from_url(redis_url) as cache:
        try:
            return bool(cache.ping())
        except redis.ConnectionError:
            return False


def wait_for(done: Callable[[], bool]) -> None:
    for _ in range(600):
        if done():
            return
        time.sleep(0.1)
    pytest.fail("waited a minute in vain")


def test_both_servers_answer(servers: Servers) -> None:
    with psycopg.connect(servers.database_url) as conn:
        assert conn.execute("SELECT current_user, current_database()").fetchone() == (
            "hub",
            "meguri",
        )
    assert cache_answers(servers.redis_url)


def test_what_was_booked_is_on_disk_even_in_tests(servers: Servers) -> None:
    with psycopg.connect(servers.database_url) as conn:
        for promise in ("fsync", "full_page_writes", "synchronous_commit"):
            assert conn.execute(f"SHOW {promise}").fetchone() == ("on",)


def test_japanese_words_have_trigrams(servers: Servers) -> None:
    with psycopg.connect(servers.database_url) as conn:
        conn.execute("CREATE EXTENSION pg_trgm")
        row = conn.execute("SELECT show_trgm('高島屋')").fetchone()
    assert row is not None
    assert row[0]


def test_a_wrong_password_is_refused(servers: Servers) -> None:
    wrong = servers.database_url.replace("://hub:", "://hub:x")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)
    cache = redis.Redis.from_url(servers.redis_url.replace("://:", "://:x"))
    with cache, pytest.raises(redis.AuthenticationError):
        cache.ping()


def test_the_superuser_keeps_a_scram_secret(servers: Servers) -> None:
    with psycopg.connect(servers.database_url) as conn:
        row = conn.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'hub'").fetchone()
    assert row is not None
    assert row[0].startswith("SCRAM-SHA-256$")


def test_nothing_in_the_folder_is_for_other_eyes(servers: Servers) -> None:
    folder = servers.postgres.folder
    secret(folder)
    programs = tuple(folder.glob("postgres-*/**/*")) + tuple(folder.glob("postgres-*"))
    kept = set(folder.rglob("*")) - set(programs)
    assert not [path for path in kept if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]


def test_a_second_hub_is_told_who_holds_the_folder(servers: Servers) -> None:
    told = rf"プロセス {os.getpid()} .* Process {os.getpid()} "
    with pytest.raises(NotStarted, match=told), embedded(servers.postgres.folder):
        pytest.fail("two hubs on one folder")


def test_a_secret_is_made_once(folder: Path) -> None:
    first = secret(folder / "hub")
    assert len(bytes.fromhex(first)) == 32
    assert secret(folder / "hub") == first
    assert secret(folder / "another") != first


def test_a_killed_postgres_comes_back_on_the_same_port(folder: Path) -> None:
    with embedded(folder, tuned_for_tests=True) as servers:
        book(servers.database_url)
        os.kill(servers.postgres_pid, signal.SIGKILL)
        servers.restart_postgres()
        assert booked(servers.database_url) == 120


def test_a_hub_left_in_good_order_leaves_no_server(folder: Path) -> None:
    with embedded(folder, tuned_for_tests=True) as servers:
        book(servers.database_url)
    assert not answers(servers.database_url)
    assert not cache_answers(servers.redis_url)
    with embedded(folder, tuned_for_tests=True) as servers:
        assert booked(servers.database_url) == 120


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_the_servers_of_a_killed_hub_go_with_it(folder: Path) -> None:
    with another_hub(folder) as (hub, database_url, redis_url, _):
        book(database_url)
        hub.kill()
        hub.wait()
        wait_for(lambda: not answers(database_url))
        wait_for(lambda: not cache_answers(redis_url))
    with embedded(folder, tuned_for_tests=True) as servers:
        assert booked(servers.database_url) == 120


def test_a_hub_killed_with_its_server_starts_again_at_once(folder: Path) -> None:
    """Neither the pid file that is left nor a statement that is still computing keeps it out."""
    with another_hub(folder) as (hub, database_url, _, pid):
        book(database_url)
        with psycopg.connect(database_url, autocommit=True) as conn:
            conn.pgconn.send_query(b"DO 'BEGIN LOOP NULL; END LOOP; END'")
            hub.kill()
            os.kill(pid, signal.SIGKILL)
            conn.close()
    with embedded(folder, tuned_for_tests=True) as servers:
        assert booked(servers.database_url) == 120


def test_a_pid_file_that_names_another_process_keeps_no_one_out(folder: Path) -> None:
    """After a reboot the pid of the last server may be anyone's."""
    with embedded(folder, tuned_for_tests=True) as servers:
        book(servers.database_url)
        pidfile = folder / "data" / "postmaster.pid"
        lines = pidfile.read_text().splitlines()
    pidfile.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    with embedded(folder, tuned_for_tests=True) as servers:
        assert booked(servers.database_url) == 120

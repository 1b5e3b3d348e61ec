"""The servers of a run, each a process of its own, on a free port, ended with the run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from msgspec import Struct

from deploy.serve import free_port
from deploy.settings import Settings

FIRST_PORT, PORTS = 18_100, 100
READY_SECONDS = 60


class Server(Struct, frozen=True):
    """A server that answers, and how long it took to."""

    name: str
    port: int
    pid: int
    ready_seconds: float


@contextmanager
def started(
    name: str, module: list[str], settings: Settings, ready: str = "", place: int = 0
) -> Iterator[Server]:
    """A server from its start until the block is left. `ready` is asked until it answers 200; where
    that is empty, it only has to listen. Those that start at once have places of their own."""
    port = free_port(FIRST_PORT + PORTS * place)
    command = [sys.executable, "-m", *(word.format(port=port) for word in module)]
    began = time.monotonic()
    running = subprocess.Popen(command, env={**os.environ, **settings.env()})
    try:
        while not answers(port, ready):
            assert running.poll() is None, f"{name} did not start"
            assert time.monotonic() - began < READY_SECONDS, f"{name} does not become ready"
            time.sleep(0.005)
        yield Server(name, port, running.pid, time.monotonic() - began)
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            running.kill()


def answers(port: int, path: str) -> bool:
    """Whether it answers."""
    line = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        line.connect()
        if not path:
            return True
        line.request("GET", path)
        return line.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        line.close()


HUB = ["deploy.cli", "serve", "--port", "{port}"]
NAIVE = ["bench.naive", "{port}"]


def floor_module(answer_bytes: int) -> list[str]:
    """The floor, answering so many bytes."""
    return ["bench.floor", "{port}", str(answer_bytes)]

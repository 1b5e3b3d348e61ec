"""コマンドの記録: every command of `meguri` leaves a row before it begins and one when it ended,
but for those named here, which change nothing and show nobody, or have no database yet."""

import copy
import getpass
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click
import msgspec
import psycopg

from deploy.clock import wall
from deploy.settings import settings
from deploy.trail.acts import Act, about
from deploy.trail.trail import KEEP

# What is not noted: it only looks, or there is nothing to write in yet; migrations note themselves.
UNNOTED = frozenset({
    "serve", "demo bank", "migrate", "check", "verify", "import", "usage", "client list",
    "months list", "roll", "settlement board", "settlement show", "settlement disputes",
    "settlement overdue",
    "settlement plan", "settlement exit", "settlement wind-down", "exposure show", "give-take show",
    "reconcile list", "whatif", "limits list", "audit verify",
    "webhooks allowances", "receipts verify", "jobs list", "jobs work", "signals",
})  # fmt: skip
DONE, REFUSED, FAILED = 200, 409, 500
OPEN = "SELECT audit.open_months(%s, 2)"


def audited(command: click.Command, name: str) -> click.Command:
    """A command that leaves its rows; a group whose commands do."""
    if isinstance(command, click.Group):
        group = copy.copy(command)
        group.commands = {
            word: audited(one, f"{name} {word}") for word, one in command.commands.items()
        }
        return group
    if name in UNNOTED or command.callback is None:
        return command
    noted = copy.copy(command)
    noted.callback = leaving_rows(command.callback, f"meguri {name}")
    return noted


def leaving_rows(callback: Callable[..., Any], verb: str) -> Callable[..., Any]:
    """What a command does, between its two rows."""

    @wraps(callback)
    def noted(*args: Any, **given: Any) -> Any:
        with rows(verb, given):
            return callback(*args, **given)

    return noted


@contextmanager
def rows(verb: str, given: dict[str, Any]) -> Iterator[None]:
    """Note that a command begins, and then how it ended; what cannot be noted is not begun."""
    told = {name: msgspec.to_builtins(value, enc_hook=str) for name, value in given.items()}
    act = Act(
        at=wall(),
        request=secrets.token_hex(8),
        actor=f"cli:{getpass.getuser()}",
        proved=True,
        address=socket.gethostname(),
        verb=verb,
        needs="",
        **about(told),
    )
    url = settings().url("worker")
    kept(url, act)
    status = FAILED
    try:
        yield
        status = DONE
    except (click.ClickException, click.Abort, SystemExit):
        status = REFUSED
        raise
    finally:
        kept(url, msgspec.structs.replace(act, status=status, at=wall()))


def kept(url: str, act: Act) -> None:
    """Write one row, in a transaction of its own."""
    try:
        with psycopg.connect(url, connect_timeout=5) as conn:
            conn.execute(OPEN, (act.at.date(),))
            conn.execute(KEEP.encode(), {"acts": msgspec.json.encode([act]).decode()})
    except psycopg.OperationalError as away:
        raise click.ClickException("データベースに届きません / the database is away") from away

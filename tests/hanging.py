"""A test that hangs says what each of its tasks awaited: a loop's own stack says nothing."""

import asyncio
import gc
from collections.abc import Generator, Iterator
from types import CoroutineType
from typing import Any

import pytest

TIMEOUT = "Timeout ("  # as pytest-timeout begins to say it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[Any],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """The tasks that were not done stand beside the failure."""
    report = yield
    if call.excinfo is not None and str(call.excinfo.value).startswith(TIMEOUT):
        found = [one for one in gc.get_objects() if isinstance(one, asyncio.Task)]
        told = "\n".join(line for one in found if not one.done() for line in awaited(one))
        report.sections.append(("what was awaited", told))
    return report


def awaited(task: asyncio.Task[Any]) -> Iterator[str]:
    """A task's name, and where each coroutine of it stands, the outermost first."""
    yield task.get_name()
    inner: Any = task.get_coro()
    while isinstance(inner, CoroutineType):
        if inner.cr_frame is not None:
            code = inner.cr_frame.f_code
            yield f"    {code.co_filename}:{inner.cr_frame.f_lineno} {code.co_qualname}"
        inner = inner.cr_await
    yield f"    {inner!r}"

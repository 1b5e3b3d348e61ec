"""What the booking desk tells about itself: numbers and spans, never whose.

The API of OpenTelemetry alone. What happens per slip is counted in plain dictionaries and told when
somebody collects, since every instrument has its price at every slip. Tenants are
counted by number and only the first hundred, so that errors cannot grow a series without end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol
from weakref import WeakSet

from opentelemetry import metrics, trace
from opentelemetry.metrics import CallbackOptions, Observation

MOST_TENANTS = 100

_tracer = trace.get_tracer("meguri")
_answered: Counter[tuple[str, str]] = Counter()
_desks: "WeakSet[Queue]" = WeakSet()
_untraced = nullcontext()
_traces = False


class Queue(Protocol):
    """Where slips wait."""

    @property
    def waiting(self) -> int:
        """How many."""


def _waiting(_: CallbackOptions) -> Iterator[Observation]:
    yield Observation(sum(desk.waiting for desk in _desks))


def _answers(_: CallbackOptions) -> Iterable[Observation]:
    return [
        Observation(count, {"call": call, "outcome": outcome})
        for (call, outcome), count in _answered.items()
    ]


_meter = metrics.get_meter("meguri")
batch_slips = _meter.create_histogram(
    "meguri.desk.batch",
    unit="{slip}",
    description="slips per transaction",
    explicit_bucket_boundaries_advisory=(1, 2, 5, 10, 25, 50, 100, 250),
)
commit_seconds = _meter.create_histogram(
    "meguri.desk.commit",
    unit="s",
    description="from BEGIN to COMMIT of a batch",
    explicit_bucket_boundaries_advisory=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0),
)
_meter.create_observable_up_down_counter(
    "meguri.desk.waiting", [_waiting], unit="{slip}", description="slips that wait at the desk"
)
_meter.create_observable_counter(
    "meguri.slips", [_answers], unit="{slip}", description="slips answered, by call and outcome"
)
refusals = _meter.create_counter(
    "meguri.refusals", unit="{refusal}", description="refusals, by slug"
)
tenant_errors = _meter.create_counter(
    "meguri.tenant.errors", unit="{refusal}", description="refusals, by tenant"
)
journal_lag = _meter.create_gauge(
    "meguri.journal.lag", unit="s", description="how long the oldest entry waits for its number"
)
_tenants: set[int] = set()


def waits_at(desk: "Queue") -> None:
    """Tell of the slips that wait at a desk, as long as it is there."""
    _desks.add(desk)


def answered(call: str, outcome: str) -> None:
    """Count a slip that was answered: booked, refused, or told again."""
    _answered[call, outcome] += 1


def trace_slips() -> None:
    """Spans are collected from now on."""
    global _traces  # noqa: PLW0603  one provider of spans per process, set once
    _traces = True


def span(call: str) -> AbstractContextManager[object]:
    """A span of a slip's stay at the desk, where spans are collected."""
    return _tracer.start_as_current_span(call) if _traces else _untraced


def refused(slug: str, tenant_id: int | None = None) -> None:
    """Count a refusal, and whose it was while there are few of them."""
    refusals.add(1, {"slug": slug})
    if tenant_id is not None:
        if tenant_id not in _tenants and len(_tenants) < MOST_TENANTS:
            _tenants.add(tenant_id)
        tenant = str(tenant_id) if tenant_id in _tenants else "other"
        tenant_errors.add(1, {"tenant": tenant})

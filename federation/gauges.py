"""What the booking desk tells about itself: numbers and spans, never whose.

The API of OpenTelemetry alone: where nothing collects, nothing is kept. Tenants are counted by
number and only the first hundred, so that errors cannot grow a series without end.
"""

from opentelemetry import metrics, trace

MOST_TENANTS = 100

tracer = trace.get_tracer("meguri")
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
waiting_slips = _meter.create_up_down_counter(
    "meguri.desk.waiting", unit="{slip}", description="slips that wait at the desk"
)
answered_slips = _meter.create_counter(
    "meguri.slips", unit="{slip}", description="slips answered, by call and outcome"
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


def refused(slug: str, tenant_id: int | None = None) -> None:
    """Count a refusal, and whose it was while there are few of them."""
    refusals.add(1, {"slug": slug})
    if tenant_id is not None:
        if tenant_id not in _tenants and len(_tenants) < MOST_TENANTS:
            _tenants.add(tenant_id)
        tenant = str(tenant_id) if tenant_id in _tenants else "other"
        tenant_errors.add(1, {"tenant": tenant})

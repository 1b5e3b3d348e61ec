"""Traces and metrics by OTLP; imported only where an endpoint is named, since it is heavy."""

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from federation import gauges


def set_up(resource: Resource) -> MetricReader:
    """Send spans from now on; the reader that sends metrics."""
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(traces)
    gauges.trace_slips()
    return PeriodicExportingMetricReader(OTLPMetricExporter())

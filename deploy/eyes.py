"""Traces and metrics: kept for `/metrics` always, sent by OTLP when an endpoint is named.

The endpoint and its headers are OpenTelemetry's own variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, …).
"""

import os
from importlib import import_module

from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler
from opentelemetry import metrics
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from tenants.answers_api import answers

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def set_up() -> None:
    """Collect from now on; once per process."""
    resource = Resource.create({"service.name": "meguri"})
    readers: list[MetricReader] = [PrometheusMetricReader()]
    if os.environ.get(ENDPOINT):
        readers.append(import_module("deploy.otlp").set_up(resource))
    metrics.set_meter_provider(MeterProvider(readers, resource=resource))


@get(
    "/metrics",
    requires="ops:read",
    sync_to_thread=False,
    media_type=MediaType.TEXT,
    responses=answers(200, None),
)
def get_metrics() -> Response[bytes]:
    """What the process counts, for Prometheus. / 計測値"""
    return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})


ROUTES: list[HTTPRouteHandler] = [get_metrics]

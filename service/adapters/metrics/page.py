"""`GET /metrics`, in the text form of Prometheus."""

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


def create_metrics_page(registry: CollectorRegistry) -> Blueprint:
    """Return the page, for the address that the operators' Prometheus reaches and nobody else."""
    page = Blueprint("metrics", __name__)

    @page.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)

    return page

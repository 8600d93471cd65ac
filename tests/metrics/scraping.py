"""What `/metrics` says, read as Prometheus reads it."""

from collections.abc import Mapping

from flask import Blueprint, Flask
from prometheus_client.parser import text_string_to_metric_families

Series = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


class Scraper:
    """Asks one process for its metrics, as often as one likes."""

    def __init__(self, page: Blueprint) -> None:
        app = Flask(__name__)
        app.register_blueprint(page)
        self._client = app.test_client()

    def text(self) -> str:
        answer = self._client.get("/metrics")
        assert answer.status_code == 200
        return answer.text

    def series(self) -> Series:
        families = text_string_to_metric_families(self.text())
        return {(each.name, frozenset(each.labels.items())): each.value for one in families for each in one.samples}

    def value(self, name: str, **labels: str) -> float | None:
        return self.series().get((name, frozenset(labels.items())))

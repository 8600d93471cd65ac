"""`GET /openapi.json` and `/asyncapi.json`: what programs can ask and say, for programs."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import orjson
from flask import Blueprint, Response


def create_description_pages(descriptions: Mapping[str, Callable[[], Mapping[str, Any]]]) -> Blueprint:
    """Return the pages by name; each is made when it is first asked for."""
    blueprint = Blueprint("descriptions", __name__)
    for name, make in descriptions.items():
        blueprint.add_url_rule(f"/{name}.json", name, _page(make))
    return blueprint


def _page(make: Callable[[], Mapping[str, Any]]) -> Callable[[], Response]:
    text = cache(lambda: orjson.dumps(make()))
    return lambda: Response(text(), content_type="application/json")

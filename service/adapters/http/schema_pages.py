"""`GET /schemas` and `GET /schemas/TYPE`: what events must look like, for publishers and their tools."""

from collections.abc import Mapping
from difflib import get_close_matches
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final

import orjson
from flask import Blueprint, Response, request
from werkzeug.wrappers import Response as AnyResponse

from service.adapters.http.problems import PROBLEM_JSON, Problem, name_of

SCHEMA_JSON: Final = "application/schema+json"


def create_schema_pages(schemas: Mapping[str, Mapping[str, Any]], public_url: str) -> Blueprint:
    """Return the pages. `schemas` are by event type, each of its data; that of `cloudevent` is the envelope's."""
    blueprint = Blueprint("schemas", __name__)
    texts = {name: orjson.dumps({**schema, "$id": _address(public_url, name)}) for name, schema in schemas.items()}
    listed = orjson.dumps({"schemas": [_listed(public_url, *each) for each in sorted(schemas.items())]})

    @blueprint.get("/schemas")
    def list_schemas() -> AnyResponse:
        return _cached(listed, "application/json")

    @blueprint.get("/schemas/<name>")
    def one_schema(name: str) -> AnyResponse:
        text = texts.get(name)
        return _unknown(name, texts) if text is None else _cached(text, SCHEMA_JSON)

    return blueprint


def _address(public_url: str, name: str) -> str:
    return f"{public_url}/schemas/{name}"


def _listed(public_url: str, name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    words = schema.get("x-intouch", {})
    about = {"subject": words["subject"], "version": words.get("version", 1)} if words else {}
    return {"type": name, "title": schema["title"], **about, "schema": _address(public_url, name)}


def _cached(text: bytes, content_type: str) -> AnyResponse:
    """Return the text, or that it is still what the reader has."""
    response = Response(text, content_type=content_type)
    response.set_etag(sha256(text).hexdigest()[:32])
    response.cache_control.no_cache = True  # to be asked for again each time, which costs them no body
    return response.make_conditional(request)


def _unknown(name: str, known: Mapping[str, bytes]) -> Response:
    near = get_close_matches(name[:60], known, 1)
    hint = f"Did you mean {near[0]}?" if near else "GET /schemas lists all."
    detail = f"There is no event type of this name. {hint}"
    problem = Problem(status=HTTPStatus.NOT_FOUND, name=name_of(HTTPStatus.NOT_FOUND), detail=detail)
    return Response(problem.body(), problem.status, content_type=PROBLEM_JSON)

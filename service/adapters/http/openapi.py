"""What can be asked of Intouch over HTTP, as OpenAPI 3.1: made of the same schemas and limits that the door goes by.

Staff's console is left out: it is for browsers on this machine, and may change with every release.
"""

from collections.abc import Mapping
from typing import Any, Final

from service.adapters.http.bindings import MAX_BATCH_EVENTS, Mode
from service.adapters.http.problems import PROBLEM_JSON

Schemas = Mapping[str, Mapping[str, Any]]
VERSION: Final = "1.0"
"""The interface's own: raised when something is added, and by a whole when something that others use goes away."""
ENVELOPE: Final = "cloudevent"
_PAGES: Final = {
    "acknowledge": "staff take on an alert",
    "help": "a participant says that they cannot get in touch",
    "log": "a participant logs conversations",
    "me": "a participant's mentorships",
    "preferences": "a participant's choice of mail",
    "read": "a participant says that they have read a resource",
    "unsubscribe": "no more optional mail, with one press (RFC 8058)",
}


def openapi(schemas: Schemas, public_url: str) -> dict[str, Any]:
    """Return the description; `schemas` are those of data by event type, and the envelope's as `cloudevent`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Intouch",
            "version": VERSION,
            "description": "Events of a mentoring program come in, and the right people hear of them.",
        },
        "servers": [{"url": public_url}],
        "security": [{"key": []}],
        "paths": {**_door(), **_schema_pages(), **_probes(), **_webhook(), **_pages()},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "from `intouch keys`"}},
            "schemas": {"Event": {"anyOf": _events(schemas)}, **_data(schemas), "Problem": _PROBLEM},
        },
    }


_PROBLEM: Final = {
    "title": "Why a request was not carried out (RFC 9457)",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "urn:intouch:problem:NAME, by which a program knows it"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what is wrong and what to do"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["index", "pointer", "message"],
                "properties": {
                    "index": {"type": "integer", "description": "which event of the batch, from 0"},
                    "pointer": {"type": "string", "description": "where in it, as a JSON pointer"},
                    "message": {"type": "string", "description": "what to send instead"},
                },
            },
        },
    },
}


def named(type: str) -> str:
    """Return the name in `components` of an event type's data: `mentorship.matched` is MentorshipMatchedData."""
    return "".join(each.title() for each in type.replace("_", ".").split(".")) + "Data"


def without_dialect(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema without what only stands at the head of a file."""
    return {name: value for name, value in schema.items() if name not in ("$schema", "$comment", "x-intouch")}


def _data(schemas: Schemas) -> dict[str, Any]:
    return {named(type): without_dialect(schema) for type, schema in sorted(schemas.items()) if type != ENVELOPE}


def _events(schemas: Schemas) -> list[dict[str, Any]]:
    """Return an event of each type: the envelope, and the data of its type."""
    envelope = without_dialect(schemas[ENVELOPE])
    return [
        {
            **envelope,
            "title": schemas[type]["title"],
            "properties": {
                **envelope["properties"],
                "type": {"const": type},
                "data": {"$ref": f"#/components/schemas/{named(type)}"},
            },
        }
        for type in sorted(schemas)
        if type != ENVELOPE
    ]


def _door() -> dict[str, Any]:
    event = {"$ref": "#/components/schemas/Event"}
    batch = {"type": "array", "maxItems": MAX_BATCH_EVENTS, "items": event}
    bodies = {
        Mode.STRUCTURED: {"schema": event},
        Mode.BATCH: {"schema": batch},
        Mode.BINARY: {"schema": {"type": "object", "description": "data; the attributes are headers ce-…"}},
    }
    taken = {
        "type": "object",
        "required": ["accepted", "duplicates"],
        "properties": {
            "accepted": {"type": "integer", "description": "how many are new"},
            "duplicates": {"type": "integer", "description": "how many were known, and are the same"},
            "dropped_fields": {"type": "integer", "description": "fields of data that are unknown and were left out"},
        },
    }
    refusals = {
        "400": "it cannot be read",
        "401": "the key is missing or unknown",
        "403": "the key may not send this source or program",
        "409": "an id was used before for another event",
        "413": "too much at once",
        "415": "not a content type that is taken",
        "422": "events are not valid; each fault is told",
        "429": "too fast; try again after Retry-After seconds",
        "503": "it could not be stored; try again after Retry-After seconds",
    }
    asks = {
        "name": "validate",
        "in": "query",
        "description": "true checks, and stores nothing",
        "schema": {"type": "string", "enum": ["true", "false"]},
    }
    return {
        "/events": {
            "post": {
                "operationId": "postEvents",
                "summary": "Take events in: all of a request, or none.",
                "parameters": [asks],
                "requestBody": {"required": True, "content": {str(mode): body for mode, body in bodies.items()}},
                "responses": {
                    "200": _json("what would become of each, where only asked", {"type": "object"}),
                    "202": _json("they are stored", taken),
                    **{status: _problem(words) for status, words in refusals.items()},
                },
            }
        }
    }


def _schema_pages() -> dict[str, Any]:
    listed = _json("all event types", {"type": "object"})
    schema = _json("its JSON Schema", {"type": "object"}, "application/schema+json")
    one = {"200": schema, "404": _problem("no such type")}
    return {
        "/schemas": {"get": _open("listSchemas", "The event types there are.", {"200": listed})},
        "/schemas/{type}": {
            "parameters": [_in_path("type", "an event type, or cloudevent for the envelope")],
            "get": _open("getSchema", "What the data of a type must look like.", one),
        },
    }


def _probes() -> dict[str, Any]:
    status = {"type": "object", "properties": {"status": {"type": "string"}, "detail": {"type": "string"}}}
    ready = {"type": "object", "required": ["ready"], "properties": {"ready": {"type": "boolean"}}}
    alive = {"200": _json("it does", status), "503": _json("a thread is stuck", status)}
    return {
        "/healthz": {"get": _open("isAlive", "Whether the process goes on.", alive)},
        "/readyz": {
            "get": _open(
                "isReady",
                "Whether it can do its work, and what is wrong, in words.",
                {"200": _json("it can", ready), "503": _json("it cannot", ready)},
            )
        },
    }


def _webhook() -> dict[str, Any]:
    headers = ("X-Twilio-Email-Event-Webhook-Signature", "X-Twilio-Email-Event-Webhook-Timestamp")
    post = _open(
        "takeReports",
        "SendGrid's signed reports. There only where mail goes through SendGrid.",
        {
            "204": {"description": "they are stored"},
            **{each: {"description": "refused"} for each in ("400", "403", "413")},
            "503": {"description": "they could not be stored; SendGrid brings them again"},
        },
    )
    post["parameters"] = [
        {"name": each, "in": "header", "required": True, "schema": {"type": "string"}} for each in headers
    ]
    post["requestBody"] = {"required": True, "content": {"application/json": {"schema": {"type": "array"}}}}
    return {"/webhooks/sendgrid": {"post": post}}


def _pages() -> dict[str, Any]:
    html = {"description": "a page", "content": {"text/html": {"schema": {"type": "string"}}}}
    gone = {"description": "the link has ended, or is none"}
    form: dict[str, Any] = {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}}}
    found: dict[str, Any] = {}
    answers = {"200": html, "404": gone}
    for purpose, words in _PAGES.items():
        get = _open(f"open{purpose.title()}", f"The page on which {words}. Changes nothing.", answers)
        post = _open(f"answer{purpose.title()}", f"What its button does: {words}.", answers)
        found[f"/{purpose}/{{token}}"] = {
            "parameters": [_in_path("token", "the signed end of a link in mail")],
            "get": get,
            "post": {**post, "requestBody": form},
        }
    article = _open("readResource", "An article.", {"200": html, "404": {"description": "there is none"}})
    return {**found, "/resources/{slug}": {"parameters": [_in_path("slug", "its name")], "get": article}}


def _open(operation: str, summary: str, responses: dict[str, Any]) -> dict[str, Any]:
    """Return an operation that asks for no key."""
    return {"operationId": operation, "summary": summary, "security": [], "responses": responses}


def _in_path(name: str, words: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "description": words, "schema": {"type": "string"}}


def _json(words: str, schema: dict[str, Any], content_type: str = "application/json") -> dict[str, Any]:
    return {"description": words, "content": {content_type: {"schema": schema}}}


def _problem(words: str) -> dict[str, Any]:
    return _json(words, {"$ref": "#/components/schemas/Problem"}, PROBLEM_JSON)

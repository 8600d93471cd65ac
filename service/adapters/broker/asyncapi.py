"""What is said to Intouch and by Intouch over RabbitMQ, as AsyncAPI 3: made of the schemas and of the topology."""

from collections.abc import Mapping
from typing import Any, Final

from service.adapters.broker import topology

Schemas = Mapping[str, Mapping[str, Any]]
VERSION: Final = "1.0"
"""The interface's own: raised when something is added, and by a whole when something that others use goes away."""
_ENVELOPE: Final = "cloudevent"
_STRUCTURED: Final = "application/cloudevents+json"


def asyncapi(incoming: Schemas, outgoing: Schemas) -> dict[str, Any]:
    """Return the description; both are schemas of data by event type, `incoming` with the envelope as `cloudevent`."""
    envelope = _plain(incoming[_ENVELOPE])
    taken = {type: schema for type, schema in sorted(incoming.items()) if type != _ENVELOPE}
    told = dict(sorted(outgoing.items()))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Intouch over RabbitMQ",
            "version": VERSION,
            "description": "CloudEvents 1.0, structured, or binary with attributes in headers `cloudEvents:NAME`.",
        },
        "defaultContentType": _STRUCTURED,
        "channels": {
            "events": _channel(topology.EVENTS, "Events for Intouch; the routing key is the event's type.", taken),
            "outbound": _channel(topology.OUTBOUND, "Intouch's own events, by their type.", told, "own."),
        },
        "operations": {
            "takeEvents": _operation("receive", "events", taken, ""),
            "tellOwnEvents": _operation("send", "outbound", told, "own."),
        },
        "components": {
            "messages": {
                **{type: _message(type, schema, envelope) for type, schema in taken.items()},
                **{f"own.{type}": _message(type, schema, _OWN) for type, schema in told.items()},
            }
        },
    }


_OWN: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time"],
    "properties": {name: {"type": "string"} for name in ("specversion", "id", "source", "subject", "program", "time")},
}


def _channel(exchange: str, words: str, schemas: Schemas, prefix: str = "") -> dict[str, Any]:
    kind = topology.EXCHANGES[exchange]
    binding = {"is": "routingKey", "exchange": {"name": exchange, "type": kind, "durable": True, "autoDelete": False}}
    return {
        "address": "{type}",
        "description": words,
        "parameters": {"type": {"description": "the event's type", "enum": list(schemas)}},
        "messages": {f"{prefix}{type}": {"$ref": f"#/components/messages/{prefix}{type}"} for type in schemas},
        "bindings": {"amqp": {**binding, "bindingVersion": "0.3.0"}},
    }


def _operation(action: str, channel: str, schemas: Schemas, prefix: str) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/{channel}/messages/{prefix}{type}"} for type in schemas]
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "messages": messages}


def _message(type: str, schema: Mapping[str, Any], envelope: Mapping[str, Any]) -> dict[str, Any]:
    properties = {**envelope["properties"], "type": {"const": type}, "data": _plain(schema)}
    return {
        "name": type,
        "title": schema["title"],
        "contentType": _STRUCTURED,
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {**envelope, "title": schema["title"], "properties": properties},
        },
    }


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema without what only stands at the head of a file."""
    return {name: value for name, value in schema.items() if name not in ("$schema", "$comment", "x-intouch")}

"""The descriptions are sound, are what others have a copy of, and say what is really there."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema_rs import Draft7Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from service.adapters.http import create_app
from service.adapters.http.description_pages import create_description_pages
from service.settings import read_settings
from service.wiring import Installation
from tests.descriptions.made import NAMES, copy_of, made, text_of
from tests.schemas.samples import SCHEMAS

ASYNCAPI = json.loads(Path(__file__).with_name("asyncapi-3.0.0.schema.json").read_text("utf-8"))
"""AsyncAPI's own, from @asyncapi/specs 6.11.1 (Apache-2.0), without its descriptions."""


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return made("openapi")


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, Any]:
    return made("asyncapi")


@pytest.mark.parametrize("name", NAMES)
def test_the_copy_is_what_is_made(name: str) -> None:
    assert copy_of(name).read_text("utf-8") == text_of(made(name)), "Meant? python -m tests.descriptions.made"


def test_openapi_is_sound(openapi: dict[str, Any]) -> None:
    assert [each.message for each in OpenAPIV31SpecValidator(openapi).iter_errors()] == []
    broken = json.loads(json.dumps(openapi))
    del broken["paths"]["/events"]["post"]["responses"]["202"]["description"]
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_asyncapi_is_sound(asyncapi: dict[str, Any]) -> None:
    validator = Draft7Validator(ASYNCAPI)
    assert [each.message for each in validator.iter_errors(asyncapi)] == []
    assert not validator.is_valid({**asyncapi, "operations": {"takeEvents": {"action": "take"}}})


def test_every_address_that_is_described_is_there_and_every_one_of_the_door_is_described(
    openapi: dict[str, Any], tmp_path: Path
) -> None:
    settings = {
        "INTOUCH_HTTP": "127.0.0.1:0",
        "INTOUCH_CONSOLE_HTTP": "localhost:0",
        "INTOUCH_MAIL_URL": "sendgrid:",
        "INTOUCH_SENDGRID_KEY": "SG.none",
        "INTOUCH_DATA_DIR": str(tmp_path),
    }
    intouch = Installation(read_settings(settings))
    intouch.migrate()
    server = intouch.server()
    address = server.app.url_map.bind("127.0.0.1")
    for path, operations in openapi["paths"].items():
        for method in operations.keys() - {"parameters"}:
            assert address.test(path.replace("{", "").replace("}", ""), method=method.upper()), (method, path)
    first = {rule.rule.split("/")[1] for rule in server.app.url_map.iter_rules() if not rule.rule.startswith("/<")}
    server.stop()
    intouch.close()
    described = {path.split("/")[1] for path in openapi["paths"]}
    assert first - described == {"openapi.json", "asyncapi.json"}


@pytest.mark.parametrize("type", sorted(SCHEMAS.catalogue.types))
def test_the_examples_of_each_type_fit_what_is_described(
    type: str, openapi: dict[str, Any], asyncapi: dict[str, Any]
) -> None:
    events = openapi["components"]["schemas"]["Event"]["anyOf"]
    (schema,) = (each for each in events if each["properties"]["type"] == {"const": type})
    data = schema["properties"]["data"]["$ref"].rpartition("/")[2]
    for example in SCHEMAS.published[type]["examples"]:
        assert Draft202012Validator(openapi["components"]["schemas"][data]).is_valid(example)
        payload = asyncapi["components"]["messages"][type]["payload"]["schema"]
        assert Draft202012Validator(payload["properties"]["data"]).is_valid(example)


def test_both_are_served() -> None:
    pages = create_description_pages({name: lambda name=name: {"name": name} for name in NAMES})  # type: ignore[misc]  # a default binds the name
    app = create_app(None, SCHEMAS, lambda: (True, {}), [pages])  # type: ignore[arg-type]  # nobody posts here
    assert [app.test_client().get(f"/{name}.json").json for name in NAMES] == [{"name": name} for name in NAMES]

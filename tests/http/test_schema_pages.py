"""`GET /schemas`: what events must look like, as publishers and their tools read it."""

from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from service.adapters.http.schema_pages import create_schema_pages
from tests.http.door import Door, MemoryIntake, served
from tests.schemas.samples import SCHEMAS, TYPES, examples

PUBLIC = "https://mentoring.example.org"


@pytest.fixture(name="door", scope="module")
def _door() -> Iterator[Door]:
    with served(MemoryIntake(), blueprints=[create_schema_pages(SCHEMAS.published, PUBLIC)]) as door:
        yield door


def test_every_type_is_listed_with_what_it_is_about_and_where_its_schema_is(door: Door) -> None:
    listed = {each["type"]: each for each in door.send("GET", "/schemas").json["schemas"]}
    assert listed.keys() == {"cloudevent", *TYPES}
    flag = listed["flag.submitted"]
    assert (flag["subject"], flag["version"]) == ("mentorships", 1)
    assert flag["schema"] == f"{PUBLIC}/schemas/flag.submitted"


def test_each_schema_stands_alone_and_takes_its_own_examples(door: Door) -> None:
    schemas = {name: door.send("GET", f"/schemas/{name}") for name in ("cloudevent", *TYPES)}
    for name, reply in schemas.items():
        assert (reply.status, reply.headers["Content-Type"]) == (200, "application/schema+json")
        assert reply.json["$id"] == f"{PUBLIC}/schemas/{name}"
        assert b"words.json" not in reply.body
        Draft202012Validator.check_schema(reply.json)
    for name, data in examples():
        Draft202012Validator(schemas[name].json).validate(data)


def test_whoever_has_it_is_not_sent_it_again(door: Door) -> None:
    first = door.send("GET", "/schemas/flag.submitted")
    again = door.send("GET", "/schemas/flag.submitted", headers={"If-None-Match": first.headers["Etag"]})
    other = door.send("GET", "/schemas/flag.resolved", headers={"If-None-Match": first.headers["Etag"]})
    assert (again.status, again.body, other.status) == (304, b"", 200)


def test_a_misspelt_type_is_404_with_a_guess(door: Door) -> None:
    near, far = door.send("GET", "/schemas/flag.submited"), door.send("GET", "/schemas/" + "x" * 3_000)
    assert (near.status, near.is_problem, "Did you mean flag.submitted?" in near.json["detail"]) == (404, True, True)
    assert (far.status, far.is_problem, "GET /schemas lists all" in far.json["detail"]) == (404, True, True)

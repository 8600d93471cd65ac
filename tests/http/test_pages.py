"""The probes, and the addresses around `/events`."""

import json

import pytest
from flask import Blueprint

from tests.http.door import MemoryIntake, served


@pytest.fixture(name="pages")
def _pages() -> Blueprint:
    pages = Blueprint("pages", __name__, url_prefix="/console")

    @pages.get("/")
    def home() -> str:
        return "<h1>Mail</h1>"

    @pages.get("/broken")
    def broken() -> str:
        raise RuntimeError("@".join(("canary", "example.org")))  # no source line in the log holds it whole

    return pages


def test_the_process_is_alive() -> None:
    with served(MemoryIntake()) as door:
        reply = door.send("GET", "/healthz")
    assert (reply.status, reply.json) == (200, {"status": "alive"})


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
def test_readiness_is_told_with_its_detail(ready: bool, status: int) -> None:
    with served(MemoryIntake(), ready=(ready, {"rules": "a bad edit in reminders.yaml"})) as door:
        reply = door.send("GET", "/readyz")
    assert (reply.status, reply.json) == (status, {"ready": ready, "rules": "a bad edit in reminders.yaml"})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_405_and_names_the_right_one(method: str) -> None:
    with served(MemoryIntake()) as door:
        reply = door.send(method, "/events")
    assert (reply.status, reply.is_problem, "POST" in reply.headers["Allow"]) == (405, True, True)


@pytest.mark.parametrize("path", ["/", "/event", "/events/", "/events/1", "/%00", "/" + "x" * 5_000])
def test_another_address_is_404(path: str) -> None:
    with served(MemoryIntake()) as door:
        reply = door.send("POST", path, b"{}", {"Content-Type": "application/cloudevents+json"})
    assert (reply.status, reply.is_problem) == (404, True)


def test_pages_answer_people_in_html(pages: Blueprint) -> None:
    with served(MemoryIntake(), blueprints=[pages]) as door:
        home, missing, event = door.send("GET", "/console/"), door.send("GET", "/console/x"), door.post(b"{}")
    assert (home.status, home.body) == (200, b"<h1>Mail</h1>")
    assert (missing.status, missing.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert (event.status, event.is_problem) == (422, True)


def test_a_broken_page_shows_a_reference_and_no_code(pages: Blueprint, caplog: pytest.LogCaptureFixture) -> None:
    with served(MemoryIntake(), blueprints=[pages]) as door:
        reply = door.send("GET", "/console/broken")
    assert reply.status == 500
    assert "reference" in reply.body.decode()
    assert "canary@" not in reply.body.decode() + caplog.text
    assert "Traceback" not in reply.body.decode()


def test_no_answer_names_the_software_that_serves_it() -> None:
    with served(MemoryIntake()) as door:
        headers = json.dumps([dict(door.send("GET", path).headers) for path in ("/healthz", "/nope", "/events")])
    assert "waitress" not in headers.lower()
    assert "werkzeug" not in headers.lower()

"""Every address of the console says what it asks of whoever opens it, and one that does not say it answers nobody."""

from http import HTTPStatus

import pytest
from flask import Flask

from service.console.access import Where, need_of
from tests.console.site import MONDAY
from tests.console.visitor import Visitor
from tests.flow.stage import Stage
from tests.trial.small import stage


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return stage(tmp_path_factory.mktemp("whole"), MONDAY)


@pytest.fixture(scope="module")
def app(whole: Stage) -> Flask:
    """Every page that Intouch has."""
    return whole.intouch.door()


def test_every_route_says_what_it_needs(app: Flask) -> None:
    rules = [each for each in app.url_map.iter_rules() if each.endpoint.startswith("console.")]
    assert len(rules) > 15
    for rule in rules:
        if rule.endpoint == "console.static":
            continue
        need = need_of(app.view_functions[rule.endpoint])
        assert need is not None, f"{rule.rule} does not say who may open it. CONTRIBUTING: a new page of the console"
        if need.permission is not None and need.where is Where.HERE:
            assert "program" in rule.arguments, f"{rule.rule} asks for a permission in a program, and names none"


def test_a_route_that_does_not_say_answers_nobody(whole: Stage) -> None:
    app = whole.intouch.door()
    view = app.view_functions["console.mail"]
    del vars(view)["need"]
    assert (
        Visitor(app).enter(whole.intouch.sessions).get("/console/mail").status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    )

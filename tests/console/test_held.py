"""What is stopped and held is told on the overview and beside the mail, and listed with who would get it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.flow import by_hand
from service.flow.brake_port import Scope
from tests.console.site import Site
from tests.flow.braking import CHANGED, PAIRS, Braking


@pytest.fixture(name="braking")
def _braking(tmp_path: Path) -> Iterator[Braking]:
    made = Braking(tmp_path, first=3)
    yield made
    made.close()


@pytest.fixture(name="site")
def _site(braking: Braking) -> Site:
    return Site(braking.stage)


def _stop(braking: Braking, scope: Scope, name: str = "") -> None:
    with braking.stage.intouch.store.writing() as transaction:
        by_hand.stop(transaction, scope, name, "kim <b>", braking.now)


@pytest.mark.parametrize("path", ["/console/", "/console/mail"])
def test_it_is_told_where_people_look(braking: Braking, site: Site, path: str) -> None:
    assert "See what waits, and why" not in site.page(path).text
    braking.change_the_rule()
    braking.ask(range(PAIRS))
    assert (
        f"The safety limit holds {PAIRS - 3} messages of 1 rule until somebody looks at them." in site.page(path).text
    )
    _stop(braking, Scope.ALL)
    assert "All mail, by kim <b>." in site.page(path).text
    assert {"href": "/console/held"} in site.page(path).all("a")


def test_the_list_says_who_would_get_what_and_what_to_do(braking: Braking, site: Site) -> None:
    assert "Nothing is held, and nothing is stopped." in site.page("/console/held").text
    braking.change_the_rule()
    braking.ask(range(PAIRS))
    _stop(braking, Scope.PROGRAM, "northfield")
    _stop(braking, Scope.RULE, CHANGED)
    page = site.page("/console/held")
    assert "All mail of Northfield Peer Mentoring, by kim <b> since" in page.text
    assert "The rule “Whoever asked for help hears at once what happens next”, by kim <b> since" in page.text
    assert f"intouch held release {CHANGED}" in page.text
    assert page.text.count("help-talk-to-institution") == PAIRS - 3
    assert "Ben-11" in page.text
    assert any(each.get("href") == "/console/northfield/mentorships/m-11" for each in page.all("a"))

"""The try-it page without a script: marks, bounds, whose form it is, and that trying changes nothing."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from service.adapters.http import create_app
from service.domain.calendar import parse_rfc3339
from tests.console.site import read
from tests.console.visitor import OWN, Visitor
from tests.flow.events import pair
from tests.flow.stage import Stage
from tests.trial.small import RULE, sources, stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
FILE = "rules/hello.yaml"
MISTAKE = RULE.replace("only_while", "only_whilst")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Stage]:
    made = stage(tmp_path, MONDAY)
    made.take(*pair(MONDAY))
    made.work_until(MONDAY)
    yield made
    made.close()


@pytest.fixture
def app(live: Stage) -> Visitor:
    intouch = live.intouch
    pages = [intouch._console(), *intouch.mail_pages()]
    return Visitor(create_app(intouch.acceptor, intouch.schemas, intouch.ready, pages)).enter(intouch.sessions)


def done(app: Visitor, address: str) -> str:
    """Return the page of a trial when it is done."""
    ends = monotonic() + 60
    while "looks again by itself" in (text := app.get(address).text):
        assert monotonic() < ends
        sleep(0.05)
    return text


def active(live: Stage) -> str:
    with live.intouch.store.reading() as snapshot:
        row = snapshot.active_rule_set()
    assert row is not None
    return row.hash


def test_the_check_button_marks_what_is_wrong(app: Visitor) -> None:
    page = read(app.post("/console/try", path=FILE, text=MISTAKE, do="check").text)
    assert 'Line 7: Rule "say-hello": "only_whilst" is not a word of this language.' in page.text
    assert page.address_of("Line 7") == "#text"
    assert page.all("textarea")[0]["id"] == "text"


def test_a_mistake_elsewhere_says_in_which_file(app: Visitor) -> None:
    answer = app.post("/console/try/check", path=FILE, text=RULE.replace("say-hello", "say-hi")).get_json()
    assert {each["where"].partition(",")[0] for each in answer["marks"] if not each["line"]} == {
        "rules/tests/hello.yaml"
    }


def test_trying_changes_nothing_and_hands_the_file_back(app: Visitor, live: Stage) -> None:
    before, edited = active(live), RULE.replace("Two days", "Some days")
    begun = app.post("/console/try", path=FILE, text=edited, do="try")
    assert begun.status_code == 303
    text = done(app, begun.location)
    assert "Against what runs: edited say-hello." in read(text).text
    assert active(live) == before
    handed = app.get(f"{begun.location}/file")
    assert (handed.text, handed.headers["Content-Disposition"]) == (edited, 'attachment; filename="hello.yaml"')


def test_one_who_says_their_name_makes_it_live(app: Visitor, live: Stage) -> None:
    begun = app.post("/console/try", path=FILE, text=RULE.replace("Two days", "Some days"), do="try")
    done(app, begun.location)
    refused = app.post(f"{begun.location}/gate", name=" ")
    assert (refused.status_code, "Say who you are" in refused.text) == (422, True)
    passed = app.post(f"{begun.location}/gate", name="kim")
    assert passed.location.endswith("/console/rules?passed=live")
    assert active(live) == sources(rules=RULE.replace("Two days", "Some days")).content_hash
    assert "kimtry-it page edited say-hello" in read(app.get(passed.location).text).text


def test_what_fails_its_stories_cannot_be_sent_through(app: Visitor, live: Stage) -> None:
    before = active(live)
    begun = app.post("/console/try", path=FILE, text=RULE.replace("2 days", "3 days"), do="try")
    page = read(done(app, begun.location))
    assert "It cannot go live:" in page.text
    assert not [each for each in page.all("input") if each["name"] == "name"]
    assert app.post(f"{begun.location}/gate", name="kim").status_code == 422
    assert active(live) == before


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("rules/../secret.yaml", RULE, "Name the file in small letters below rules/"),
        ("templates/messages/x.md", RULE, "Name the file"),
        ("rules/x.yaml\nb", RULE, "Name the file"),
        (FILE, "x" * 262_145, "longer than 256 KiB"),
        (FILE, " \n", "The file is empty."),
    ],
)
def test_what_cannot_be_tried_is_told_above_the_form(app: Visitor, path: str, text: str, fault: str) -> None:
    answer = app.post("/console/try", path=path, text=text, do="try")
    assert (answer.status_code, fault in answer.text) == (422, True)
    assert fault in app.post("/console/try/check", path=path, text=text).get_json()["fault"]


@pytest.mark.parametrize(
    "hostile",
    [
        "a: &a [*a]\n",
        "!!python/object/apply:os.system [id]\n",
        "[" * 5_000,
        "\0",
        "{{ 7 * 7 }}",
        "<script>alert(1)</script>",
    ],
)
def test_hostile_text_is_marked_and_never_markup(app: Visitor, hostile: str) -> None:
    answer = app.post("/console/try", path=FILE, text=hostile, do="check")
    assert answer.status_code == 200
    assert 'class="error"' in answer.text
    assert "<script>alert" not in answer.text


def test_more_than_a_form_may_carry_is_refused(app: Visitor) -> None:
    assert app.post("/console/try", path=FILE, text="x" * 1_100_000, do="try").status_code == 413


@pytest.mark.parametrize(
    "headers",
    [
        {**OWN, "Origin": "https://evil.example.com"},
        {**OWN, "Origin": "null"},
        {**OWN, "Sec-Fetch-Site": "cross-site"},
        {**OWN, "Origin": "http://127.0.0.1:9999", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_that_another_site_sent_is_refused(app: Visitor, headers: dict[str, str]) -> None:
    for path in ("/try", "/try/check", "/try/x/gate", "/rules/proposed/x/try"):
        assert app.post(f"/console{path}", headers, path=FILE, text=RULE).status_code == 403


def test_the_script_is_ours_and_nothing_else_runs(app: Visitor) -> None:
    policy = app.get("/console/try").headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in app.get("/console/rules").headers["Content-Security-Policy"]


def test_a_trial_that_is_forgotten_is_not_there(app: Visitor) -> None:
    assert app.get("/console/try/0123456789abcdef").status_code == 404

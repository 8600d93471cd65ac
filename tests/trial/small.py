"""A small set of rules with its stories and messages, as texts that a test changes."""

from collections.abc import Mapping
from pathlib import Path

from service.adapters.rulebook.sources import Sources
from service.domain.calendar import HOUR, parse_rfc3339
from tests.flow.events import pair
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")

RULE = """rules:
  - id: say-hello
    title: Two days after the match
    kind: nudge
    starts: mentorship.matched
    wait: 2 days
    only_while: { conversation.logged: never }
    send: [ { to: both, message: hello } ]
"""
WELCOME = """  - id: welcome
    title: The day after the match
    kind: service
    starts: mentorship.matched
    wait: 1 day
    send: [ { to: both, message: hello } ]
"""
STORIES = """- story: hello comes two days after the match
  begins: "2026-03-02 15:00 Europe/London"
  events: [ { day: 0, event: mentorship.matched } ]
  until: day 5
  expect: [ { day: 2, rule: say-hello, to: both } ]

- story: a talk stops it
  begins: "2026-03-02 15:00 Europe/London"
  events:
    - { day: 0, event: mentorship.matched }
    - { day: 1, event: conversation.logged, by: mentee }
  until: day 5
  expect: []
"""
WELCOMED = STORIES.replace("[ { day: 2,", "[ { day: 1, rule: welcome, to: both }, { day: 2,").replace(
    "expect: []", "expect: [ { day: 1, rule: welcome, to: both } ]"
)
MESSAGE = "---\nsubject: S\npreheader: P\ncategory: reminders\n---\nText.\n"


def texts(**changed: str | None) -> dict[str, str]:
    """Return the texts by path; a keyword names `rules`, `stories` or `message`, and None takes that file away."""
    named = {"rules": RULE, "stories": STORIES, "message": MESSAGE, **changed}
    paths = {
        "rules": "rules/hello.yaml",
        "stories": "rules/tests/hello.yaml",
        "message": "templates/messages/hello.md",
    }
    return {paths[name]: text for name, text in named.items() if text is not None}


def sources(**changed: str | None) -> Sources:
    return Sources(texts(**changed))


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write the texts below a folder."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")


def matched(folder: Path, pairs: int) -> Stage:
    """Return that installation with so many pairs, matched half a day ago."""
    made = stage(folder, MONDAY)
    for number in range(pairs):
        made.take(*pair(MONDAY, f"m-{number}", f"mentor-{number}", f"mentee-{number}"))
    made.work_until(MONDAY + 12 * HOUR)
    return made


def stage(folder: Path, now: int) -> Stage:
    """Return an installation in which the small rules are live."""
    write(folder, texts())
    return Stage(
        folder / "var",
        now,
        {"INTOUCH_RULES_DIR": str(folder / "rules"), "INTOUCH_TEMPLATES_DIR": str(folder / "templates")},
    )

"""The checker as a whole: what messages may speak of, what programs change, and how its work grows."""

import re
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from service.adapters.rulebook.check import Checked, check
from service.adapters.rulebook.sources import Sources, read_sources
from service.adapters.templates.samples import sample_context, sample_start
from service.adapters.templates.uses import MessageUses
from service.settings import ROOT
from tests.rulebook.sets import TODAY, catalogue

HEAD = '---\nsubject: "s"\npreheader: "p"\ncategory: service\n---\n'
RULE = """rules:
  - id: a
    kind: service
    starts: {starts}
    send: [ {{ to: {to}, message: m{resource} }} ]
"""
TIPS = "---\ntitle: Tips\nsummary: s\norder: 1\naudience: both\nstage: start\ntopics: all\n---\nText.\n"


def asked(files: Mapping[str, str], today: date = TODAY) -> Checked:
    return check(Sources(dict(files)), catalogue(), today=today, read_messages=MessageUses)


def codes(found: Checked) -> set[str]:
    return {each.code for each in found.problems} - {"no-story"}


def paths(context: Mapping[str, Any], before: str = "") -> list[str]:
    """Return every variable of a context that is a text, as dotted paths."""
    found = []
    for name, value in context.items():
        found += paths(value, f"{before}{name}.") if isinstance(value, Mapping) else [f"{before}{name}"]
    return found


@pytest.mark.parametrize("role", ["mentor", "mentee", "staff", "advisor"])
@pytest.mark.parametrize("starts", ["mentorship.matched", "conversation.logged", "date.program_ends"])
@pytest.mark.parametrize("resource", ["", ", resource: tips"])
def test_a_message_may_speak_of_all_that_its_reader_has_and_of_nothing_else(
    role: str, starts: str, resource: str
) -> None:
    start = sample_start(catalogue().types.get(starts), starts)
    context = sample_context(role, start=start, resource=bool(resource), topic=False)
    text = "\n".join(f"{{{{ {path} }}}}" for path in paths(context))
    to = {"staff": "staff.primary"}.get(role, role)
    files = {"rules/a.yaml": RULE.format(starts=starts, to=to, resource=resource), "templates/resources/tips.md": TIPS}
    whole = asked({**files, "templates/messages/m.md": f"{HEAD}{text}\n"})
    assert "missing-variable" not in codes(whole)
    for group in {"counterpart", "resource", "topic"} - set(context):
        lacking = asked({**files, "templates/messages/m.md": f"{HEAD}{{{{ {group}.name }}}}\n"})
        assert "missing-variable" in codes(lacking)


@pytest.mark.parametrize(
    "body",
    [
        '{% if recipient.role == "staff" %}{{ mentor.name }}{% else %}{{ counterpart.name }}{% endif %}',
        "{% if counterpart is defined %}{{ counterpart.name }}{% endif %}",
        '{{ counterpart.name if recipient.role in ["mentor", "mentee"] else "both" }}',
        '{{ resource | default("nothing") }}',
        '{% if recipient.role != "staff" and counterpart.name %}x{% endif %}',
    ],
)
def test_what_a_branch_keeps_from_a_reader_is_not_missed(body: str) -> None:
    rule = RULE.format(starts="mentorship.matched", to="both", resource="").replace(
        "send: [", "send: [ { to: staff.primary, message: m },"
    )
    assert codes(asked({"rules/a.yaml": rule, "templates/messages/m.md": f"{HEAD}{body}\n"})) <= {"overlap"}


def test_what_a_program_changes_is_told_where_it_changes_it() -> None:
    rule = RULE.format(starts="conversation.logged", to="mentor", resource="")
    program = "program: p\noverrides:\n  a: { only_while: { conversation.logged: never } }\n"
    [problem] = asked({"rules/a.yaml": rule, "rules/p.yaml": program}).errors
    assert (problem.code, problem.path, problem.line) == ("start-contradicts-gate", "rules/p.yaml", 3)
    assert problem.message.startswith("In the program p: ")


@pytest.mark.parametrize(("day", "codes_then"), [("2026-11-25", set()), ("2026-11-24", {"overlap", "accept-expired"})])
def test_a_warning_is_accepted_through_its_last_day(day: str, codes_then: set[str]) -> None:
    first = RULE.format(starts="mentorship.matched", to="both", resource="")
    accept = f"    accept: [ {{ warning: overlap, with: a, because: b, until: {day} }} ]\n"
    second = first.replace("rules:\n", "").replace("id: a", "id: b") + accept
    assert codes(asked({"rules/a.yaml": first + second})) == codes_then


def test_the_standard_pack_is_clean() -> None:
    assert asked(read_sources(ROOT / "rules", ROOT / "templates").files).problems == ()


def calls_to_check(copies: int) -> int:
    """Return how many functions are called to check so many copies of the pack's rules."""
    files = dict(read_sources(ROOT / "rules", ROOT / "templates").files)
    rules = [
        path for path in files if path.count("/") == 1 and path not in ("rules/delivery.yaml",) and "rules/" in path
    ]
    for number in range(1, copies):
        for path in rules:
            files[path.replace(".yaml", f"-{number}.yaml")] = re.sub(r"- id: (\S+)", rf"- id: \1-{number}", files[path])
    number_of_calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal number_of_calls
        number_of_calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        asked(files)
    finally:
        sys.setprofile(before)
    return number_of_calls


def test_the_work_grows_with_the_rules_and_not_with_their_pairs() -> None:
    calls_to_check(1)  # what is read once and kept
    few, many = calls_to_check(4), calls_to_check(16)
    assert many < 5 * few

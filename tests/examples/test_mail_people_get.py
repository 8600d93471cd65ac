"""The pages and figures that tell what people get are those of today's rules."""

import json

from examples.weekly_mail import report
from examples.what_people_receive import page
from tests.structure.tree import ROOT


def test_the_four_lives_are_told_as_the_rules_are_today() -> None:
    command = "python -m examples.what_people_receive > docs/what-people-receive.md"
    assert (ROOT / "docs/what-people-receive.md").read_text("utf-8") == page(), f"Stale: {command}"


def line(at: str, email: str, kind: str = "nudge", recipient: str = "p-1") -> str:
    return json.dumps({"at": at, "email": email, "kind": kind, "recipient": recipient})


def test_a_digest_counts_once_and_staff_not_at_all() -> None:
    told = report(
        [
            line("2026-09-07T10:00:00Z", "e1"),
            line("2026-09-07T10:00:00Z", "e1"),
            line("2026-09-08T10:00:00Z", "e2", "service"),
            line("2026-09-15T10:00:00Z", "e3"),
            line("2026-09-15T10:00:00Z", "e4", "report", "staff.primary"),
        ]
    )
    assert told.split("\n")[:5] == [
        "1 people, 3 emails",
        "",
        "emails  person-weeks",
        f"{1:6}  {1:12}",
        f"{2:6}  {1:12}",
    ]
    assert "most in any 7 days: 2; of emails with nudges: 1" in told


def test_nobody_is_an_answer_too() -> None:
    assert report([line("2026-09-07T10:00:00Z", "e1", "alert", "staff.ops")]) == "No participant gets anything.\n"

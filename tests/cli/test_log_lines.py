"""The log in both forms: what ours say, what libraries say, and where something was raised."""

import json
import logging
import sys

import pytest

from service.cli.log_lines import JsonLines, TextLines
from service.domain.errors import OperatorError
from service.settings import LogForm, read_settings


def record(name: str, message: str, *args: object, raised: bool = False) -> logging.LogRecord:
    trace = sys.exc_info() if raised else None
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, message, args, trace)
    made.created = 1_772_460_000.25
    return made


def test_a_line_for_people_and_an_object_for_whatever_collects() -> None:
    ours = record("intouch.work", "Trying again in %d s.", 30)
    assert TextLines().format(ours) == "2026-03-02T14:00:00.250000Z WARNING intouch.work Trying again in 30 s."
    assert json.loads(JsonLines().format(ours)) == {
        "time": "2026-03-02T14:00:00.250000Z",
        "level": "warning",
        "logger": "intouch.work",
        "thread": "MainThread",
        "message": "Trying again in 30 s.",
    }


@pytest.mark.parametrize("form", [TextLines(), JsonLines()], ids=["text", "json"])
def test_what_a_library_fills_into_its_line_is_left_out(form: logging.Formatter) -> None:
    line = form.format(record("waitress", "Exception while serving %s", "/help/secret-token"))
    assert "Exception while serving" in line
    assert "secret-token" not in line


@pytest.mark.parametrize("form", [TextLines(), JsonLines()], ids=["text", "json"])
def test_a_trace_says_where_and_which_and_no_words(form: logging.Formatter) -> None:
    words = "ada" + "@example.org"
    try:
        raise ValueError(words)
    except ValueError:
        line = form.format(record("intouch", "It failed.", raised=True))
    assert "ValueError" in line
    assert "test_log_lines.py" in line
    assert words not in line


def test_any_other_form_is_refused_with_those_that_there_are() -> None:
    assert read_settings({"INTOUCH_LOG": "json"}).log is LogForm.JSON
    with pytest.raises(OperatorError, match=r"INTOUCH_LOG must be text or json\."):
        read_settings({"INTOUCH_LOG": "xml"})

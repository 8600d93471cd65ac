"""How stories came out, as JUnit XML, which CI servers show.

Source: https://github.com/testmoapp/junitxml, the common form of it.
"""

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from service.cli.story_report import Result, as_text, differences


def junit_xml(results: Sequence[Result]) -> str:
    """Return one suite for each file of stories, one case for each story and variant."""
    root = Element("testsuites", _counts("stories", results))
    for path, group in groupby(sorted(results, key=lambda each: each.at.path), key=lambda each: each.at.path):
        cases = list(group)
        suite = SubElement(root, "testsuite", _counts(path, cases))
        for each in cases:
            _add_case(suite, each)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _counts(name: str, results: Sequence[Result]) -> dict[str, str]:
    return {
        "name": name,
        "tests": str(len(results)),
        "failures": str(sum(not each.played.passed for each in results)),
        "errors": "0",
        "time": _seconds(sum(each.took_s for each in results)),
    }


def _add_case(suite: Element, result: Result) -> None:
    words = {
        "name": result.played.story.title,
        "classname": result.at.path,
        "file": result.at.path,
        "line": str(result.at.line),
        "time": _seconds(result.took_s),
    }
    case = SubElement(suite, "testcase", words)
    if not result.played.passed:
        failure = SubElement(case, "failure", {"type": "story", "message": _printable(next(differences(result)))})
        failure.text = _printable("\n".join(as_text(result)))


def _seconds(took_s: float) -> str:
    return f"{took_s:.3f}"


def _printable(text: str) -> str:
    """Return the text without characters that XML cannot carry."""
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)

"""`intouch simulate --against`: what differs between two rule sets, over the past and from now on."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from examples.semester import semester
from service.cli.event_file import UnreadableEventsError, read_events
from service.cli.in_parts import compare_in_parts
from service.cli.line_parts import sort_lines
from service.cli.processes import Setting
from service.cli.rule_files import RuleFiles
from service.domain.calendar import DAY, parse_rfc3339
from service.staff.compare import Why
from service.staff.side_by_side import SideBySide
from service.staff.twins import Twins
from service.staff.world import World
from tests.cli.commands import event, file_of, intouch, ndjson, pair, rules, write
from tests.flow.stage import Stage

NONE = Why("")
NOON = parse_rfc3339("2026-03-02T15:00:00Z")


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return rules(tmp_path / "before")


@pytest.fixture
def after(tmp_path: Path) -> Path:
    """The same rules, but that the greeting waits a day longer and is sent once."""
    folder = rules(tmp_path / "after")
    text = (folder / "all.yaml").read_text("utf-8").replace("wait: 2 days", "wait: 3 days")
    write(folder / "all.yaml", text.replace("total: 2", "total: 1"))
    return folder


def test_it_tells_what_moves_and_what_is_lost_and_why(before: Path, after: Path) -> None:
    ran = intouch("simulate", "-", "--rules", after, "--against", before, "--format", "json", stdin=ndjson(pair()))
    assert ran.code == 0
    told = json.loads(ran.out)
    assert [(each["change"], each["k"], each["before"], each["after"]) for each in told["differences"]] == [
        ("moved", 0, "2026-03-04T15:00:00Z", "2026-03-05T15:00:00Z"),
        ("moved", 0, "2026-03-04T15:00:00Z", "2026-03-05T15:00:00Z"),
        ("fewer", 1, "2026-03-11T15:00:00Z", None),
        ("fewer", 1, "2026-03-11T15:00:00Z", None),
    ]
    assert {each["why"] for each in told["people"] if each["change"] == "fewer"} == {"the rule has fewer messages now"}
    assert told["total"] == {"before": 4, "after": 2, "more": 0, "fewer": 2, "moved": 2, "reworded": 0}


def test_the_text_begins_with_what_it_comes_to(before: Path, after: Path) -> None:
    ran = intouch("simulate", "-", "--rules", after, "--against", before, stdin=ndjson(pair()))
    assert "2 messages instead of 4: 2 fewer and 2 moved. 2 recipients would notice." in ran.out
    assert f"{after} against {before}" in ran.out
    assert "events" in ran.err


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--format", "html"), "add --against"),
        (("--against", "x", "--verdicts"), "gives its reasons by itself"),
        (("--days", "3"), "--days goes with --from-now"),
        (("--from-now", "--until", "2026-03-05"), "not --until"),
        (("--from-now",), "say with --against"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words: tuple[str, ...], hint: str) -> None:
    ran = intouch("simulate", "-", *words)
    assert ran.code != 0
    assert hint in ran.err


# Large files.


def edited_pack(folder: Path) -> RuleFiles:
    """Return the standard pack with one rule that waits otherwise and one that is off."""
    for path in Path("rules").rglob("*.yaml"):
        text = path.read_text("utf-8").replace("wait: 14 days", "wait: 10 days")
        write(folder / path, text.replace("  - id: drifting\n", "  - id: drifting\n    enabled: false\n"))
    return RuleFiles(folder / "rules", Path("templates"))


def test_in_parts_the_same_differs_as_in_one_process(tmp_path: Path) -> None:
    pack, other = RuleFiles(None), edited_pack(tmp_path)
    lines = [
        json.dumps(each).encode()
        for program, seed in (("northfield", 3), ("eastgate", 4))
        for each in semester(pairs=16, weeks=8, seed=seed, program=program)
    ]
    sets = pack.rule_set(), other.rule_set()
    whole = SideBySide(World(sets[0]), World(sets[1])).run(read_events(lines, pack.schemas))
    setting = Setting((pack.sources, other.sources), pack.settings.schemas_dir, None, pack.schemas, sets)
    parts = sort_lines(file_of(tmp_path / "told", lines), 150)
    assert len(parts.parts) > 5
    spread = compare_in_parts(parts, setting, Twins(*sets), workers=2)
    assert len(whole.differences) > 20
    assert {each._replace(why=NONE) for each in spread.differences} == {
        each._replace(why=NONE) for each in whole.differences
    }
    assert (spread.rules, spread.before, spread.after) == (whole.rules, whole.before, whole.after)
    to_people = {each for each in whole.differences if not each.key.recipient.startswith("staff.")}
    assert to_people <= set(spread.differences), "the reasons of people are the same, too"


def test_a_line_that_is_no_event_stops_it(tmp_path: Path) -> None:
    files = RuleFiles(rules(tmp_path))
    twice = files.rule_set(), files.rule_set()
    setting = Setting((files.sources, files.sources), files.settings.schemas_dir, None, files.schemas, twice)
    lines = sort_lines(file_of(tmp_path / "told", [*(json.dumps(each).encode() for each in pair()), b"{"]), 2)
    with pytest.raises(UnreadableEventsError):
        compare_in_parts(lines, setting, Twins(*twice), workers=1)


# From now on.


@pytest.fixture
def store(tmp_path: Path, before: Path) -> Path:
    """A store in which a pair was matched a day ago under the rules `before`, and its folder."""
    stage = Stage(tmp_path / "var", NOON, {"INTOUCH_RULES_DIR": str(before), "INTOUCH_TEMPLATES_DIR": str(before)})
    stage.take(*pair())
    stage.work_until(NOON + DAY)
    stage.close()
    return tmp_path / "var"


def _ahead(store: Path, *words: object) -> dict[str, object]:
    ran = intouch("simulate", *words, "--format", "json", environment={"INTOUCH_DATA_DIR": str(store)})
    assert ran.code == 0, ran.err
    found: dict[str, object] = json.loads(ran.out)
    return found


def test_the_past_of_a_store_is_compared_and_nothing_is_written(store: Path, before: Path, after: Path) -> None:
    database = store / "intouch.db"
    held = database.read_bytes()
    told = _ahead(store, "--rules", after, "--against", before)
    assert told["total"] == {"before": 4, "after": 2, "more": 0, "fewer": 2, "moved": 2, "reworded": 0}
    assert database.read_bytes() == held


def test_a_file_is_gone_on_from_where_it_ends(before: Path, after: Path) -> None:
    """The one greeting that went before the last event is not sent again; the next one is lost."""
    later = event("talk", "mentorship.message_sent", "mentorships/m-1", "2026-03-05T10:00:00Z", {"by": "mentor"})
    words = ("--from-now", "--rules", after, "--against", before, "--format", "json", "--days", "20")
    ran = intouch("simulate", "-", *words, stdin=ndjson([*pair(), later]))
    told = json.loads(ran.out)
    assert [(each["change"], each["k"]) for each in told["differences"]] == [("fewer", 1), ("fewer", 1)]
    assert told["since"] == "2026-03-05T10:00:00Z"


# The page.


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_the_page_stands_alone(before: Path, after: Path) -> None:
    """No script, nothing fetched, every plot named and described, and people by id only."""
    ran = intouch("simulate", "-", "--rules", after, "--against", before, "--format", "html", stdin=ndjson(pair()))
    page = _Page()
    page.feed(ran.out)
    names = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert not [attribute for _, attributes in page.tags for attribute in attributes if attribute in ("src", "href")]
    assert not re.search(r"url\(|@import|@example\.org|Mia", ran.out)
    plots = [attributes for tag, attributes in page.tags if tag == "svg"]
    known = {attributes.get("id") for _, attributes in page.tags}
    assert len(plots) == 2
    assert all({each["aria-labelledby"], each["aria-describedby"]} <= known for each in plots)
    assert names.count("table") >= len(plots)
    assert ">mia " in ran.out

"""A large file, simulated in parts on several processes, tells the same as a small one in a single process."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples.semester import semester
from service.cli.event_file import UnreadableEventsError, read_events
from service.cli.in_parts import simulate_in_parts
from service.cli.line_parts import sort_lines
from service.cli.processes import Setting
from service.cli.rule_files import RuleFiles
from service.cli.simulation_output import Outcome, json_lines
from service.domain.calendar import Instant
from service.domain.rules import RuleSet
from service.staff.office import Office
from service.staff.rows import row_of
from service.staff.world import World
from tests.cli.commands import event, file_of, pair, registered, rules, write

PARTS_OF = 150
"""Events a part: the samples below come to a dozen parts or more."""


def lines_of(events: list[dict[str, object]]) -> list[bytes]:
    return [json.dumps(each).encode() for each in events]


def in_one(files: RuleFiles, lines: list[bytes], until: Instant | None = None) -> list[bytes]:
    """Return what one process tells."""

    def outcomes(rule_set: RuleSet) -> Iterator[Outcome]:
        for sent in World(rule_set).run(read_events(lines, files.schemas), until):
            yield 0, row_of(sent)

    return list(json_lines(outcomes(files.rule_set()), ["a", "b"]))


def in_parts(files: RuleFiles, lines: list[bytes], folder: Path, until: Instant | None = None) -> list[bytes]:
    """Return what two processes tell, each of several parts."""
    parts, office = sort_lines(file_of(folder, lines), PARTS_OF), Office(files.rule_set())
    setting = Setting((files.sources,), files.settings.schemas_dir, until, files.schemas, (office.rule_set,))
    told = simulate_in_parts(parts, setting, office, workers=2)
    return list(json_lines(told, ["a", "b"]))


def sample(program: str, seed: int) -> list[bytes]:
    """Return a semester with late, duplicate and unordered events, flags, help and people with several mentorships."""
    return [json.dumps(each).encode() for each in semester(pairs=40, weeks=10, seed=seed, program=program)]


@pytest.fixture
def pack() -> RuleFiles:
    return RuleFiles(None)


def test_two_programs_in_parts_tell_the_same_as_in_one_process(pack: RuleFiles, tmp_path: Path) -> None:
    lines = [*sample("northfield", 3), *sample("eastgate", 4)]
    assert len(sort_lines(file_of(tmp_path, lines), PARTS_OF).parts) >= 12
    told = in_one(pack, lines)
    assert len(told) > 500
    assert in_parts(pack, lines, tmp_path) == told


def test_until_holds_in_every_part(pack: RuleFiles, tmp_path: Path) -> None:
    lines = sample("northfield", 5)
    events = read_events(lines, pack.schemas)
    middle = events[len(events) // 2].recorded
    told = in_one(pack, lines, middle)
    assert told
    assert in_parts(pack, lines, tmp_path, middle) == told


PROGRAM_RULE = """rules:
  - id: staff-hear-of-the-end
    kind: report
    for_each: program
    starts: date.checkpoints
    repeat: { every: 1 day, total: 3 }
    send: [ { to: staff.primary, message: m } ]
  - id: every-match
    kind: alert
    starts: mentorship.matched
    send: [ { to: staff.primary, message: m } ]
"""
STAFFED = """program: northfield
name: Northfield
staff: { primary: [staff@example.org] }
dates: { checkpoints: [2026-03-03] }
"""


def test_staff_hear_of_all_parts_together_and_of_programs_once(tmp_path: Path) -> None:
    write(tmp_path / "r.yaml", PROGRAM_RULE)
    write(tmp_path / "p.yaml", STAFFED)
    events: list[dict[str, object]] = []
    for number in range(40):
        match = {"mentor_id": f"a{number}", "mentee_id": f"b{number}"}
        at = f"2026-03-02T10:{number:02}:30Z"
        events.append(event(f"m{number}", "mentorship.matched", f"mentorships/m{number}", at, match))
    events.append(event("moved", "program.updated", "programs/northfield", "2026-03-03T01:00:00Z", {"name": "N"}))
    files, lines = RuleFiles(tmp_path), lines_of(events)
    told = in_one(files, lines)
    assert {json.loads(each)["rule"] for each in told} == {"every-match", "staff-hear-of-the-end"}
    assert len({json.loads(each)["email"] for each in told}) < len(told), "alerts beyond five an hour are merged"
    parts = sort_lines(file_of(tmp_path / "told", lines), 3)
    office = Office(files.rule_set())
    setting = Setting((files.sources,), files.settings.schemas_dir, None, files.schemas, (office.rule_set,))
    spread = simulate_in_parts(parts, setting, office, workers=2)
    assert list(json_lines(spread, ["a", "b"])) == told


def test_people_who_share_a_mentorship_are_in_one_part(tmp_path: Path) -> None:
    chain = []
    for number in range(5):
        match = {"mentor_id": f"p{number}", "mentee_id": f"p{number + 1}"}
        at = f"2026-03-02T10:0{number}:00Z"
        chain.append(event(f"m{number}", "mentorship.matched", f"mentorships/m{number}", at, match))
    assert len(sort_lines(file_of(tmp_path, lines_of(chain)), 1).parts) == 1
    assert len(sort_lines(file_of(tmp_path, lines_of([*chain[:2], *chain[3:]])), 1).parts) == 2


def test_a_second_sending_under_one_id_counts_once_wherever_it_is_about(tmp_path: Path) -> None:
    files = RuleFiles(rules(tmp_path))
    [mentor, mentee, matched] = pair()
    elsewhere = {**matched, "subject": "mentorships/other", "data": {"mentor_id": "x", "mentee_id": "y"}}
    lines = lines_of([mentor, mentee, registered("x", "mentor"), registered("y", "mentee"), matched, elsewhere])
    assert len(sort_lines(file_of(tmp_path / "told", lines), 1).parts) == 1
    told = in_one(files, lines)
    assert {json.loads(each)["recipient"] for each in told} == {"mo", "mia"}
    assert in_parts(files, lines, tmp_path / "told") == told


def test_faults_of_all_parts_are_told_by_line(tmp_path: Path) -> None:
    files = RuleFiles(rules(tmp_path))
    bad = {**pair()[0], "id": "bad", "data": {"role": "boss"}}
    program = event("p", "program.updated", "programs/northfield", "2026-03-01T00:00:00Z", {"timezone": "Mars/Base"})
    lines = [*lines_of(pair()), b"{\n", b"\n", b"[]\n", *lines_of([bad, program])]
    with pytest.raises(UnreadableEventsError) as alone:
        in_one(files, lines)
    with pytest.raises(UnreadableEventsError) as spread:
        in_parts(files, lines, tmp_path / "told")
    assert str(spread.value) == str(alone.value)
    assert {line for line, _ in spread.value.faults} == {4, 6, 7, 8}

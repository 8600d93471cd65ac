"""`intouch test --record`: real histories as stories that pass, and that name nobody."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from examples.semester import semester
from service.adapters.schemas import load_schemas
from service.domain.calendar import DAY, Instant
from service.domain.events import SubjectKind
from tests.cli.commands import ROOT, Ran, here, write
from tests.flow.stage import Stage

PAIRS, WEEKS, SEED = 8, 9, 4711


@dataclass
class Lived:
    """A semester that a real store lived through, and what must not be told of it."""

    environment: dict[str, str]
    mentorships: list[str]
    alone: set[str]
    """The mentorships whose two people were in no other: what else somebody is in counts for their limits."""
    secrets: set[str]

    def record(self, mentorship: str) -> Ran:
        return here("test", "--record", mentorship, environment=self.environment)

    @cached_property
    def recorded(self) -> list[Ran]:
        """Every mentorship's story."""
        return [self.record(each) for each in self.mentorships]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    folder = tmp_path_factory.mktemp("lived")
    lines = list(semester(pairs=PAIRS, weeks=WEEKS, seed=SEED))
    admitted, faults = load_schemas(ROOT / "schemas").admit(lines)
    assert not faults
    stage = Stage(folder, 0)
    events = sorted(admitted, key=lambda event: event.recordedtime or 0)
    first: Instant = events[0].recordedtime or 0
    stage.clock.now = first
    stage.play(events, (events[-1].recordedtime or 0) + 3 * DAY)
    stage.close()
    names = {
        str(line["data"][name]) for line in lines for name in ("email", "last_name") if line.get("data", {}).get(name)
    }
    subjects = {event.subject for event in events}
    ids = {each.id for each in subjects if each.kind is not SubjectKind.PROGRAM}
    pairs = {each.subject.id: set(each.data.values()) & ids for each in events if each.type == "mentorship.matched"}
    matches = Counter(person for people in pairs.values() for person in people)
    alone = {pair for pair, people in pairs.items() if all(matches[person] == 1 for person in people)}
    return Lived({"INTOUCH_DATA_DIR": str(folder)}, sorted(pairs), alone, names | ids | {event.id for event in events})


def test_recorded_mentorships_of_a_random_semester_pass_as_stories(lived: Lived, tmp_path: Path) -> None:
    assert [each.code for each in lived.recorded] == [0] * len(lived.mentorships)
    for path in (ROOT / "rules").rglob("*.yaml"):
        if path.parent.name != "tests":
            write(tmp_path / "rules" / path.name, path.read_text("utf-8"))
    write(tmp_path / "rules" / "recorded.yaml", "".join(each.out for each in lived.recorded))
    ran = here("test", tmp_path / "rules", "--templates", ROOT / "templates")
    assert ran.out == f"{len(lived.mentorships)} passed, 0 failed\n"
    assert sum(each.out.count("rule: ") for each in lived.recorded) > 30


def test_a_recorded_story_of_people_in_no_other_pair_expects_what_really_went(lived: Lived) -> None:
    told = zip(lived.mentorships, lived.recorded, strict=True)
    otherwise = [ran.err for pair, ran in told if pair in lived.alone and "went otherwise" in ran.err]
    assert lived.alone
    assert otherwise == []


def test_a_recorded_story_names_nobody(lived: Lived) -> None:
    allowed = {f"{who}@example.org" for who in ("mentor", "mentee", "advisor")}
    for each in lived.recorded:
        assert set(re.findall(r"[^\s{}\[\],:\"]+", each.out)).isdisjoint(lived.secrets)
        assert set(re.findall(r"[^\s\"]+@[^\s\",]+", each.out)) <= allowed


def test_things_keep_one_name_through_the_story(lived: Lived) -> None:
    named = [re.findall(r"conversation_id: (conversation-\d+)", each.out) for each in lived.recorded]
    assert sum(map(len, named)) > 10
    for ids in named:
        in_order = list(dict.fromkeys(ids))
        assert in_order == [f"conversation-{number}" for number in range(1, len(in_order) + 1)]


def test_what_cannot_be_recorded_is_answered_in_words(lived: Lived) -> None:
    near = lived.record(f"{lived.mentorships[0]}x")
    assert near.code == 1
    assert f"Did you mean mentorships/{lived.mentorships[0]}?" in near.err
    person = lived.record("participants/p-1")
    assert person.err == "Error: A story is about a mentorship. Write mentorships/ID.\n"


def test_it_says_what_was_kept(lived: Lived) -> None:
    assert all("Days, topics, reasons and groups are as they were" in each.err for each in lived.recorded)

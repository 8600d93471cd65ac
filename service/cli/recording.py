"""`intouch test --record`: a story from a mentorship's real history, without its people."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import click

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import RULES, Sources
from service.cli.counting import counted
from service.cli.rule_files import RuleFiles
from service.cli.story_files import StoryFiles
from service.cli.story_text import Expected, story_text
from service.cli.subjects import program_of, read_subject
from service.domain.calendar import Instant
from service.domain.delivery import LedgerKey, Role
from service.domain.events import Event, Subject, SubjectKind
from service.domain.view import participants_of
from service.flow.neighbourhood import Went, went_about
from service.flow.ports import Snapshot, SubjectKey
from service.flow.views import program_zone
from service.settings import read_settings
from service.staff.recorded import Recorded, minute_up, record
from service.staff.stories import Played
from service.staff.story import Story, name_of

_NAME = "what happened in one mentorship"
_FILE = f"{RULES}recorded.yaml"


def record_story(files: RuleFiles, mentorship: str, program: str | None) -> None:
    """Print the story; say on stderr what was kept, and what really went otherwise than these rules send it now."""
    from service.wiring import Installation

    about = read_subject(mentorship if "/" in mentorship else f"mentorships/{mentorship}")
    if about.kind is not SubjectKind.MENTORSHIP:
        raise click.ClickException("A story is about a mentorship. Write mentorships/ID.")
    intouch = Installation(read_settings())
    try:
        with intouch.store.reading() as snapshot:
            key = SubjectKey(program_of(snapshot, about, program), about)
            people = _people(snapshot, key)
            recorded = _recorded(files, snapshot, key, people, intouch.clock())
            went = _went(snapshot, key, people, intouch.clock())
    finally:
        intouch.close()
    known = key.program if key.program in StoryFiles(files).rule_set.programs else ""
    played = _played(files, story_text(recorded, _NAME, known, ()))
    click.echo(story_text(recorded, _NAME, known, _expected(played)), nl=False)
    for note in _notes(played, went, people):
        click.echo(note, err=True)


def _people(snapshot: Snapshot, key: SubjectKey) -> dict[str, Role]:
    """Return the ids of the two whom the newest match named."""
    row = snapshot.subject(key)
    named = participants_of(row.facts) if row and row.facts else {}
    if len(named) < 2:
        raise click.ClickException(f"{key.subject} was never matched, so there is no story to tell of it.")
    return {id: role for role, id in named.items()}


def _recorded(files: RuleFiles, snapshot: Snapshot, key: SubjectKey, people: dict[str, Role], now: Instant) -> Recorded:
    subjects = [key.subject, Subject(SubjectKind.PROGRAM, key.program)]
    subjects += [Subject(SubjectKind.PARTICIPANT, each) for each in people]
    events = [event for each in subjects for event in snapshot.history(SubjectKey(key.program, each))]
    rule_set = StoryFiles(files).rule_set
    zone = program_zone(snapshot, rule_set, key.program)
    of_pair = [event for event in events if _is_of(event, people)]
    return record(of_pair, people, rule_set.catalogue, zone, now)


def _went(snapshot: Snapshot, key: SubjectKey, people: dict[str, Role], now: Instant) -> dict[LedgerKey, Went]:
    """Return what went about the mentorship, and by rules for each participant about the two, and for the program."""
    subjects = [key.subject, Subject(SubjectKind.PROGRAM, key.program)]
    subjects += (Subject(SubjectKind.PARTICIPANT, each) for each in people)
    found = (went_about(snapshot, key._replace(subject=each), now) for each in subjects)
    return {ledger_key: went for each in found for ledger_key, went in each.items()}


def _is_of(event: Event, people: dict[str, Role]) -> bool:
    """Return whether an event is about these two; an earlier match with others is another story."""
    named = (event.data.get("mentor_id"), event.data.get("mentee_id"))
    return all(each is None or each in people for each in named)


def _played(files: RuleFiles, text: str) -> Played:
    """Return how the recorded story comes out, read back from its own text: so what it then expects is what comes."""
    loaded = load(Sources({**files.sources.files, _FILE: text}), files.schemas.catalogue)
    stories = StoryFiles(files)
    made = stories.read(tuple(each for each in loaded.stories if each.path == _FILE))[0]
    return stories.play(made.story)


def _expected(played: Played) -> list[Expected]:
    """Return what was sent, as lines of a story; what went to both at one time is one line."""
    found: dict[Expected, list[str]] = {}
    for sent in played.sent:
        candidate, at = sent.notice.candidate, sent.notice.at
        line = Expected(
            day=played.story.day_of(at),
            minute=played.story.minute_of(at),
            rule=candidate.key.rule,
            to="",
            message=candidate.message,
        )
        found.setdefault(line, []).append(name_of(candidate.key.recipient))
    return [replace(line, to=to) for line, whom in found.items() for to in _whom(whom)]


def _whom(names: list[str]) -> list[str]:
    return ["both"] if sorted(names) == sorted((Role.MENTOR, Role.MENTEE)) else names


def _notes(played: Played, went: dict[LedgerKey, Went], people: dict[str, Role]) -> Iterator[str]:
    yield "Names, addresses and ids are replaced. Days, topics, reasons and groups are as they were:"
    yield "read it before you share it, because rare events may tell who it was."
    really = Counter(_line(played.story, key, minute_up(each.at), people) for key, each in went.items())
    now = Counter(_line(played.story, each.notice.candidate.key, each.notice.at, people) for each in played.sent)
    missing, new = sorted((really - now).elements()), sorted((now - really).elements())
    if missing or new:
        told = counted(len(missing) + len(new), "message")
        yield f"It expects what these rules send. In reality {told} went otherwise:"
        yield from (f"  really sent, and not by this story: {each}" for each in missing)
        yield from (f"  sent by this story, and not really: {each}" for each in new)
        yield "Rules may have changed since, or these two have other mentorships, which count for their limits."


def _line(story: Story, key: LedgerKey, at: Instant, people: dict[str, Role]) -> str:
    whom = people.get(key.recipient) or name_of(key.recipient)
    return f"{story.when(at)}, {key.rule} to {whom}"

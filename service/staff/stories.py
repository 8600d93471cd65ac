"""Stories: what a few days of events would send, held against what staff expect. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from service.domain.delivery import Role
from service.domain.events import Event, SubjectKind
from service.domain.lens import as_text
from service.domain.rules import Program, RuleSet
from service.staff.reasons import Reasons, it_came
from service.staff.story import Expectation, Story, is_to, name_of
from service.staff.verdicts import Unsent
from service.staff.witness import Witness, watched
from service.staff.world import Sent, World


@dataclass(frozen=True, slots=True)
class Mail:
    """An email as it was read: its subject and its text part."""

    subject: str
    text: str

    def has(self, words: str) -> bool:
        """Return whether the text holds the words, however its lines are broken."""
        return " ".join(words.split()) in " ".join(self.text.split())


Reader = Callable[[World, Sequence[Sent]], Mail]
"""Renders an email at the moment at which it goes, from the notices that it carries."""


class Matched(StrEnum):
    """How one line of a story's time line came out; an event only happened."""

    EVENT = "event"
    AS_EXPECTED = "as expected"
    MISSING = "missing"
    UNEXPECTED = "unexpected"


_ORDER = tuple(Matched)
_LAST_MINUTE = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An event, or a message: expected, sent, or both. `minute` is None where only the day was asked for.

    `what` is the event's type or the rule's id; `to` who acted, or who the message is for.
    """

    matched: Matched
    day: int
    minute: int | None
    what: str
    to: str
    message: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Played:
    """A story, its time line in order, and what was seen while it ran."""

    story: Story
    lines: tuple[Line, ...]
    sent: tuple[Sent, ...]
    unsent: tuple[Unsent, ...]
    witness: Witness

    @property
    def passed(self) -> bool:
        return all(line.matched in (Matched.EVENT, Matched.AS_EXPECTED) for line in self.lines)


def play(rule_set: RuleSet, story: Story, read: Reader | None = None) -> Played:
    """Return the story's time line: each message that was expected or sent, and why they differ where they do.

    `read` is needed where the story says what a mail is to say.
    """
    world = World(with_program(rule_set, story.program))
    run = _Run(story, world, watched(world), read if any(each.subject or each.text for each in story.expect) else None)
    run.play()
    lines = tuple(_Comparing(run).lines())
    return Played(story, lines, tuple(run.sent), tuple(run.unsent), run.witness)


def with_program(rule_set: RuleSet, program: Program) -> RuleSet:
    """Return the rule set with the program in it, which is the same one where it was there already."""
    if rule_set.programs.get(program.id) == program:
        return rule_set
    return replace(rule_set, programs={**rule_set.programs, program.id: program})


@dataclass(slots=True)
class _Run:
    """One playing of a story: what it sent, with each email as it was read, and what it did not."""

    story: Story
    world: World
    witness: Witness
    read: Reader | None
    sent: list[Sent] = field(default_factory=list)
    mails: dict[int, Mail] = field(default_factory=dict)
    unsent: list[Unsent] = field(default_factory=list)

    def play(self) -> None:
        begins = self.story.begins()
        events = sorted(self.story.events, key=lambda event: event.recorded)
        for went, closed in self.world.steps_of(events, self.story.ends()):
            in_story = [each for each in went if each.notice.at >= begins]
            self.sent += in_story
            self.unsent += closed
            for email in {each.email for each in in_story} if self.read else ():
                assert self.read is not None
                self.mails[email] = self.read(self.world, [each for each in in_story if each.email == email])


class _Comparing:
    """Takes each expectation out of what was sent; what remains on either side is a difference."""

    def __init__(self, run: _Run) -> None:
        self.story, self.mails = run.story, run.mails
        self.left = [each for each in run.sent if self._is_looked_at(each)]
        self.reasons = Reasons(run.story, run.world, run.witness, run.unsent)

    def _is_looked_at(self, sent: Sent) -> bool:
        return not self.story.only_about or sent.notice.candidate.key.rule in self.story.only_about

    def lines(self) -> list[Line]:
        """Return events and messages on one time line, in order."""
        begins = self.story.begins()
        found = [_happened(self.story, event) for event in self.story.events if event.recorded >= begins]
        found += [self._expected(each, to) for each in self.story.expect for to in _each_of(each.to)]
        found += [self._line(Matched.UNEXPECTED, each) for each in self.left]
        return sorted(found, key=_place)

    def _expected(self, wanted: Expectation, to: str) -> Line:
        for each in self.left:
            if self._fits(wanted, to, each):
                self.left.remove(each)
                return self._line(Matched.AS_EXPECTED, each)
        return Line(
            matched=Matched.MISSING,
            day=wanted.day,
            minute=wanted.minute,
            what=wanted.rule,
            to=to,
            message=wanted.message or "",
            reason=self._why_missing(wanted, to),
        )

    def _fits(self, wanted: Expectation, to: str, sent: Sent) -> bool:
        return self._is_of(wanted, to, sent) and not it_came(self.story, wanted, sent) and not self._reads(wanted, sent)

    def _is_of(self, wanted: Expectation, to: str, sent: Sent) -> bool:
        candidate = sent.notice.candidate
        return candidate.key.rule == wanted.rule and is_to(to, candidate.to, candidate.key.recipient)

    def _reads(self, wanted: Expectation, sent: Sent) -> str:
        """Return how the mail reads otherwise than it should, or ""."""
        mail = self.mails.get(sent.email)
        if mail is None:
            return ""
        if wanted.subject not in (None, mail.subject):
            return f"with the subject “{mail.subject}”, not “{wanted.subject}”"
        missing = next((words for words in wanted.text if not mail.has(words)), "")
        return f"without the words “{missing}”" if missing else ""

    def _why_missing(self, wanted: Expectation, to: str) -> str:
        near = [each for each in self.left if self._is_of(wanted, to, each)]
        near.sort(key=lambda each: abs(self.story.day_of(each.notice.at) - wanted.day))
        if near:
            differently = it_came(self.story, wanted, near[0]) or self._reads(wanted, near[0])
            return self.reasons.came(near[0], differently)
        return self.reasons.missing(wanted, to)

    def _line(self, matched: Matched, sent: Sent) -> Line:
        candidate, at = sent.notice.candidate, sent.notice.at
        return Line(
            matched=matched,
            day=self.story.day_of(at),
            minute=self.story.minute_of(at),
            what=candidate.key.rule,
            to=name_of(candidate.key.recipient),
            message=candidate.message,
            reason=self.reasons.unexpected(sent) if matched is Matched.UNEXPECTED else "",
        )


def _place(line: Line) -> tuple[int, int, int]:
    return line.day, _LAST_MINUTE if line.minute is None else line.minute, _ORDER.index(line.matched)


def _each_of(to: str) -> tuple[str, ...]:
    return (Role.MENTOR, Role.MENTEE) if to == "both" else (to,)


def _happened(story: Story, event: Event) -> Line:
    """Return the line of an event, at the time at which it became known."""
    by = event.data.get("by") or (name_of(event.subject.id) if event.subject.kind is SubjectKind.PARTICIPANT else "")
    told = {name: value for name, value in event.data.items() if name != "by" and not name.endswith("_id")}
    shown = ", ".join(f"{name}: {_shown(value)}" for name, value in told.items())
    late = f"(happened on {story.when(event.time)})" if event.time != event.recorded else ""
    at = event.recorded
    return Line(
        matched=Matched.EVENT,
        day=story.day_of(at),
        minute=story.minute_of(at),
        what=event.type,
        to=str(by),
        message=" ".join(filter(None, (shown, late))),
    )


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else as_text(value)

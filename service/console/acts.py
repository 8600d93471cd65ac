"""What staff can do about one mentorship, from the fields of a form to the events that say so."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from service.console.program import ProgramDesk
from service.domain.calendar import Instant, local_date
from service.domain.delivery import Role
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts
from service.domain.matters import Matter
from service.domain.view import participants_of
from service.flow.act import Act
from service.flow.step_in import CannotBeSaid

LONGEST_PAUSE: Final = timedelta(days=366)
SIDES: Final = {"both": "both", "mentor": "the mentor", "mentee": "the mentee"}
OUTCOMES: Final = {
    "reached": "Spoke to them",
    "left_word": "Left a message",
    "not_reached": "Did not reach them",
}
_ALSO_SAID: Final = {"concern": ("about", "level")}
"""What the acknowledgement of a thing has to repeat of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPanel:
    """What can be done on a mentorship's page. `mark` makes two presses of one button one event."""

    matters: tuple[tuple[Matter, tuple[str, ...]], ...]
    resources: tuple[tuple[str, str], ...]
    first_day: str
    last_day: str
    mark: str


def new_mark() -> str:
    return secrets.token_hex(8)


def panel_of(program: ProgramDesk, id: str, now: Instant) -> ActPanel:
    """Return what can be done about a mentorship now."""
    today = local_date(now, program.clockface.zone)
    matters = program.snapshot.matters_of(program.id, id)
    return ActPanel(
        matters=tuple((each, tuple(map(program.topic, each.about))) for each in matters),
        resources=tuple(sorted(((each.slug, each.title) for each in program.rule_set.resources), key=lambda e: e[1])),
        first_day=(today + timedelta(days=1)).isoformat(),
        last_day=(today + LONGEST_PAUSE).isoformat(),
        mark=new_mark(),
    )


def acts_of(program: ProgramDesk, id: str, facts: SubjectFacts, said: Mapping[str, str], now: Instant) -> list[Act]:
    """Return the events that a form asks for. Raises: CannotBeSaid."""
    acting = _Acting(program, Subject(SubjectKind.MENTORSHIP, id), facts, said, now)
    makers = {
        "acknowledge": acting.acknowledge,
        "resolve": acting.resolve,
        "share": acting.share,
        "pause": acting.pause,
        "resume": acting.resume,
        "call": acting.call,
    }
    maker = makers.get(said.get("do", ""))
    if maker is None:
        raise CannotBeSaid("The form does not say what to do. Go back, reload the page, and press the button again.")
    return maker()


@dataclass(frozen=True, slots=True)
class _Acting:
    program: ProgramDesk
    subject: Subject
    facts: SubjectFacts
    said: Mapping[str, str]
    now: Instant

    def acknowledge(self) -> list[Act]:
        kind, ref = self._thing()
        thing = self.facts.things.get((kind, ref))
        also = {name: thing.value(name) for name in _ALSO_SAID.get(kind, ())} if thing else {}
        return [self._about_thing(kind, ref, "acknowledged", also)]

    def resolve(self) -> list[Act]:
        kind, ref = self._thing()
        if kind == "concern":
            raise CannotBeSaid("A concern is taken on, not settled: that somebody has it is its end.")
        return [self._about_thing(kind, ref, "resolved", {})]

    def share(self) -> list[Act]:
        resource, side = self.said.get("resource", ""), self._side()
        if resource not in {each.slug for each in self.program.rule_set.resources}:
            raise CannotBeSaid("Choose a resource from the list.")
        return [self._act("resource.shared", {"resource": resource, "send_to": side})]

    def pause(self) -> list[Act]:
        until, today = _day(self.said.get("until", "")), local_date(self.now, self.program.clockface.zone)
        if until is None or not today < until <= today + LONGEST_PAUSE:
            raise CannotBeSaid("Choose a day after today, at most a year ahead, until which reminders rest.")
        data = {"until": until.isoformat()}
        return [Act(type="participant.paused", subject=each, mark=self._mark(), data=data) for each in self._people()]

    def resume(self) -> list[Act]:
        return [Act(type="participant.resumed", subject=each, mark=self._mark()) for each in self._people()]

    def call(self) -> list[Act]:
        outcome = self.said.get("outcome", "")
        if outcome not in OUTCOMES:
            raise CannotBeSaid("Say what came of the call.")
        return [self._act("call.recorded", {"with": self._side(), "outcome": outcome})]

    def _thing(self) -> tuple[str, str]:
        kind, ref = self.said.get("kind", ""), self.said.get("ref", "")
        if not any(each.kind == kind and each.ref == ref for each in self._matters()):
            raise CannotBeSaid("It is not open any more: somebody has settled it, or taken it back.")
        return kind, ref

    def _matters(self) -> Sequence[Matter]:
        return self.program.snapshot.matters_of(self.program.id, self.subject.id)

    def _about_thing(self, kind: str, ref: str, done: str, also: Mapping[str, object]) -> Act:
        event_types = self.program.book.catalogue.things[kind]
        id_field = next(each.id_field for each in event_types if each.id_field)
        return self._act(f"{kind}.{done}", {id_field: ref, **also})

    def _people(self) -> list[Subject]:
        people, side = participants_of(self.facts), self._side()
        chosen = [id for role, id in people.items() if side == "both" or role == Role(side)]
        if not chosen:
            raise CannotBeSaid("Nobody is known yet on that side of the mentorship.")
        return [Subject(SubjectKind.PARTICIPANT, each) for each in chosen]

    def _side(self) -> str:
        side = self.said.get("who", "")
        if side not in SIDES:
            raise CannotBeSaid("Say for whom: the mentor, the mentee, or both.")
        return side

    def _act(self, type: str, data: Mapping[str, object]) -> Act:
        return Act(type=type, subject=self.subject, mark=self._mark(), data=data)

    def _mark(self) -> str:
        return self.said.get("mark", "")[:64] or new_mark()


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

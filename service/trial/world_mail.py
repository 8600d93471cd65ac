"""The mail of a virtual world, rendered with the real templates as if it went through the real pipeline."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.adapters.templates.writer import LetterWriter
from service.domain.delivery import Notice
from service.domain.events import Event
from service.domain.suppression import Suppression
from service.flow.brake_port import HeldNotice
from service.flow.compose import compose
from service.flow.links import Links, sample_token
from service.flow.ports import EmailRow, EmailState, SubjectKey, SubjectRow
from service.staff.program_world import ProgramWorld
from service.staff.stories import Mail
from service.staff.world import Sent, World

LINKS = Links(public_url="https://mentoring.example.org", token=sample_token)


@dataclass(frozen=True, slots=True)
class KnownWorld:
    """What one program's world knows, as composing asks for it."""

    world: ProgramWorld

    def subject(self, key: SubjectKey) -> SubjectRow | None:
        facts = self.world.subjects.get(key.subject)
        return None if facts is None else SubjectRow(key=key, facts=facts)

    def subjects(self, keys: Iterable[SubjectKey]) -> Mapping[SubjectKey, SubjectRow]:
        return {key: row for key in keys if (row := self.subject(key)) is not None}

    def mentorships_of(self, program: str, participant: str) -> Sequence[str]:  # noqa: ARG002 -- it knows one program
        return sorted(self.world.known.mentorships.get(participant, ()))

    def all_subjects(
        self,
        program: str,
        kind: str,
        after: str = "",
        limit: int = 100,
    ) -> Sequence[SubjectRow]:
        found = sorted(
            (each for each in self.world.subjects.values() if each.subject.kind == kind and each.subject.id > after),
            key=lambda facts: facts.subject.id,
        )
        return [SubjectRow(key=SubjectKey(program, each.subject), facts=each) for each in found[:limit]]

    def held_notices(self, rule: str, limit: int = 1_000, program: str = "") -> Sequence[HeldNotice]:  # noqa: ARG002
        return ()  # nothing is held on virtual time

    def suppressed(self, addresses: Collection[str]) -> Mapping[str, Suppression]:  # noqa: ARG002 -- none is, here
        return {}

    def event(self, program: str, source: str, id: str) -> Event | None:  # noqa: ARG002 -- it knows one program
        events = (each for log in self.world.known.log.values() for each in log)
        return next((each for each in events if (each.source, each.id) == (source, id)), None)


@dataclass(frozen=True, slots=True)
class WorldMail:
    """Reads an email at the moment at which it goes. Raises: RuleAuthorError when it cannot be rendered."""

    writer: LetterWriter

    def __call__(self, world: World, sent: Sequence[Sent]) -> Mail:
        """Return the email that carries these notices."""
        program = sent[0].program
        email = email_of(program, tuple(each.notice for each in sent))
        letter = compose(KnownWorld(world.programs[program]), world.rule_set, email, LINKS)
        outgoing = self.writer.outgoing(letter, email)[0]
        return Mail(outgoing.subject, outgoing.text)


def email_of(program: str, notices: tuple[Notice, ...]) -> EmailRow:
    """Return the email that would carry the notices, as if it were claimed at their instant."""
    at = notices[0].at
    return EmailRow(
        id="e1",
        program=program,
        recipient=notices[0].candidate.key.recipient,
        state=EmailState.SENDING,
        planned_at=at,
        claimed_at=at,
        lease_until=at,
        notices=notices,
    )

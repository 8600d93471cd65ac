"""The forecast: what each person will get if nothing happens, and for every message what would stop it.

The world goes on from the present and no event comes: what it sends is what the live service will send. Staff are
planned with what concerns this neighbourhood alone: their alerts and reports about others may merge with these.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.domain.calendar import Instant
from service.domain.decide import Judged
from service.domain.delivery import Candidate, LedgerKey, Verdict
from service.domain.events import Subject, SubjectKind
from service.domain.present import Present
from service.domain.rules import Rule, RuleSet
from service.staff.stoppers import Stopper, Stoppers
from service.staff.verdicts import Unsent, Watch
from service.staff.world import Sent, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One message to one recipient. It goes at `at`, or (`verdict` set) does not, and its slot is over then.

    `email` is the same for messages that go together, 0 for those that do not go. `zone` is the recipient's.
    """

    at: Instant
    rule: Rule
    subject: Subject
    key: LedgerKey
    due: Instant
    closes: Instant
    recipient: str
    zone: str
    to: str
    message: str
    email: int = 0
    verdict: Verdict | None = None
    stops: tuple[Stopper, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What lies before one subject from `now` to `until`, by time; `zone` is the program's."""

    program: str
    subject: Subject
    now: Instant
    until: Instant
    zone: str
    known: bool
    coming: tuple[Foreseen, ...] = ()
    silent: tuple[Foreseen, ...] = ()
    """Slots that are open or will open, but as things stand send nothing."""


def forecast(rule_set: RuleSet, present: Present, subject: Subject, now: Instant, until: Instant) -> Forecast:
    """Return the forecast of one subject of a neighbourhood; of a participant, with all mail to them."""
    world = World(rule_set, Watch())
    world.resume(present, now)
    ahead = _Ahead(world, present.program, subject)
    coming: list[Foreseen] = []
    silent: list[Foreseen] = []
    for sent, unsent in world.steps_of((), until):
        coming += (ahead.sent(each) for each in sent if ahead.concerns(each.notice.candidate.key))
        silent += (ahead.unsent(each) for each in unsent if ahead.concerns(each.key) and each.judged.slot.closes > now)
    world.now = until
    silent += ahead.open_still()
    known = world.program(present.program)
    return Forecast(
        program=present.program,
        subject=subject,
        now=now,
        until=until,
        zone=known.book.zone(known.facts),
        known=known.facts_of(subject).exists_since is not None,
        coming=tuple(coming),
        silent=tuple(sorted(silent, key=lambda each: (each.due, each.key))),
    )


class _Ahead:
    """Tells what of a world that goes on concerns one subject."""

    def __init__(self, world: World, program: str, subject: Subject) -> None:
        self._world, self._program, self._subject = world, program, subject
        self._known = world.program(program)
        self._stoppers = Stoppers(self._known.book)

    def concerns(self, key: LedgerKey) -> bool:
        is_theirs = self._subject.kind is SubjectKind.PARTICIPANT and key.recipient == self._subject.id
        return is_theirs or key.subject == str(self._subject)

    def sent(self, sent: Sent) -> Foreseen:
        candidate = sent.notice.candidate
        return Foreseen(
            at=sent.notice.at,
            rule=self._rule(candidate),
            subject=candidate.subject,
            key=candidate.key,
            due=candidate.due,
            closes=candidate.closes,
            recipient=candidate.key.recipient,
            zone=self._known.inbox(candidate.key.recipient).zone,
            to=candidate.to,
            message=candidate.message,
            email=sent.email,
            stops=self._stoppers.of(candidate),
        )

    def unsent(self, unsent: Unsent) -> Foreseen:
        return self._silent(unsent.judged, unsent.key, unsent.verdict)

    def open_still(self) -> Iterator[Foreseen]:
        """Yield the slots that are open at the end without having sent."""
        watch = self._world.watch
        assert watch is not None
        for subject in list(self._known.subjects):
            verdicts = watch.standing(self._program, subject)
            for key, judged in watch.open_of(self._program, subject).items():
                if self.concerns(key) and key not in self._known.ledger[subject]:
                    yield self._silent(judged, key, verdicts[key])

    def _silent(self, judged: Judged, key: LedgerKey, verdict: Verdict) -> Foreseen:
        assert judged.send is not None
        return Foreseen(
            at=judged.slot.closes,
            rule=judged.rule,
            subject=Subject.parse(key.subject),
            key=key,
            due=judged.slot.due,
            closes=judged.slot.closes,
            recipient=key.recipient,
            zone=self._known.inbox(key.recipient).zone,
            to=judged.send.to,
            message=judged.send.message,
            verdict=verdict,
        )

    def _rule(self, candidate: Candidate) -> Rule:
        return self._known.book.compiled(candidate.key.rule).rule

"""Why each slot closed without a message: the last verdict while it was open, told once, at its close."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from service.domain.calendar import NEVER, Instant
from service.domain.decide import Judged
from service.domain.delivery import Candidate, LedgerKey, Verdict, Word
from service.domain.events import Subject

Known = tuple[str, LedgerKey]
"""A notice within its program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """A slot that closed without a message to one recipient. `at` is its close, or when it was first heard of later."""

    at: Instant
    program: str
    judged: Judged
    key: LedgerKey
    verdict: Verdict


@dataclass(slots=True)
class Watch:
    """Gathers outcomes while a world runs.

    `_open` holds the slots that are open, by subject; `_told` those of which nothing more is to be said; `_before`
    those of which nothing more was to be said when other rules came, unless these open them again.
    """

    _open: dict[tuple[str, Subject], dict[LedgerKey, Judged]] = field(default_factory=dict)
    _planned: dict[Known, Verdict] = field(default_factory=dict)
    _told: set[Known] = field(default_factory=set)
    _before: set[Known] = field(default_factory=set)
    _closed: list[Unsent] = field(default_factory=list)

    def judged(self, program: str, subject: Subject, outcomes: Iterable[Judged], now: Instant) -> Instant:
        """Take in all outcomes of a subject, and return when one of its slots opens or closes next."""
        before = self._open.get((program, subject), {})
        still: dict[LedgerKey, Judged] = {}
        turn = NEVER
        for each in outcomes:
            if each.slot.due > now:
                turn = min(turn, each.slot.due)
            elif each.key is None or isinstance(each.outcome, LedgerKey):
                continue
            elif now < each.slot.closes:
                turn = min(turn, each.slot.closes)
                still.setdefault(each.key, each)
            else:
                self._close(program, before.get(each.key), each, now)
        self._open[program, subject] = still
        return turn

    def adopt(self) -> None:
        """Expect other rules from now on, by which a slot that was over may be open again, and close anew."""
        self._before |= self._told
        self._told = set()

    def planned(self, program: str, verdicts: Mapping[LedgerKey, Verdict]) -> None:
        """Take in why candidates wait in a recipient's plan."""
        for key, verdict in verdicts.items():
            self._planned[program, key] = verdict

    def standing(self, program: str, subject: Subject) -> Mapping[LedgerKey, Verdict]:
        """Return the verdict, as of now, of every slot of the subject that is open and was not used."""
        held = self.open_of(program, subject)
        return {key: self._verdict(program, judged) for key, judged in held.items()}

    def open_of(self, program: str, subject: Subject) -> Mapping[LedgerKey, Judged]:
        """Return every slot of the subject that is open and was not used."""
        return self._open.get((program, subject), {})

    def take(self) -> list[Unsent]:
        """Return the slots that closed since this was asked last, in order."""
        closed, self._closed = self._closed, []
        return sorted(closed, key=_order)

    def _close(self, program: str, before: Judged | None, judged: Judged, now: Instant) -> None:
        assert judged.key is not None
        known = program, judged.key
        if known in self._told or (before is None and known in self._before):
            return
        self._told.add(known)
        verdict = self._verdict(program, before) if before else Verdict(Word.TOO_LATE, "", judged.slot.closes)
        self._planned.pop(known, None)
        at = judged.slot.closes if before else now
        self._closed.append(Unsent(at=at, program=program, judged=judged, key=judged.key, verdict=verdict))

    def _verdict(self, program: str, judged: Judged) -> Verdict:
        """Return why it does not go; for a candidate, what its recipient's plan said."""
        assert judged.key is not None
        if isinstance(judged.outcome, Verdict):
            return judged.outcome
        assert isinstance(judged.outcome, Candidate)
        return self._planned.get((program, judged.key), Verdict(Word.WAITING))


def _order(unsent: Unsent) -> tuple[object, ...]:
    rule, start = unsent.judged.rule, unsent.judged.start
    return (unsent.at, rule.kind.order, unsent.judged.slot.due, rule.position, unsent.program, unsent.key.subject,
            start.moment, unsent.key.k, unsent.key.recipient, unsent.key.value)  # fmt: skip

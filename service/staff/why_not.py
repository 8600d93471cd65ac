"""Why a world does not send a message that another one just sent: its own verdict at that very instant."""

from typing import NamedTuple

from service.domain.calendar import Instant
from service.domain.decide import Judged, judge_all, ledger_key
from service.domain.delivery import Candidate, LedgerKey, Verdict, Word
from service.domain.events import Subject
from service.domain.rules import STAFF_PREFIX
from service.staff.compare import Cause, Why
from service.staff.world import World


class Answer(NamedTuple):
    """What stands against a message now, and when time alone may change that; None when only an event can."""

    why: Why
    until: Instant | None = None


def why_not(world: World, program: str, key: LedgerKey, now: Instant) -> Answer:
    """Return why the world does not send it at `now`. It changes nothing of what the world does later."""
    known = world.program(program)
    if all(rule.id != key.rule for rule in known.book.rules):
        named = any(rule.id == key.rule for rule in world.rule_set.rules)
        return Answer(Why(Cause.RULE_OFF if named else Cause.NO_RULE))
    subject = Subject.parse(key.subject)
    if subject not in known.subjects:
        return Answer(Why(Cause.NO_START))
    judged = judge_all(known.book, known.view(subject), known.ledger[subject], now, rule_id=key.rule)
    mine = [each for each in judged if _start_of(each, key) == key.start]
    return _of_slots(world, program, key, mine)


def _start_of(judged: Judged, key: LedgerKey) -> str:
    return ledger_key(judged.rule, key.subject, judged.start, judged.slot.k, "", "").start


def _of_slots(world: World, program: str, key: LedgerKey, mine: list[Judged]) -> Answer:
    if not mine:
        return Answer(Why(Cause.NO_START))
    slot = [each for each in mine if each.slot.k == key.k]
    if not slot:
        return Answer(Why(Cause.NO_SLOT))
    own = next((each for each in slot if each.key in (key, None)), None)
    if own is None:
        return Answer(Why(Cause.NOT_NAMED))
    if isinstance(own.outcome, LedgerKey):
        return Answer(Why(Cause.SENT_BEFORE))
    return _told(_planned(world, program, key) if isinstance(own.outcome, Candidate) else own.outcome)


def _planned(world: World, program: str, key: LedgerKey) -> Verdict:
    """Return what the recipient's plan says of a candidate; where their mail is planned elsewhere, that it waits."""
    if key.recipient.startswith(STAFF_PREFIX) and world.for_staff is not None:
        return Verdict(Word.WAITING)
    return world.plan_for(program, key.recipient).verdicts.get(key, Verdict(Word.WAITING))


def _told(verdict: Verdict) -> Answer:
    return Answer(Why(str(verdict.word), verdict.detail), verdict.until)

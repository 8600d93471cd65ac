"""Answering: what people choose on the pages that their mail leads to, as events like everybody else's.

The rules of this file:
1. An event's id is made of whose link it was and of what the act is about (`mark`), so that a second press of one
   button is the event that was there before, whoever pressed twice: a person, a mail program or both at once.
2. Nothing is kept of an answer but its event: facts, rules and the timeline see what they see of any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from service.domain.calendar import Instant
from service.domain.facts import SubjectFacts
from service.domain.grants import Grant
from service.domain.rules import RuleSet
from service.flow.accept import Acceptor, IdConflict
from service.flow.act import Act, Admit, cloud_event, id_of
from service.flow.ports import Clock, Snapshot, Store, SubjectKey
from service.flow.present import PresentReader

SOURCE: Final = "/intouch/pages"


class Taken(StrEnum):
    """What became of an act."""

    NEW = "new"
    AGAIN = "again"
    OTHERWISE = "otherwise"
    """It was taken before with other words; those of then stand."""


def act_id(grant: Grant, *marks: str) -> str:
    """Return an id for what the holder of a grant does, the same for the same marks."""
    return id_of(grant.program, grant.recipient, grant.about, *marks)


@dataclass(frozen=True, slots=True)
class Answering:
    """Takes acts in through the same door as all events."""

    store: Store
    acceptor: Acceptor
    admit: Admit
    clock: Clock

    def take(self, grant: Grant, acts: Sequence[Act]) -> Taken:
        """Return what became of the acts, which are taken in together. Raises: StoreUnavailable."""
        fresh = []
        with self.store.reading() as snapshot:
            for act in acts:
                known = snapshot.event(grant.program, SOURCE, _event_id(grant, act))
                if known is None:
                    fresh.append(act)
                elif known.data != act.data:
                    return Taken.OTHERWISE
        if not fresh:
            return Taken.AGAIN
        now = self.clock()
        events, faults = self.admit(
            [cloud_event(each, _event_id(grant, each), SOURCE, grant.program, now) for each in fresh]
        )
        assert not faults, "the pages offer only what the schemas allow"
        try:
            self.acceptor.accept(events, ours=True)
        except IdConflict:  # the same press came twice at once, and the other one was first
            return Taken.AGAIN
        return Taken.NEW


def was_taken(snapshot: Snapshot, grant: Grant, act: Act) -> bool:
    """Return whether the act was taken in before."""
    return snapshot.event(grant.program, SOURCE, _event_id(grant, act)) is not None


def facts_now(snapshot: Snapshot, rule_set: RuleSet, keys: Sequence[SubjectKey], now: Instant) -> list[SubjectFacts]:
    """Return the facts of subjects of one program with everything that was appended, so that people see what they did.

    They come in the order of the keys; those of a subject that nobody told of are empty.
    """
    return PresentReader(snapshot, (rule_set,), now).facts(keys[0].program, keys)[0] if keys else []


def _event_id(grant: Grant, act: Act) -> str:
    return act_id(grant, act.type, act.mark)

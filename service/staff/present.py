"""The present of a world on virtual time, so that others can go on from it under the same or other rules."""

from collections.abc import Iterator

from service.domain.book import ProgramBook, book_of
from service.domain.calendar import Instant
from service.domain.facts import SubjectFacts
from service.domain.present import Present, Standing
from service.domain.rules import RuleSet
from service.staff.program_world import ProgramWorld
from service.staff.world import World


def presents_of(world: World, rule_set: RuleSet, now: Instant) -> Iterator[Present]:
    """Yield each program whole, folded for the rule set. It shares facts with the world, which must not go on."""
    for id, known in world.programs.items():
        book = book_of(rule_set, id)
        yield Present(
            program=id,
            subjects=tuple(
                Standing(
                    facts=_facts(known, facts, book, now),
                    sent=frozenset(known.ledger.get(subject, ())),
                    pending=known.pending.get(subject, {}),
                )
                for subject, facts in known.subjects.items()
            ),
            past=known.past,
        )


def _facts(known: ProgramWorld, facts: SubjectFacts, book: ProgramBook, now: Instant) -> SubjectFacts:
    if known.book.lens.signature == book.lens.signature:
        return facts
    whole = book.folding.whole(facts.subject, known.known.log.get(facts.subject, ()))
    book.lens.prune(whole, now)
    return whole

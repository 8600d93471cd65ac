"""Monitoring: what messages to staff may say of engagement, of one mentorship or of a whole program."""

from collections.abc import Iterator
from typing import Final

from service.domain.book import ProgramBook
from service.domain.calendar import Instant
from service.domain.engagement import Engagement, Standing, overview_of, standing_of
from service.domain.events import SubjectKind
from service.domain.facts import SubjectFacts
from service.flow.ports import Known

ADDRESS_FAILED: Final = "participant.address_failed"
_PAGE: Final = 500
"""Subjects read at once: a program may have a hundred thousand."""


def state_words(mentorship: SubjectFacts, book: ProgramBook, now: Instant) -> str:
    """Return how the mentorship stands (`not connected`), or "" where it has ended or was never matched."""
    standing = standing_of(mentorship, book.program.engagement, now)
    return in_words(standing.state) if standing and standing.state else ""


def in_words(state: Engagement) -> str:
    return state.replace("_", " ")


def overview_words(snapshot: Known, book: ProgramBook, now: Instant) -> dict[str, object]:
    """Return the variable `overview`: a number for each state, the rate in percent, and what needs a person."""
    found = overview_of(_standings(snapshot, book, now))
    rate = found.connection_rate
    return {
        **{str(state): number for state, number in found.states.items()},
        "matched": found.matched,
        "going_on": found.going_on,
        "asking_for_help": found.asking_for_help,
        "unreachable": sum(map(is_unreachable, _facts(snapshot, book, SubjectKind.PARTICIPANT))),
        "connection_rate": "" if rate is None else round(100 * rate),
    }


def is_unreachable(participant: SubjectFacts) -> bool:
    """Return whether the participant's address failed, and nobody has told of another since."""
    failed = participant.last(ADDRESS_FAILED)
    told = participant.latest.get("email")
    return failed is not None and (told is None or told[0].time <= failed)


def _standings(snapshot: Known, book: ProgramBook, now: Instant) -> Iterator[Standing]:
    for facts in _facts(snapshot, book, SubjectKind.MENTORSHIP):
        standing = standing_of(facts, book.program.engagement, now)
        if standing is not None:
            yield standing


def _facts(snapshot: Known, book: ProgramBook, kind: SubjectKind) -> Iterator[SubjectFacts]:
    """Yield the facts of a program's subjects of one kind, page by page."""
    after, more = "", True
    while more:
        page = snapshot.all_subjects(book.program.id, kind, after, _PAGE)
        yield from (row.facts for row in page if row.facts is not None)
        more = len(page) == _PAGE
        after = page[-1].key.subject.id if page else after

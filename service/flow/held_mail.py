"""Held mail, as staff read of it: which rule would have written what to whom.

Nobody is named in a subject, which the message sees to, nor where the notice itself would give away what is
confidential: a flag, a call for help, a concern, a topic.
"""

from typing import Final

from service.domain.book import ProgramBook
from service.domain.delivery import Candidate
from service.domain.events import Event
from service.domain.view import full_name
from service.flow.brake_port import HeldNotice
from service.flow.ports import Known, RecipientKey
from service.flow.reach import participant_of

MAIL_HELD: Final = "program.mail_held"
MAIL_LET_GO: Final = "program.mail_let_go"
HOLD: Final = "hold"
"""What the two open and close."""
_NAMED: Final = 20
_MOST: Final = 1_000


def held_words(snapshot: Known, book: ProgramBook, event: Event) -> dict[str, object]:
    """Return the variable `held`: the rule's title, how many notices, and the first to whom it would have written."""
    rule = str(event.data["rule"])
    found = snapshot.held_notices(rule, _MOST, book.program.id)
    open_ones = [each for each in found if not _is_confidential(book, each.candidate)]
    return {
        "rule": next((each.title for each in book.rules if each.id == rule and each.title), rule),
        "notices": len(found) if found else event.data["notices"],
        "people": [_person(snapshot, book, each) for each in open_ones[:_NAMED]],
        "more": max(0, len(open_ones) - _NAMED),
        "unnamed": len(found) - len(open_ones),
    }


def _is_confidential(book: ProgramBook, candidate: Candidate) -> bool:
    started = next((each.starts for each in book.rules if each.id == candidate.key.rule), "")
    return bool(candidate.key.value) or book.catalogue.can_be_acknowledged(started)


def _person(snapshot: Known, book: ProgramBook, held: HeldNotice) -> dict[str, str]:
    candidate = held.candidate
    key = RecipientKey(book.program.id, candidate.key.recipient)
    return {"name": full_name(participant_of(snapshot, key)) or key.recipient, "message": candidate.message}

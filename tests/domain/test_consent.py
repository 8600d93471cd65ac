"""Who may be named: only who said so, and only until they took it back."""

import pytest

from service.domain.consent import GIVEN, WITHDRAWN, agrees_to_be_named
from service.domain.events import Subject, SubjectKind
from service.domain.facts import SubjectFacts, Tally

AMY = Subject(SubjectKind.PARTICIPANT, "amy")


def _said(**last: int) -> SubjectFacts:
    names = {"given": GIVEN, "withdrawn": WITHDRAWN}
    return SubjectFacts(subject=AMY, tallies={names[each]: Tally(1, at, at) for each, at in last.items()})


@pytest.mark.parametrize(
    ("said", "agrees"),
    [
        (_said(), False),
        (_said(given=5), True),
        (_said(withdrawn=5), False),
        (_said(given=5, withdrawn=4), True),
        (_said(given=5, withdrawn=5), False),
        (_said(given=5, withdrawn=6), False),
        (None, False),
    ],
)
def test_only_who_agreed_last_is_named(said: SubjectFacts | None, agrees: bool) -> None:
    assert agrees_to_be_named(said) is agrees

"""Consent: what a participant agreed to beyond what the program needs, until they say otherwise."""

from typing import Final

from service.domain.facts import SubjectFacts

GIVEN: Final = "participant.consent_given"
WITHDRAWN: Final = "participant.consent_withdrawn"
NEWSLETTER: Final = "newsletter"
"""To be named, with their mentorship, in what the program tells of itself. There is no other consent yet."""


def agrees_to_be_named(participant: SubjectFacts | None) -> bool:
    """Return whether they agreed to be named and did not take it back; at one instant, taking back counts."""
    given = participant.last(GIVEN) if participant else None
    withdrawn = participant.last(WITHDRAWN) if participant else None
    return given is not None and (withdrawn is None or withdrawn < given)

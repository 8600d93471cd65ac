"""Which resource a message carries: the first in catalogue order that suits and that the recipient has not had."""

from collections.abc import Container, Iterable

from service.domain.delivery import Candidate, Role
from service.domain.rules import Audience, Resource


def picked(
    candidate: Candidate, resources: Iterable[Resource], contacts: frozenset[str], had: Container[str]
) -> str | None:
    """Return the slug it carries, "" for none, or None when nothing new is left to pick.

    `contacts` are those that the recipient's program names, `had` the slugs that the recipient was sent.
    """
    if candidate.resource is None:
        return ""
    if candidate.resource not in ("by_topic", "by_stage"):
        return candidate.resource or None
    fits = _fits_topic if candidate.resource == "by_topic" else _fits_stage
    return next(
        (
            each.slug
            for each in resources
            if fits(each, candidate.pick)
            and _suits(each.audience, candidate.role)
            and each.needs_contacts <= contacts
            and each.slug not in had
        ),
        None,
    )


def _fits_topic(resource: Resource, topic: str) -> bool:
    return topic in resource.topics or "all" in resource.topics


def _fits_stage(resource: Resource, _: str) -> bool:
    return bool(resource.stage)


def _suits(audience: Audience, role: Role) -> bool:
    return audience is Audience.BOTH or audience.value == role.value or role in (Role.STAFF, Role.ADVISOR)

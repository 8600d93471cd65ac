"""How the index of resources is ordered: by the stage of a mentorship, and by what a flag can be about."""

from collections.abc import Iterable
from typing import Final
from unicodedata import combining, normalize

from service.adapters.templates.look import ProgramLook
from service.adapters.templates.shelf import Shelf
from service.adapters.templates.speaking import topic_label
from service.adapters.templates.tongue import Tongue
from service.domain.rules import ALL_TOPICS, Program, Resource

_STAGES: Final = ("start", "recover", "craft", "academic", "enrolment", "money", "wellbeing", "career", "close")
"""In the order of a mentorship."""


def by_stage(resources: Iterable[Resource], tongue: Tongue) -> list[Shelf]:
    """Return one shelf for each stage, in the order of a mentorship. `resources` are in catalogue order."""
    known = list(resources)
    return [
        Shelf(
            id=stage,
            title=tongue.say(f"stages.{stage}"),
            slugs=tuple(each.slug for each in known if each.stage == stage),
        )
        for stage in _STAGES
    ]


def by_topic(resources: Iterable[Resource], program: Program, look: ProgramLook, tongue: Tongue) -> list[Shelf]:
    """Return one shelf for each topic that the program uses, by its label, in the order of their letters.

    A resource for all topics stands on none of them: on every one it would only be in the way.
    """
    known = [each for each in resources if ALL_TOPICS not in each.topics]
    topics = {topic for each in known for topic in each.topics} - program.flags_hidden
    shelves = (
        Shelf(
            id=f"topic-{topic}",
            title=topic_label(topic, look, tongue),
            slugs=tuple(each.slug for each in known if topic in each.topics),
        )
        for topic in topics
    )
    return sorted(shelves, key=lambda shelf: _letters(shelf.title))


def _letters(title: str) -> str:
    """Return a title without its accents, so that "Ética" stands with the other ones in E."""
    return "".join(each for each in normalize("NFD", title.casefold()) if not combining(each))

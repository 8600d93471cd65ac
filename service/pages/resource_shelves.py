"""How the index of resources is ordered: by the stage of a mentorship, and by what a flag can be about."""

from collections.abc import Iterable
from typing import Final

from service.adapters.templates.shelf import Shelf
from service.domain.rules import ALL_TOPICS, Program, Resource

_STAGES: Final = {
    "start": "Getting started",
    "recover": "When it has gone quiet",
    "craft": "Being a good mentor",
    "academic": "Studying",
    "enrolment": "Your major and your enrollment",
    "money": "Money, food and housing",
    "wellbeing": "Wellbeing and belonging",
    "career": "Career",
    "close": "Finishing well",
}


def by_stage(resources: Iterable[Resource]) -> list[Shelf]:
    """Return one shelf for each stage, in the order of a mentorship. `resources` are in catalogue order."""
    known = list(resources)
    return [
        Shelf(id=stage, title=title, slugs=tuple(each.slug for each in known if each.stage == stage))
        for stage, title in _STAGES.items()
    ]


def by_topic(resources: Iterable[Resource], program: Program) -> list[Shelf]:
    """Return one shelf for each topic that the program uses, by its own label.

    A resource for all topics stands on none of them: on every one it would only be in the way.
    """
    known = [each for each in resources if ALL_TOPICS not in each.topics]
    topics = {topic for each in known for topic in each.topics} - program.flags_hidden
    shelves = (
        Shelf(
            id=f"topic-{topic}",
            title=program.flag_labels.get(topic) or topic.replace("_", " ").capitalize(),
            slugs=tuple(each.slug for each in known if topic in each.topics),
        )
        for topic in topics
    )
    return sorted(shelves, key=lambda shelf: shelf.title)

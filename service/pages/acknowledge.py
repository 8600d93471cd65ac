"""/acknowledge: staff take on what an alert told them of, so that it climbs no further. Names nobody, and no topic."""

from collections.abc import Mapping
from typing import Final

from service.domain.events import Subject, SubjectKind
from service.domain.facts import Thing
from service.flow.act import Act
from service.flow.answer import was_taken
from service.pages.visit import Reply, Visit

_KINDS: Final = ("flag", "help", "concern")
_ALSO_SAID: Final = {"concern": ("about", "level")}
"""What an acknowledgement has to repeat of the thing."""


def show_acknowledge(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return a page with one button, or that somebody has it already."""
    found = _found(visit)
    if found is None:
        return None
    if not found[1].is_unacknowledged:
        return _before(found[1], visit)
    return Reply(template="acknowledge", values={"kind": found[1].kind})


def _before(thing: Thing, visit: Visit) -> Reply:
    """Return that somebody has it, or that it has been settled or taken back without."""
    said = visit.say(f"acknowledge.before_{thing.kind}" if thing.acknowledged else "acknowledge.settled")
    return Reply(template="done", values={"title": visit.say("acknowledge.before_title"), "said": (said,)})


def act_on_acknowledge(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return the thanks; to whoever comes after somebody else, that it is taken care of."""
    found = _found(visit)
    if found is None:
        return None
    subject, thing = found
    act = _act(subject, thing, visit)
    if not thing.is_unacknowledged and not was_taken(visit.snapshot, visit.grant, act):
        return _before(thing, visit)
    said = (visit.say(f"acknowledge.done_{thing.kind}"), visit.say("acknowledge.hand_over"))
    return Reply(
        template="done",
        values={"title": visit.say("acknowledge.done_title"), "said": said},
        acts=(act,) if thing.is_unacknowledged else (),
    )


def _found(visit: Visit) -> tuple[Subject, Thing] | None:
    mentorship, _, rest = visit.grant.about.partition("/")
    kind, _, id = rest.partition("/")
    facts = visit.facts(Subject(SubjectKind.MENTORSHIP, mentorship))
    thing = visit.thing(facts, kind, id) if facts and kind in _KINDS else None
    return None if facts is None or thing is None else (facts.subject, thing)


def _act(subject: Subject, thing: Thing, visit: Visit) -> Act:
    kinds = visit.rule_set.catalogue.things[thing.kind]
    id_field = next(each.id_field for each in kinds if each.id_field)
    also = {name: thing.value(name) for name in _ALSO_SAID.get(thing.kind, ())}
    # One that was reopened since is to be taken on anew.
    mark = f"{thing.kind} {thing.id} {thing.reopened.id if thing.reopened else ''}"
    return Act(type=f"{thing.kind}.acknowledged", subject=subject, mark=mark, data={id_field: thing.id, **also})

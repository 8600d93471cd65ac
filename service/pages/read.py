"""/read: somebody says that they have read a resource. Nothing else counts as that: opening a page tells nobody."""

from collections.abc import Mapping

from service.domain.events import Subject, SubjectKind
from service.domain.grants import Grant
from service.flow.act import Act
from service.flow.answer import was_taken
from service.pages.visit import Reply, Visit


def read_act(grant: Grant) -> Act:
    """Return what the link's holder says of the resource that it is about: once for good."""
    person = Subject(SubjectKind.PARTICIPANT, grant.recipient)
    return Act(type="resource.viewed", subject=person, mark="", data={"resource": grant.about})


def show_read(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return a page with one button, or that it was pressed before."""
    if not _is_there(visit):
        return None
    if was_taken(visit.snapshot, visit.grant, read_act(visit.grant)):
        return _noted(visit)
    return Reply(template="read", values={"resource": _title(visit), "address": _address(visit)})


def act_on_read(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return the thanks."""
    return _noted(visit, read_act(visit.grant)) if _is_there(visit) else None


def _noted(visit: Visit, *acts: Act) -> Reply:
    title = _title(visit)
    values = {
        "title": visit.say("read.done_title"),
        "said": (visit.say("read.done", resource=title),),
        "links": ((visit.say("read.back", resource=title), _address(visit)),),
    }
    return Reply(template="done", values=values, acts=acts)


def _is_there(visit: Visit) -> bool:
    """Return whether we know the person, and the resource is still on its shelf."""
    return visit.facts(visit.person) is not None and visit.grant.about in visit.templates.resource_slugs


def _title(visit: Visit) -> str:
    return visit.templates.pages(visit.look).resource_of(visit.grant.about).title


def _address(visit: Visit) -> str:
    """Return the page of the resource, from where this one is, as the link in the mail has it."""
    return f"../resources/{visit.grant.about}?program={visit.grant.program}&reader={visit.token}"

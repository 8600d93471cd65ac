"""/help: "I can't get in touch". Options that say what each will do, a page to confirm, and an hour to take it back."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from service.domain.calendar import HOUR, NEVER, Instant
from service.domain.facts import Thing
from service.flow.act import Act
from service.pages.form import is_fresh
from service.pages.help_options import REACH_OUT, Option, options
from service.pages.visit import Pair, Reply, Visit

UNDO_WITHIN: Final = HOUR


def show_help(visit: Visit, query: Mapping[str, str]) -> Reply | None:
    """Return the choices; the one to confirm, where one is chosen."""
    pair = visit.pair(visit.grant.about)
    if pair is None:
        return None
    if not pair.is_active:
        return _nothing_to_do(visit, pair)
    chosen = _chosen(visit, pair, query)
    if chosen is not None:
        return _confirm(visit, pair, chosen)
    return _choices(visit, pair, missed="go" in query)


def act_on_help(visit: Visit, form: Mapping[str, str]) -> Reply | None:
    """Return what became of a confirmed choice, or of one that is taken back."""
    pair = visit.pair(visit.grant.about)
    if pair is None:
        return None
    if "undo" in form:
        return _take_back(visit, pair, form["undo"])
    if not pair.is_active:
        return _nothing_to_do(visit, pair)
    chosen = _chosen(visit, pair, form)
    if chosen is None:
        return _choices(visit, pair, missed=True)
    if any(each.value("option") == chosen.value for each in _open_of(pair)):
        return _done(visit, chosen, *_open_with(pair, chosen))
    if not is_fresh(form, visit.now):
        return _confirm(visit, pair, chosen)
    request = visit.new_id(pair.facts, "help", chosen.value, form["at"])
    data = {"request_id": request, "by": str(pair.role), "option": chosen.value}
    act = Act(type="help.requested", subject=pair.facts.subject, mark=request, data=data)
    return _done(visit, chosen, request, _until(chosen.value, visit.now), act)


def _chosen(visit: Visit, pair: Pair, given: Mapping[str, str]) -> Option | None:
    return next((each for each in options(visit, pair) if each.value == given.get("option")), None)


def _open_of(pair: Pair) -> Iterator[Thing]:
    """Yield the person's own open requests."""
    things = (thing for (kind, _), thing in pair.facts.things.items() if kind == "help")
    return (each for each in things if each.is_open and each.opened_by == pair.role)


def _open_with(pair: Pair, option: Option) -> tuple[str, Instant]:
    """Return the id of the open request with that option, and until when it can be taken back."""
    thing = next(each for each in _open_of(pair) if each.value("option") == option.value)
    return thing.id, _undo_until(thing)


def _undo_until(thing: Thing) -> Instant:
    assert thing.opened is not None  # or it would not be open
    return _until(thing.value("option"), thing.opened.time)


def _until(option: str, asked: Instant) -> Instant:
    """Return until when a request can be taken back: after an hour a person may be on it, where one is needed."""
    return NEVER if option == REACH_OUT else asked + UNDO_WITHIN


def _choices(visit: Visit, pair: Pair, *, missed: bool) -> Reply:
    choices = options(visit, pair)
    labels = {each.value: each.label for each in choices}
    waiting = [
        {
            "label": labels.get(str(each.value("option")), visit.say("help.a_request")),
            "undo": _undo(visit, each.id, _undo_until(each)),
        }
        for each in _open_of(pair)
    ]
    values = {"pair": pair, "options": choices, "waiting": waiting, "missed": missed}
    return Reply(template="help", values=values, status=_status(missed))


def _status(missed: bool) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if missed else HTTPStatus.OK


def _confirm(visit: Visit, pair: Pair, option: Option) -> Reply:
    return Reply(template="help-confirm", values={"pair": pair, "option": option, "at": str(visit.now)})


def _done(visit: Visit, option: Option, request: str, undo_until: Instant, *acts: Act) -> Reply:
    values = {
        "title": visit.say("help.have_it"),
        "said": (visit.say("help.chose", label=option.label), visit.say("help.rest")),
        "list": option.then,
        "undo": _undo(visit, request, undo_until),
    }
    return Reply(template="done", values=values, acts=acts)


def _undo(visit: Visit, request: str, until: Instant) -> dict[str, str] | None:
    """Return the button that takes a request back, or None when its hour is over."""
    if visit.now >= until:
        return None
    if until == NEVER:
        note = visit.say("help.any_time")
    else:
        tongue, at = visit.tongue, visit.local(until)
        note = tongue.say("help.until", time=tongue.time(at), zone=tongue.zone(visit.zone))
    return {"value": request, "label": visit.say("help.take_back"), "note": note}


def _take_back(visit: Visit, pair: Pair, request: str) -> Reply:
    again = {"links": ((visit.say("help.again"), ""),)}
    thing = visit.thing(pair.facts, "help", request)
    if thing is None or thing.opened is None or thing.opened_by != pair.role or not thing.is_open:
        return _told(visit, "help.nothing_title", "help.nothing", **again)
    if visit.now >= _undo_until(thing):
        return _told(visit, "help.too_late_title", "help.too_late")
    act = Act(type="help.withdrawn", subject=pair.facts.subject, mark=request, data={"request_id": request})
    return replace(_told(visit, "help.taken_back_title", "help.taken_back", **again), acts=(act,))


def _told(visit: Visit, title: str, said: str, **more: object) -> Reply:
    """Return a page with one sentence; both are keys of fixed words."""
    return Reply(template="done", values={"title": visit.say(title), "said": (visit.say(said),), **more})


def _nothing_to_do(visit: Visit, pair: Pair) -> Reply:
    said = (visit.say("help.not_active", other=pair.other), visit.say("help.not_active_write"))
    return Reply(template="done", values={"title": visit.say("help.not_active_title"), "said": said})

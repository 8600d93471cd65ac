"""/help: "I can't get in touch". Options that say what each will do, a page to confirm, and an hour to take it back."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from service.domain.calendar import HOUR, NEVER, Instant
from service.domain.delivery import Role
from service.domain.facts import Thing
from service.flow.answer import Act, act_id
from service.pages.form import is_fresh
from service.pages.visit import Pair, Reply, Visit

UNDO_WITHIN: Final = HOUR
REMOVE, REACH_OUT, TALK = "remove_me", "dont_know_how_to_reach_out", "talk_to_institution"
REMATCH, NO_REMATCH = "unmatch_and_rematch", "unmatch_no_rematch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the choices. `then` says what will happen, one sentence each."""

    value: str
    label: str
    then: tuple[str, ...]


def options(pair: Pair, program: str) -> tuple[Option, ...]:
    """Return the choices of whoever looks: five for a mentor, four for a mentee."""
    other, other_role = pair.other, pair.other_role
    ends = "A person on our team ends this mentorship, usually within two working days."
    quietly = f"We tell {other} that it has ended, and give no reason."
    every = (
        Option(
            value=REACH_OUT,
            label="I don't know how to reach out",
            then=(
                "You get an email with words to borrow, right away.",
                f"In five days we ask how it went. We do not tell {other} that you asked.",
            ),
        ),
        Option(
            value=TALK,
            label="I want to talk to someone at my institution",
            then=(
                f"A person at {program} writes to you, usually within two working days.",
                f"We do not tell {other} that you asked.",
            ),
        ),
        Option(
            value=REMATCH,
            label=f"Unmatch me and find me a new {other_role}",
            then=(ends, quietly, "We look for somebody new for you, and write as soon as we have found them."),
        ),
        Option(
            value=NO_REMATCH,
            label="Unmatch me and don't rematch me",
            then=(ends, f"{quietly} We look for another mentor for them.", f"You stay in {program}."),
        ),
        Option(
            value=REMOVE,
            label="Remove me from the program",
            then=(f"A person on our team takes you out of {program}, usually within two working days.", quietly),
        ),
    )
    return tuple(each for each in every if each.value != NO_REMATCH or pair.role is Role.MENTOR)


def show_help(visit: Visit, query: Mapping[str, str]) -> Reply | None:
    """Return the choices; the one to confirm, where one is chosen."""
    pair = visit.pair(visit.grant.about)
    if pair is None:
        return None
    if not pair.is_active:
        return _nothing_to_do(pair)
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
        return _nothing_to_do(pair)
    chosen = _chosen(visit, pair, form)
    if chosen is None:
        return _choices(visit, pair, missed=True)
    if any(each.value("option") == chosen.value for each in _open_of(pair)):
        return _done(visit, chosen, *_open_with(pair, chosen))
    if not is_fresh(form, visit.now):
        return _confirm(visit, pair, chosen)
    request = act_id(visit.grant, "help", chosen.value, form["at"])
    data = {"request_id": request, "by": str(pair.role), "option": chosen.value}
    act = Act(type="help.requested", subject=pair.facts.subject, mark=request, data=data)
    return _done(visit, chosen, request, _until(chosen.value, visit.now), act)


def _chosen(visit: Visit, pair: Pair, given: Mapping[str, str]) -> Option | None:
    return next((each for each in options(pair, visit.look.name) if each.value == given.get("option")), None)


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
    choices = options(pair, visit.look.name)
    labels = {each.value: each.label for each in choices}
    waiting = [
        {"label": labels.get(str(each.value("option")), "Help"), "undo": _undo(visit, each.id, _undo_until(each))}
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
        "title": "We have your request",
        "said": (f"You chose: {option.label}.", "Reminders about this mentorship rest until it is settled."),
        "list": option.then,
        "undo": _undo(visit, request, undo_until),
    }
    return Reply(template="done", values=values, acts=acts)


def _undo(visit: Visit, request: str, until: Instant) -> dict[str, str] | None:
    """Return the button that takes a request back, or None when its hour is over."""
    if visit.now >= until:
        return None
    if until == NEVER:
        note = "Settled by itself, or the wrong one? You can take it back at any time."
    else:
        note = f"Pressed the wrong one? You can take it back until {visit.local(until):%H:%M}."
    return {"value": request, "label": "Take it back", "note": note}


def _take_back(visit: Visit, pair: Pair, request: str) -> Reply:
    again = {"links": (("Choose something else", ""),)}
    thing = visit.thing(pair.facts, "help", request)
    if thing is None or thing.opened is None or thing.opened_by != pair.role or not thing.is_open:
        said = ("There is no open request of yours here: it was taken back or settled before.",)
        return Reply(template="done", values={"title": "Nothing to take back", "said": said, **again})
    if visit.now >= _undo_until(thing):
        said = ("The hour is over, and a person may be on it already. Answer any of our emails, and they will stop.",)
        return Reply(template="done", values={"title": "Please write to us", "said": said})
    act = Act(type="help.withdrawn", subject=pair.facts.subject, mark=request, data={"request_id": request})
    said = ("Your request is taken back, and nothing more will come of it.",)
    return Reply(template="done", values={"title": "Taken back", "said": said, **again}, acts=(act,))


def _nothing_to_do(pair: Pair) -> Reply:
    said = (
        f"Your mentorship with {pair.other} is not active at the moment, so there is nothing to change here.",
        "If you need something all the same, answer any of our emails, and a person will read it.",
    )
    return Reply(template="done", values={"title": "This mentorship rests or has ended", "said": said})

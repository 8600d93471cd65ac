"""/preferences and /unsubscribe: which optional mail somebody gets, a rest until a day, or none of it.

What an act changes from is part of its mark: going back and forth works, and the same press twice is one.
Neither page shows who it is for.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from http import HTTPStatus
from typing import Final

from service.domain.consent import GIVEN, NEWSLETTER, WITHDRAWN, agrees_to_be_named
from service.domain.facts import SubjectFacts
from service.domain.fold import NO_END, PAUSE, preference
from service.domain.grants import Purpose
from service.domain.policies import OPTIONAL, Category
from service.flow.act import Act
from service.pages.form import day
from service.pages.visit import Reply, Visit

LONGEST_PAUSE: Final = timedelta(days=366)


def show_preferences(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return the choices as they stand."""
    facts = visit.facts(visit.person)
    return None if facts is None else _choices(visit, facts)


def act_on_preferences(visit: Visit, form: Mapping[str, str]) -> Reply | None:
    """Return what the choices are now."""
    facts = visit.facts(visit.person)
    if facts is None:
        return None
    do = form.get("do")
    if do == "choose":
        wanted = {each for each in OPTIONAL if each.value in form}
        return _done(visit, "preferences.saved", _said_of(visit, wanted), _changes(visit, facts, wanted))
    if do in ("agree", "disagree"):
        return _named(visit, facts, wants=do == "agree")
    if do == "resume":
        acts = [_resumed(visit, facts)] if facts.value(PAUSE) is not None else []
        return _done(visit, "preferences.back_title", visit.say("preferences.back"), acts)
    if do == "pause":
        return _pause(visit, facts, day(form.get("until", "")))
    return _choices(visit, facts)


def _named(visit: Visit, facts: SubjectFacts, *, wants: bool) -> Reply:
    """Return whether the program may name them from now on."""
    type, before = (GIVEN, WITHDRAWN) if wants else (WITHDRAWN, GIVEN)
    said = "preferences.named" if wants else "preferences.not_named"
    # What it changes from is part of the mark: back and forth works, and the same press twice is one.
    mark = f"{NEWSLETTER} {facts.last(before)}"
    act = Act(type=type, subject=visit.person, mark=mark, data={"to": NEWSLETTER})
    is_so = agrees_to_be_named(facts) == wants
    return _done(visit, "preferences.saved", visit.say(said), () if is_so else (act,))


def show_unsubscribe(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return a page with one button; opening it changes nothing, for mail programs open every link."""
    facts = visit.facts(visit.person)
    if facts is None:
        return None
    values = {"is_off": not _wanted(facts), "preferences": visit.link(Purpose.PREFERENCES), "still": _still(visit)}
    return Reply(template="unsubscribe", values=values)


def act_on_unsubscribe(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return that optional mail is off, however often and by whomever it is asked. Source: RFC 8058, 3.2."""
    facts = visit.facts(visit.person)
    if facts is None:
        return None
    return _done(visit, "unsubscribe.done", visit.say("preferences.nothing"), _changes(visit, facts, set()))


def _wanted(facts: SubjectFacts) -> set[Category]:
    return {each for each in OPTIONAL if facts.value(preference(each)) is not False}


def _changes(visit: Visit, facts: SubjectFacts, wanted: Iterable[Category]) -> list[Act]:
    """Return an act for each category in which the wish differs from what stands."""
    differ = sorted(_wanted(facts) ^ set(wanted))
    return [
        Act(
            type="participant.preferences_changed",
            subject=visit.person,
            mark=_mark(facts, preference(each)),
            data={"category": each.value, "wanted": each in wanted},
        )
        for each in differ
    ]


def _resumed(visit: Visit, facts: SubjectFacts) -> Act:
    return Act(type="participant.resumed", subject=visit.person, mark=_mark(facts, PAUSE))


def _pause(visit: Visit, facts: SubjectFacts, until: date | None) -> Reply:
    if until is None or not visit.today < until <= visit.today + LONGEST_PAUSE:
        return _choices(visit, facts, fault=visit.say("preferences.wrong_day"))
    said = visit.say("preferences.resting", day=visit.tongue.day(until))
    if facts.value(PAUSE) == until.isoformat():
        return _done(visit, "preferences.resting_title", said, ())
    data = {"until": until.isoformat()}
    act = Act(type="participant.paused", subject=visit.person, mark=f"{until} {_mark(facts, PAUSE)}", data=data)
    return _done(visit, "preferences.resting_title", said, (act,))


def _mark(facts: SubjectFacts, name: str) -> str:
    """Return a mark for a change of what stands under a name now."""
    held = facts.latest.get(name)
    return name if held is None else f"{name} {held[0].time} {held[0].id}"


def _said_of(visit: Visit, wanted: Collection[Category]) -> str:
    names = [visit.say(f"preferences.{each}").lower() for each in OPTIONAL if each in wanted]
    return (
        visit.say("preferences.you_get", list=visit.tongue.listed(names)) if names else visit.say("preferences.nothing")
    )


def _still(visit: Visit) -> str:
    return visit.say("preferences.still_comes")


def _done(visit: Visit, title: str, said: str, acts: Iterable[Act]) -> Reply:
    values = {
        "title": visit.say(title),
        "said": (said, _still(visit)),
        "links": ((visit.say("mail.choose"), visit.link(Purpose.PREFERENCES)),),
    }
    return Reply(template="done", values=values, acts=tuple(acts))


def _choices(visit: Visit, facts: SubjectFacts, fault: str = "") -> Reply:
    wanted, until = _wanted(facts), facts.value(PAUSE)
    values = {
        "categories": [(each.value, *_described(visit, each), each in wanted) for each in OPTIONAL],
        "paused": _paused(visit, until),
        "first_day": (visit.today + timedelta(days=1)).isoformat(),
        "last_day": (visit.today + LONGEST_PAUSE).isoformat(),
        "fault": fault,
        "is_named": agrees_to_be_named(facts),
        "still": _still(visit),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK
    return Reply(template="preferences", values=values, status=status)


def _described(visit: Visit, category: Category) -> tuple[str, str]:
    return visit.say(f"preferences.{category}"), visit.say(f"preferences.{category}_about")


def _paused(visit: Visit, until: str | None) -> str:
    """Return until when optional mail rests, in words, or ""."""
    if until is None:
        return ""
    if until == NO_END:
        return visit.say("preferences.rests_without_end")
    last = date.fromisoformat(until[: len("2026-03-02")])
    return visit.say("preferences.rests", day=visit.tongue.day(last)) if last > visit.today else ""

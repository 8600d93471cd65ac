"""/log: one conversation or several, with a day and topics. No words of what was said: that stays with the two."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from http import HTTPStatus
from typing import Final

from werkzeug.datastructures import MultiDict

from service.adapters.templates.speaking import topic_label
from service.flow.act import Act
from service.pages.form import day, is_fresh, whole_number
from service.pages.visit import Pair, Reply, Visit

LONGEST_AGO: Final = timedelta(days=366)
MOST_AT_ONCE: Final = 50
_NO_FAULTS: Final = {"held_on": "", "count": ""}
_LOGGED: Final = "conversation.logged"


def show_log(visit: Visit, _: Mapping[str, str]) -> Reply | None:
    """Return the form."""
    pair = visit.pair(visit.grant.about)
    return None if pair is None else _form(visit, pair, {"held_on": visit.today.isoformat(), "count": "1"})


def act_on_log(visit: Visit, form: MultiDict[str, str]) -> Reply | None:
    """Return the thanks; the form again, where something is missing. "We talk, we just don't log" needs nothing."""
    pair = visit.pair(visit.grant.about)
    if pair is None:
        return None
    if "undo" in form:
        return _take_back(visit, pair, form["undo"])
    if form.get("do") == "talking":
        return _thanks(visit, pair, {}, f"talking {visit.today}")
    chosen = form.getlist("topics")
    known = [each for each in topic_labels(visit) if each in chosen]
    faults = _faults(visit, pair, form)
    if any(faults.values()) or not is_fresh(form, visit.now):
        return _form(visit, pair, form, topics=known, faults=faults)
    data = {"held_on": form["held_on"], "count": int(form["count"]), **({"topics": known} if known else {})}
    return _thanks(visit, pair, data, form["at"])


def topic_labels(visit: Visit) -> dict[str, str]:
    """Return the topics that the program uses, in the words that the person reads."""
    field = visit.rule_set.catalogue.types[_LOGGED].fields["topics"]
    program = visit.book.program
    used = (each for each in field.values if each not in program.flags_hidden)
    return {each: topic_label(each, visit.look, visit.tongue) for each in used}


def _first_day(visit: Visit, pair: Pair) -> tuple[date, bool]:
    """Return the first day that can be logged, and whether it is that of the match rather than a year ago."""
    matched = pair.facts.last("mentorship.matched")
    a_year_ago = visit.today - LONGEST_AGO
    since = a_year_ago if matched is None else min(visit.local(matched).date(), visit.today)
    return max(a_year_ago, since), since > a_year_ago


def _faults(visit: Visit, pair: Pair, form: Mapping[str, str]) -> dict[str, str]:
    """Return what to change, by field; "" where nothing is."""
    faults = dict(_NO_FAULTS)
    held_on, count = day(form.get("held_on", "")), whole_number(form.get("count", ""))
    # A clock ahead of the person's own may show tomorrow already.
    first, matched = _first_day(visit, pair)
    if held_on is None or not first <= held_on <= visit.today + timedelta(days=1):
        since = visit.tongue.day(first)
        faults["held_on"] = visit.say("log.before_match", day=since) if matched else visit.say("log.wrong_day")
    if count is None or not 1 <= count <= MOST_AT_ONCE:
        faults["count"] = visit.say("log.wrong_count", most=MOST_AT_ONCE)
    return faults


def _form(
    visit: Visit,
    pair: Pair,
    filled: Mapping[str, str],
    topics: Sequence[str] = (),
    faults: Mapping[str, str] = _NO_FAULTS,
) -> Reply:
    values = {
        "pair": pair,
        "held_on": filled.get("held_on", ""),
        "count": filled.get("count", ""),
        "first": _first_day(visit, pair)[0].isoformat(),
        "today": visit.today.isoformat(),
        "most": MOST_AT_ONCE,
        "topics": topic_labels(visit),
        "chosen": topics,
        "faults": faults,
        "at": str(visit.now),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if any(faults.values()) else HTTPStatus.OK
    return Reply(template="log", values=values, status=status)


def _thanks(visit: Visit, pair: Pair, told: Mapping[str, object], mark: str) -> Reply:
    conversation = visit.new_id(pair.facts, "conversation", mark)
    data = {"conversation_id": conversation, "by": str(pair.role), **told}
    act = Act(type=_LOGGED, subject=pair.facts.subject, mark=conversation, data=data)
    values = {
        "title": visit.say("log.thanks"),
        "said": (_said(visit, pair, told),),
        "undo": {"value": conversation, "label": visit.say("log.take_back"), "note": visit.say("log.mistake")},
        "links": ((visit.say("log.another"), ""),),
    }
    return Reply(template="done", values=values, acts=(act,))


def _said(visit: Visit, pair: Pair, told: Mapping[str, object]) -> str:
    if not told:
        return visit.say("log.noted", other=pair.other)
    day_held = visit.tongue.day(date.fromisoformat(str(told["held_on"])))
    return visit.say("log.logged", count=told["count"], other=pair.other, day=day_held)


def _take_back(visit: Visit, pair: Pair, conversation: str) -> Reply:
    again = ((visit.say("log.title"), ""),)
    thing = visit.thing(pair.facts, "conversation", conversation)
    act = Act(
        type="conversation.deleted",
        subject=pair.facts.subject,
        mark=conversation,
        data={"conversation_id": conversation},
    )
    is_theirs = thing is not None and thing.opened_by == pair.role and not thing.deleted
    said = (visit.say("log.taken_back"),)
    values = {"title": visit.say("log.taken_back_title"), "said": said, "links": again}
    return Reply(template="done", values=values, acts=(act,) if is_theirs else ())

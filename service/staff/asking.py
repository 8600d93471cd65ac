"""A rule's conditions in plain words: what was seen, and what would have to be different for a message to go. Pure."""

from collections.abc import Callable

from service.domain.calendar import DAY, HOUR, MINUTE, Duration, Instant
from service.domain.delivery import Verdict, Word
from service.domain.rules import Count, Gate, Quiet, Rule
from service.staff.seen import Seen

_WISHES = {
    "never": "{} must not have happened by then",
    "happened": "{} must have happened by then",
    "none_since_start": "{} must not happen after the start",
    "happened_since_start": "{} must happen after the start",
    "open": "a {} must be open",
    "none_open": "no {} may be open",
}
_THIS = {
    "open": "the {} that started it must still be open",
    "unacknowledged": "nobody may have taken on the {} that started it",
}
_ENDS = {
    "program": "the program must not have ended",
    "left": "both must still be in the program",
    "mentorship": "the mentorship must be active",
    "paused": "they must not have paused",
}
_OTHERS = {
    Word.UNTIL: "{} must not happen after the start",
    Word.PAUSED: "the pause “{}” must be over in time",
    Word.OPTED_OUT: "they must want {}",
    Word.NO_ADDRESS: "an address must be known",
    Word.NOTHING_NEW: "there must be a resource that they have not had",
    Word.LIMITED: "fewer other mails may go to them before, or its time must last longer",
    Word.HOURS: "its time must last until the hours open",
    Word.BREAK: "its time must last until the break is over",
    Word.GAP: "the message before must be longer ago",
    Word.AGAIN: "the same message must be longer ago",
}


def asked_for(rule: Rule, verdict: Verdict) -> str:
    """Return what would have to be different for the message to go, or "" where nothing can be said."""
    if verdict.word is Word.ENDED:
        return _ENDS.get(verdict.detail, "")
    if verdict.word is not Word.GATE:
        return _OTHERS.get(verdict.word, "").format(verdict.detail)
    asked: tuple[Gate | Count | Quiet, ...] = (*rule.only_while, *rule.counts, *rule.none_in_last)
    return next((wish(each) for each in asked if str(each) == verdict.detail), "")


def wish(asked: Gate | Count | Quiet) -> str:
    """Return what must be so for a gate to hold."""
    if isinstance(asked, Quiet):
        return f"{spelled(asked.span)} must have gone by without {asked.event}"
    if isinstance(asked, Count):
        return f"there must be {bounds(asked)} of {asked.event}"
    if asked.word == "mentorship":
        return f"the mentorship must be {asked.value}"
    if asked.word.startswith("this_"):
        return _THIS[asked.value].format(asked.word.removeprefix("this_"))
    return _WISHES.get(asked.value, f"“{asked}” must hold").format(asked.word)


def seen_as(seen: Seen, when: Callable[[Instant], str]) -> str:
    """Return what was seen in place of what a gate asks for, or ""."""
    if seen.at is not None:
        return f"last on {when(seen.at)}"
    word, _, value = seen.asks.partition(": ")
    if word == "mentorship":
        return f"it is {seen.value}" if seen.value != "none" else "there is no match"
    if value in ("none_open", "open", "no_immediate_open") and not word.startswith("this_"):
        return f"{seen.value} open" if seen.value else ""
    return seen.value


def bounds(count: Count) -> str:
    """Return `at least 1 and at most 2`."""
    least = f"at least {count.at_least}" if count.at_least is not None else ""
    most = f"at most {count.at_most}" if count.at_most is not None else ""
    return " and ".join(part for part in (least, most) if part)


def spelled(span: Duration) -> str:
    """Return `14 days`, `36 hours` or `20 minutes`: the largest unit in which the span is a whole number."""
    for unit, word in ((DAY, "day"), (HOUR, "hour")):
        if span and span % unit == 0:
            return f"{span // unit} {word}{'' if span == unit else 's'}"
    return f"{span // MINUTE} minute{'' if span == MINUTE else 's'}"

"""Plain words for what the rules decided: one short sentence for each verdict, for the console and for explanations."""

from collections.abc import Callable
from dataclasses import dataclass

from service.domain.brakes import DROPPED, SAFETY, STOPPED
from service.domain.calendar import Instant
from service.domain.catalogue import Catalogue
from service.domain.delivery import Verdict, Word

_ENDED = {
    "program": "The program has ended.",
    "mentorship": "The mentorship is not active.",
    "left": "Someone in it has left the program.",
    "rule": "The rule was taken away or changed then.",
}
_SIMPLE = {
    Word.NO_ADDRESS: "There is no address for them.",
    Word.ADDRESS_BLOCKED: "Mail to their address does not arrive.",
    Word.NOTHING_NEW: "There is no resource left that they have not had.",
}
_HELD = {
    SAFETY: "The safety limit holds it back until staff release it.",
    STOPPED: "Staff have stopped it for now.",
    DROPPED: "The safety limit held it, and staff decided that it should not go.",
}
_THIS = {"open": "is settled", "unacknowledged": "has been seen by staff"}


@dataclass(frozen=True, slots=True)
class Sentences:
    """Says verdicts as sentences. `written` puts an instant into words, in whatever zone its reader wants."""

    catalogue: Catalogue
    written: Callable[[Instant], str]

    def verdict(self, verdict: Verdict) -> str:
        """Return why a message was not sent, or not yet."""
        when = self.written(verdict.until) if verdict.until is not None else ""
        match verdict.word:
            case Word.WAITING:
                return f"It is due on {when}." if when else "It is not due yet."
            case Word.GATE:
                return self._gate(verdict.detail, when)
            case Word.UNTIL:
                return f"It stopped for good: “{self.event(verdict.detail)}”."
            case Word.GAP:
                return f"They had the one before too recently. It can go from {when}."
            case Word.PAUSED:
                return f"It rests while the pause “{verdict.detail}” lasts."
            case Word.BREAK:
                return f"The program has a break until {when}."
            case Word.HOURS:
                return f"It waits for mail hours, which open on {when}."
            case Word.LIMITED:
                return f"They have had as much mail as the limits allow. There is room again on {when}."
            case Word.AGAIN:
                return f"They had the same message not long ago. It can go again from {when}."
            case Word.OPTED_OUT:
                return f"They chose to get no {verdict.detail or 'mail of this sort'}."
            case Word.ENDED:
                return _ended(verdict.detail, when)
            case Word.TOO_LATE:
                return f"Its time is over: it could go until {when}." if when else "Its time is over."
            case Word.HELD:
                return _HELD.get(verdict.detail, _HELD[SAFETY])
            case _:
                return _SIMPLE[verdict.word]

    def event(self, event_type: str) -> str:
        """Return an event type's title, or its name where the catalogue no longer knows it."""
        known = self.catalogue.types.get(event_type)
        return known.title if known else event_type

    def _gate(self, gate: str, when: str) -> str:
        """Return what keeps a gate closed; `gate` is as `str(Gate)`, `str(Quiet)` and `str(Count)` write it."""
        word, _, value = gate.partition(": ")
        if word == "none_in_last":
            return f"Too recently: “{self.event(value)}”." + (f" It can go from {when}." if when else "")
        if word == "count":
            return f"The rule asks for another number of “{self.event(value)}”."
        if word == "mentorship":
            return f"The mentorship is not {value}."
        if word in self.catalogue.types:
            return _event_gate(self.event(word), value)
        if word.startswith("this_"):
            return f"This {_thing(word.removeprefix('this_'))} {_THIS.get(value, f'is not {value}')} already."
        return _thing_gate(_thing(word), value)


def _event_gate(title: str, value: str) -> str:
    ends = {
        "never": f"It happened already: “{title}”.",
        "happened": f"It has not happened yet: “{title}”.",
        "none_since_start": f"It happened since: “{title}”.",
        "happened_since_start": f"It has not happened since: “{title}”.",
    }
    return ends.get(value, f"“{title}” is not {value}.")


def _thing_gate(thing: str, value: str) -> str:
    if value == "open":
        return f"No {thing} is open."
    kind = value.removeprefix("no_").removesuffix("_open").removeprefix("none").replace("_", " ").strip()
    return f"{_a(f'{kind} {thing}'.strip())} is open."


def _thing(word: str) -> str:
    return "request for help" if word == "help" else word.replace("_", " ")


def _a(noun: str) -> str:
    return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun}"


def _ended(why: str, when: str) -> str:
    if why == "paused":
        return f"They take a rest until {when}." if when else "They take a rest."
    return _ENDED.get(why, "It has come to its end.")

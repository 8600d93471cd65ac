"""Every word of the language: the fixed ones here, events, fields and gates from the catalogue."""

from collections.abc import Mapping
from functools import cached_property

from service.domain.catalogue import Catalogue, EventType
from service.domain.rules import PICKS, STAFF_PREFIX, Kind

RULE_KEYS = (
    "id", "title", "why", "kind", "for_each", "enabled", "programs", "only_for", "starts", "from", "where", "reaches",
    "wait", "before", "repeat", "only_while", "until", "count", "none_in_last", "send_within", "send",
    "send_depending_on", "cases", "formerly", "accept",
)  # fmt: skip
RULE_FILE_KEYS = ("rules", "delivery", "pauses")
DELIVERY_KEYS = ("hours", "limits", "send_within", "digest", "safety", "on_unknown", "accept")
PAUSE_KEYS = ("id", "while", "stops")
PROGRAM_KEYS = (
    "program", "name", "timezone", "locale", "dashboard", "from", "brand", "staff", "dates", "breaks", "groups",
    "flags", "engagement", "incentive", "contacts", "overrides",
)  # fmt: skip
ENGAGEMENT_KEYS = ("new_for", "not_connected_after", "highly_engaged_from", "drifting_after")
RECIPIENTS = ("mentor", "mentee", "both", "participant", "initiator", "counterpart", "advisor")
PROGRAM_ENDS = "program_ends"


class Vocabulary:
    """What each word means in one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.gates: Mapping[str, tuple[str, ...]] = catalogue.gate_words()

    def event(self, name: str) -> EventType | None:
        return self.catalogue.types.get(name)

    @cached_property
    def flag_topics(self) -> tuple[str, ...]:
        """The topics that flags may have, in the schema's order; empty where the catalogue knows none."""
        for each in self.catalogue.things.get("flag", ()):
            if "topics" in each.fields:
                return each.fields["topics"].values
        return ()

    def meaning(self, word: str) -> str:
        """Return what the word is, as in "an event", or "" when it is no word of the language."""
        return "somebody to send to" if word.startswith(STAFF_PREFIX) else self._meanings.get(word, "")

    @cached_property
    def _meanings(self) -> Mapping[str, str]:
        """Later lines win, so that a word is first of all what it means in most rules."""
        return {
            **dict.fromkeys((value for values in self.gates.values() for value in values), "a value of a gate"),
            **{word: f'a word of "{key}"' for key, words in _INNER_KEYS.items() for word in words},
            **dict.fromkeys(PROGRAM_KEYS, "a word of a program file"),
            **dict.fromkeys(PICKS, "a choice of resource"),
            **dict.fromkeys(RECIPIENTS, "somebody to send to"),
            **dict.fromkeys(self.gates, 'a gate, for "only_while"'),
            **dict.fromkeys(Kind, "a kind of rule"),
            **dict.fromkeys(DELIVERY_KEYS, 'a word of "delivery"'),
            **dict.fromkeys(RULE_FILE_KEYS, "a word at the left edge of a rules file"),
            **dict.fromkeys(RULE_KEYS, "a word of a rule"),
            **dict.fromkeys(self.catalogue.types, "an event"),
        }


_INNER_KEYS = {
    "repeat": ("every", "total"),
    "count": ("at_least", "at_most"),
    "until": ("by", "same"),
    "send": ("to", "message", "resource"),
    "hours": ("days", "timezone", "timezone_if_unknown"),
    "safety": ("per_rule_per_hour", "first_after_change"),
    "accept": ("warning", "because"),
}

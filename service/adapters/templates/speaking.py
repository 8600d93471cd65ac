"""What a message is told in its reader's language: names that nobody knows, topics, and titles in another language."""

from collections.abc import Mapping
from typing import Final

from babel import Locale

from service.adapters.templates.look import ProgramLook
from service.adapters.templates.resources import ResourceFile
from service.adapters.templates.tongue import Tongue
from service.domain.languages import base, chosen

_PAIR: Final = ("mentor", "mentee")


def spoken(context: Mapping[str, object], look: ProgramLook, tongue: Tongue) -> Mapping[str, object]:
    """Return the context with words for names that nobody knows, for topics, and for how a mentorship stands."""
    reader = _role(context.get("recipient"))
    filled = {"recipient": _named(context.get("recipient"), tongue.say("people.reader"))}
    for group in (*_PAIR, "counterpart"):
        role = _role(context.get(group)) or group
        key = f"people.{role}" if reader in _PAIR else f"people.the_{role}"
        if group in context and tongue.knows(key):
            filled[group] = _named(context[group], tongue.say(key))
    if "participant" in context:
        filled["participant"] = _named(context["participant"], tongue.say("people.a_participant"))
    mentorship = context.get("mentorship")
    if isinstance(mentorship, Mapping):
        filled["mentorship"] = {**mentorship, "engagement": _standing(str(mentorship.get("engagement") or ""), tongue)}
    topic = context.get("topic")
    if isinstance(topic, Mapping):
        filled["topic"] = {**topic, "label": topic_label(str(topic["key"]), look, tongue)}
    given = context.get("incentive")
    if isinstance(given, Mapping):
        filled["incentive"] = _given(given, look, tongue)
    return {**context, **{group: each for group, each in filled.items() if each is not None}}


def _given(texts: Mapping[str, str], look: ProgramLook, tongue: Tongue) -> str:
    """Return the incentive in the language of the mail, else as the program says it, else nothing."""
    fitting = {tag: text for tag, text in texts.items() if base(tag) == base(tongue.language)} or texts
    return fitting.get(chosen(look.languages, fitting)) or next(iter(fitting.values()), "")


def _standing(words: str, tongue: Tongue) -> str:
    """Return how a mentorship stands, which is told in English words, in the reader's."""
    key = f"engagement.{words.replace(' ', '_')}"
    return tongue.say(key) if tongue.knows(key) else words


def _role(person: object) -> str:
    return str(person.get("role", "")) if isinstance(person, Mapping) else ""


def _named(person: object, unknown: str) -> object:
    """Return the person with a word for each name that is not known."""
    if not isinstance(person, Mapping):
        return person
    return {**person, **{name: person.get(name) or unknown for name in ("name", "first_name")}}


def topic_label(topic: str, look: ProgramLook, tongue: Tongue) -> str:
    """Return what readers call a topic: the program's own word in its own language, else the pack's in theirs."""
    own, key = look.labels.get(topic), f"topics.{topic}"
    if own and (base(tongue.language) == base(look.own_language) or not tongue.knows(key)):
        return own
    return tongue.say(key) if tongue.knows(key) else topic.replace("_", " ").capitalize()


def title_in(tongue: Tongue, resource: ResourceFile) -> str:
    """Return a resource's title, with its language where that is not the reader's."""
    if base(resource.language) == base(tongue.language):
        return resource.title
    language = Locale.parse(base(resource.language)).get_display_name(tongue.locale) or resource.language
    return tongue.say("resources.in_language", title=resource.title, language=language)

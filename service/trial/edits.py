"""What an edit changed: rules by id, and other texts in the words of those who write them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from service.adapters.rulebook.sources import MESSAGES, RESOURCES, Sources
from service.domain.rules import Rule, RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Rules by id, in order of id; `other` names what else differs, as in `message first-message`."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.edited or self.other)

    def __str__(self) -> str:
        """Return `added: x; edited: y, z; also message hello`, or `no difference`."""
        named = (("added", self.added), ("removed", self.removed), ("edited", self.edited), ("also", self.other))
        told = [f"{word} {', '.join(names)}" for word, names in named if names]
        return "; ".join(told) or "no difference"

    def to_json(self) -> dict[str, list[str]]:
        """Return the edits as plain JSON values."""
        return {
            "added": list(self.added),
            "removed": list(self.removed),
            "edited": list(self.edited),
            "other": list(self.other),
        }


def edits_between(before: tuple[Sources, RuleSet], after: tuple[Sources, RuleSet]) -> Edits:
    """Return what is in the second that was not in the first, what is gone, and what differs."""
    was, now = _by_id(before[1]), _by_id(after[1])
    return Edits(
        added=tuple(sorted(now.keys() - was.keys())),
        removed=tuple(sorted(was.keys() - now.keys())),
        edited=tuple(sorted(id for id in was.keys() & now.keys() if was[id] != now[id])),
        other=tuple(_other(before, after)),
    )


def _by_id(rule_set: RuleSet) -> Mapping[str, Rule]:
    """Return the rules without their place in the files, which staff may change at will."""
    return {rule.id: replace(rule, position=0) for rule in rule_set.rules}


def _other(before: tuple[Sources, RuleSet], after: tuple[Sources, RuleSet]) -> Iterator[str]:
    if before[1].delivery != after[1].delivery:
        yield "delivery"
    if before[1].pauses != after[1].pauses:
        yield "pauses"
    was, now = before[1].programs, after[1].programs
    yield from (f"program {id}" for id in _differing(was, now))
    for what, prefix in (("message", MESSAGES), ("resource", RESOURCES)):
        changed = _differing(_below(prefix, before[0]), _below(prefix, after[0]))
        yield from (f"{what} {path.removeprefix(prefix).removesuffix('.md')}" for path in changed)


def _below(prefix: str, sources: Sources) -> Mapping[str, str]:
    return {path: text for path, text in sources.files.items() if path.startswith(prefix)}


def _differing(was: Mapping[str, object], now: Mapping[str, object]) -> Iterable[str]:
    return sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))

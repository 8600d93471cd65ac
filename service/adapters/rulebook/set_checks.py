"""What rules must be to each other. A new check is one function in SET_CHECKS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.rule import WrittenRule
from service.adapters.rulebook.tree import Items, Text


@dataclass(frozen=True, slots=True)
class Draft:
    """All rules as read: `ids` of every one in rule order, `rules` only of those without an error."""

    ids: tuple[Text, ...]
    rules: tuple[WrittenRule, ...]


SetCheck: TypeAlias = Callable[[Draft, Findings], None]


def _ids_are_unique(draft: Draft, findings: Findings) -> None:
    first: dict[str, Text] = {}
    for each in draft.ids:
        if first.setdefault(each.value, each) is not each:
            at = first[each.value].place
            message = f"This id is already that of the rule at {at.path}:{at.line}."
            findings.about_rule(each.value).error("duplicate-id", each.place, message, "Give one of them another id.")


def _former_ids_are_free(draft: Draft, findings: Findings) -> None:
    taken: dict[str, str] = {each.value: each.value for each in draft.ids}
    for written in draft.rules:
        for old, text in _former(written).items():
            owner = taken.setdefault(old, written.rule.id)
            if owner != written.rule.id or owner == old:
                today = f'"{old}" is the id of a rule today.'
                message = today if owner == old else f'"{owner}" was "{old}" before too.'
                scope = findings.about_rule(written.rule.id)
                scope.error("former-id-in-use", text.place, message, "Take it out of one of the two.")


def _former(written: WrittenRule) -> Mapping[str, Text]:
    entry = written.table.entries.get("formerly")
    parts = entry.value.items if entry and isinstance(entry.value, Items) else ()
    return {part.value: part for part in parts if isinstance(part, Text)}


SET_CHECKS: Final[tuple[SetCheck, ...]] = (_ids_are_unique, _former_ids_are_free)

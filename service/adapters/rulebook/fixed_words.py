"""The fixed words of mail and pages in each language: that a translation has all of them, with the same values."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.parse import parse
from service.adapters.rulebook.sources import WORDS, Sources
from service.adapters.rulebook.tree import Entry, Node, Place, Table, Text
from service.adapters.rulebook.values import LANGUAGE, a_table, a_word
from service.adapters.rulebook.vocabulary import Vocabulary
from service.adapters.rulebook.wording import shorten
from service.domain.catalogue import Catalogue
from service.domain.languages import ORIGINAL

_VALUE: Final = re.compile(r"\{(\w*)\}?")
_FORMS: Final = ("zero", "one", "two", "few", "many", "other")
"""Plural forms. Source: CLDR."""
_SHOWN: Final = 5


def check_words(sources: Sources, findings: Findings) -> None:
    """Report what is wrong with the files of fixed words."""
    read = {path: _read(path, sources.files[path], findings) for path in _paths(sources)}
    original = read.get(f"{WORDS}{ORIGINAL}.yaml")
    for path, words in read.items():
        language = path.removeprefix(WORDS).removesuffix(".yaml")
        if not LANGUAGE.fullmatch(language):
            message, hint = f'"{language}" is no language.', 'Name the file for one: "es.yaml".'
            findings.error("no-original", Place(path, 1, 1, 1), message, hint)
        elif original is not None and language != ORIGINAL:
            _compare(path, words, original, findings)


def lacking_words(sources: Sources, language: str) -> tuple[str, ...]:
    """Return the keys that a language lacks, in the order of the original's file."""
    unheard = Findings(Vocabulary(Catalogue({})))
    original, own = (
        _read(path, sources.files.get(path, ""), unheard)
        for path in (f"{WORDS}{ORIGINAL}.yaml", f"{WORDS}{language}.yaml")
    )
    return tuple(key for key in original if key not in own)


def _paths(sources: Sources) -> list[str]:
    return sorted(path for path in sources.files if path.startswith(WORDS))


def _read(path: str, text: str, findings: Findings) -> Mapping[str, Entry]:
    """Return each text or table of forms by its key, `group.name`."""
    node = parse(path, text, findings)
    table = None if node is None else a_table(node, findings)
    return dict(_entries(table, findings)) if table is not None else {}


def _entries(table: Table, findings: Findings) -> Iterator[tuple[str, Entry]]:
    for group in table.entries.values():
        inner = a_table(group.value, findings)
        for entry in inner.entries.values() if inner is not None else ():
            if _is_text(entry.value, findings):
                yield f"{group.key.value}.{entry.key.value}", entry


def _is_text(node: Node, findings: Findings) -> bool:
    """Return whether it is a text, or a table of its plural forms; what is wrong with it is reported."""
    if not isinstance(node, Table):
        return a_word(node, findings) is not None
    for form in node.entries.values():
        if form.key.value not in _FORMS:
            findings.unknown(form.key, "a form of a text that counts", _FORMS, "unknown-word")
    if "other" not in node.entries:
        findings.error("missing-word", node.place, '"other" is missing.', "Write the form for most numbers: other: …")
    return "other" in node.entries and all(a_word(form.value, findings) for form in node.entries.values())


def _compare(path: str, words: Mapping[str, Entry], original: Mapping[str, Entry], findings: Findings) -> None:
    lost = [key for key in original if key not in words]
    if lost:
        shown = ", ".join(lost[:_SHOWN]) + (f" and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else "")
        message = f"It lacks {shown}. Readers get the English words there."
        findings.warning("untranslated", Place(path, 1, 1, 1), message, f"Add them as in {WORDS}{ORIGINAL}.yaml.")
    for key, entry in words.items():
        if key not in original:
            hint = f"Take it out, or name it as in {WORDS}{ORIGINAL}.yaml."
            findings.error("no-original", entry.key.place, f'No original has "{key}".', hint)
        else:
            _compare_values(entry, _values(original[key].value), findings)


def _compare_values(entry: Entry, known: set[str], findings: Findings) -> None:
    used = _values(entry.value)
    if unknown := sorted(used - known):
        has = ", ".join(f"{{{each}}}" for each in sorted(known)) or "none"
        message = f'"{{{shorten(unknown[0])}}}" is nothing that this text has.'
        findings.error("missing-variable", entry.value.place, message, f"Its values: {has}.")
    elif lost := sorted(known - used):
        message = f"It leaves out {', '.join(f'{{{each}}}' for each in lost)}."
        findings.warning("translation-differs", entry.value.place, message, "Put it in where it belongs.")


def _values(node: Node) -> set[str]:
    """Return the values in braces of a text, or of any of its forms."""
    texts = [form.value for form in node.entries.values()] if isinstance(node, Table) else [node]
    return {found for each in texts if isinstance(each, Text) for found in _VALUE.findall(each.value)}

"""Translations of messages and resources: files of the same name in a folder named for their language.

A translation says what people read; category, topics, contacts and the like are its original's. It names the
original that it follows by a fingerprint of its text, so that an edit of the original is seen.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.front_matter import front_matter, read_button
from service.adapters.rulebook.resource_text import check_shown, check_text
from service.adapters.rulebook.sources import MESSAGES, RESOURCES, Sources
from service.adapters.rulebook.tree import Place, Table
from service.adapters.rulebook.values import LANGUAGE, line, list_of, matching, whole
from service.domain.languages import ORIGINAL, base
from service.domain.rules import Resource

_MESSAGE_KEYS: Final = ("subject", "preheader", "digest_title", "buttons", "translates")
_RESOURCE_KEYS: Final = ("title", "summary", "minutes", "translates", "accept")
_OWN_LANGUAGE: Final = re.compile(r"^language:[ \t]*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", re.MULTILINE)
_HASH_LENGTH: Final = 8
_fingerprint = matching(
    re.compile("[0-9a-f]{8}"), "bad-name", "a fingerprint", "Write the eight signs that the checker tells, in quotes."
)
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_IN_BRACES: Final = re.compile(r"\{\{([^{}]*)\}\}|\{%([^%]*)%\}")
_VARIABLE: Final = re.compile(r"[a-z_]+(?:\.[a-z_]+)+")
_ADDRESS: Final = re.compile(r"(?:https?://|mailto:)[^\s()\"'<>]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """One file: `folder` is MESSAGES or RESOURCES."""

    folder: str
    language: str
    name: str
    path: str

    @property
    def original(self) -> str:
        return f"{self.folder}{self.name}.md"


def translations_in(sources: Sources) -> Iterator[Translation]:
    """Yield every file below a folder of messages or resources that is in a folder of its own, by path."""
    for path in sorted(sources.files):
        folder = next((each for each in (MESSAGES, RESOURCES) if path.startswith(each)), None)
        language, slash, name = path.removeprefix(folder or "").removesuffix(".md").rpartition("/")
        if folder is not None and slash:
            yield Translation(folder=folder, language=language, name=name, path=path)


def languages_of(sources: Sources) -> tuple[str, ...]:
    """Return the languages in which people get mail: those with a message of their own, sorted."""
    spoken = {each.language for each in translations_in(sources) if each.folder == MESSAGES}
    return tuple(sorted(spoken - {ORIGINAL}))


def fingerprint_of(text: str) -> str:
    """Return the eight signs by which a translation names the text that it follows."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_LENGTH]


def check_translations(sources: Sources, resources: Mapping[str, Resource], findings: Findings) -> None:
    """Report what is wrong with translations, and messages that lack one in a language that others have."""
    found = list(translations_in(sources))
    for each in found:
        what = "Message" if each.folder == MESSAGES else "Resource"
        _check(each, sources, resources, findings.about(f'{what} "{each.name}" ({each.language})'))
    for language in languages_of(sources):
        for name in lacking(sources, language, MESSAGES):
            path = f"{MESSAGES}{name}.md"
            message = f'There is no translation of this message in "{language}", so its readers get English.'
            hint = f"Write it as {MESSAGES}{language}/{name}.md."
            findings.about(f'Message "{name}"').warning("untranslated", Place(path, 1, 1, 3), message, hint)


def lacking(sources: Sources, language: str, folder: str) -> tuple[str, ...]:
    """Return the names of the originals in a folder that have no translation in the language, sorted."""
    there = {each.name for each in translations_in(sources) if (each.folder, each.language) == (folder, language)}
    originals = (path for path in sources.files if path.startswith(folder) and "/" not in path.removeprefix(folder))
    foreign = [path for path in originals if base(written_in(sources.files[path])) != base(language)]
    return tuple(sorted({path.removeprefix(folder).removesuffix(".md") for path in foreign} - there))


def written_in(original: str) -> str:
    """Return the language that an original's text names as its own, else that of all others."""
    said = _OWN_LANGUAGE.search(original.split("\n---", 1)[0])
    return said[1] if said else ORIGINAL


def _check(each: Translation, sources: Sources, resources: Mapping[str, Resource], findings: Findings) -> None:
    text, original = sources.files[each.path], sources.files.get(each.original)
    if not LANGUAGE.fullmatch(each.language) or each.language == ORIGINAL:
        message = f'The folder "{each.language}" is not named for a language other than that of the originals.'
        hint = 'Name it as its readers\' language is tagged: "es", or "es-MX". Or take it out.'
        findings.error("no-original", Place(each.path, 1, 1, 3), message, hint)
    elif original is None:
        message = f"There is no {each.original} that this could be a translation of."
        hint = "Name it as the original is named, write the original, or take it out."
        findings.error("no-original", Place(each.path, 1, 1, 3), message, hint)
    elif (table := front_matter(each.path, text, findings)) is not None:
        _check_head(each, table, original, findings)
        _check_same(each, text, original, findings)
        if each.folder == RESOURCES:
            contacts = resources[each.name].needs_contacts if each.name in resources else ()
            check_text(each.path, text, contacts, findings)
        else:
            check_shown(each.path, text, findings)


def _check_head(each: Translation, table: Table, original: str, findings: Findings) -> None:
    is_message = each.folder == MESSAGES
    keys = _MESSAGE_KEYS if is_message else _RESOURCE_KEYS
    form = Form(table, findings, keys, "a word of a translation; what else there is stands in its original")
    if is_message:
        form.required("subject", line, 'Add the subject: subject: "…"')
        form.required("preheader", line, 'Add the line that mail programs show beside the subject: preheader: "…"')
        form.maybe("digest_title", line)
        form.maybe("buttons", list_of(read_button))
    else:
        form.required("title", line, 'Add its title: title: "…"')
        form.wanted("summary", line, 'Add one sentence about it: summary: "…"')
        form.maybe("minutes", whole(1, 600))
    now = fingerprint_of(original)
    said = form.required(
        "translates",
        _fingerprint,
        f'Say which text of the original it follows, by its fingerprint: translates: "{now}"',
    )
    if said is not None and said != now:
        message = f"{each.original} was edited since this was translated."
        hint = f'Bring it up to date; when it says the same again, write: translates: "{now}"'
        findings.warning("stale-translation", form.place("translates"), message, hint)


def _check_same(each: Translation, text: str, original: str, findings: Findings) -> None:
    """Report variables and addresses that are in one of the two only."""
    there, here = _used(original), _used(text)
    body = _used(_body(original))
    lost, added = sorted((there if each.folder == MESSAGES else body) - here), sorted(here - there)
    told = [f"It leaves out {', '.join(lost)}."] if lost else []
    told += [f"It has {', '.join(added)}, and its original has not."] if added else []
    if told:
        hint = f"Compare it with {each.original}."
        findings.warning("translation-differs", Place(each.path, 1, 1, 3), " ".join(told), hint)


def _body(text: str) -> str:
    return text.split("\n---", 1)[-1]


def _used(text: str) -> set[str]:
    """Return the variables and the whole addresses of a text."""
    in_braces = (_QUOTED.sub("", found[1] or found[2] or "") for found in _IN_BRACES.finditer(text))
    variables = {name for each in in_braces for name in _VARIABLE.findall(each)}
    return variables | {each.rstrip(".,;:!?") for each in _ADDRESS.findall(text)}

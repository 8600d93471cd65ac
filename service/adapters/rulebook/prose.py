"""What resources are like to read: long as one sitting, easy, each saying its own, and ending with something to do.

All of it are warnings: an institution may know better, and says so with `accept`. It is the same for the standard
resources and for those that somebody drops into the folder, and is asked of files without an error only.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.problems import Problem
from service.adapters.rulebook.readable import MEASURES, Sentence, sentences
from service.adapters.rulebook.sources import RESOURCES, Sources
from service.adapters.rulebook.translations import written_in
from service.adapters.rulebook.tree import Place
from service.adapters.rulebook.wording import shorten
from service.domain.languages import base
from service.domain.rules import Resource
from service.staff.check.finding import Severity

SHORTEST: Final = 250
LONGEST: Final = 700
WORDS_A_MINUTE: Final = 200
_ACTION: Final[Mapping[str, str]] = {"en": "Do this today", "es": "Hazlo hoy"}
"""The heading of the last part, by language: it is what readers come to look for."""
_HEADING: Final = re.compile(r"## +(\S.*?)[ #]*")
_MINUTES: Final = re.compile(r"minutes:[ \t]*[\"']?(\d{1,3})[\"']?[ \t]*")


@dataclass(frozen=True)
class Article:
    """One file of a resource or of its translation, taken apart. `first` is the line on which its body begins."""

    path: str
    text: str

    @cached_property
    def _end(self) -> int:
        return next((number for number, each in enumerate(self._lines) if number and each.rstrip() == "---"), 0)

    @cached_property
    def _lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def slug(self) -> str:
        return self.path.rpartition("/")[2].removesuffix(".md")

    @property
    def folder(self) -> str:
        """The language of a translation, as its folder names it; "" for an original."""
        return self.path.removeprefix(RESOURCES).rpartition("/")[0]

    @cached_property
    def language(self) -> str:
        return base(self.folder or written_in(self.text))

    @property
    def body(self) -> str:
        return "\n".join(self._lines[self._end + 1 :])

    @property
    def length(self) -> int:
        return len(self.body.split())

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return sentences(self.body)

    @property
    def top(self) -> Place:
        return Place(self.path, 1, 1, 3)

    def headings(self) -> list[tuple[int, str]]:
        """Return the headings of the second level, each with its line in the file."""
        found = ((number, _HEADING.fullmatch(each)) for number, each in enumerate(self._lines, 1))
        return [(number, head[1]) for number, head in found if head and number > self._end]

    def minutes(self) -> tuple[int, int] | None:
        """Return the minutes that it says it takes, with their line."""
        head = enumerate(self._lines[: self._end], 1)
        return next(((int(said[1]), number) for number, each in head if (said := _MINUTES.fullmatch(each))), None)

    def place_of(self, sentence: Sentence) -> Place:
        """Return where the sentence stands: the line on which its block begins, and the sentence if it is there."""
        number = self._end + 1 + sentence.line
        column = self._lines[number].find(sentence.text)
        return Place(self.path, number + 1, max(0, column) + 1, len(sentence.text) if column >= 0 else 1)


def check_prose(
    sources: Sources, resources: Collection[Resource], before: Iterable[Problem], findings: Findings
) -> None:
    """Report what readers of resources would trip over; `before` are the problems known of the files."""
    faulty = {each.path for each in before if each.severity is Severity.ERROR}
    paths = sorted(each for each in sources.files if each.startswith(RESOURCES) and each not in faulty)
    known = {each.slug: each for each in resources}
    of_known = [each for each in (Article(path, sources.files[path]) for path in paths) if each.slug in known]
    articles = sorted(of_known, key=lambda each: known[each.slug].order)
    for article in articles:
        for check in _CHECKS:
            check(article, _scope(article, findings))
        if not article.folder:
            _check_contacts(article, known[article.slug].needs_contacts, _scope(article, findings))
    _check_said_once(articles, findings)


def _scope(article: Article, findings: Findings) -> Findings:
    language = f" ({article.folder})" if article.folder else ""
    return findings.about(f'Resource "{article.slug}"{language}')


def _words(number: int) -> str:
    return f"{number} {'word' if number == 1 else 'words'}"


def _check_length(article: Article, findings: Findings) -> None:
    told = f"It has {_words(article.length)}. Between {SHORTEST} and {LONGEST} are read in one sitting and hold enough."
    if article.length < SHORTEST:
        hint = "Say more: an example message, questions, a checklist."
        findings.warning("resource-length", article.top, told, hint)
    elif article.length > LONGEST:
        findings.warning("resource-length", article.top, told, "Shorten it, or make two of it.")


def _check_ease(article: Article, findings: Findings) -> None:
    measure, text = MEASURES.get(article.language), [each.words for each in article.sentences]
    if measure is None or not text:
        return
    score = measure.score(text)
    if not measure.suits(score):
        longest = max(article.sentences, key=lambda each: len(each.words))
        wanted = f"at most {measure.most:.0f}" if measure.most < float("inf") else f"at least {measure.least:.0f}"
        told = f"It is hard to read: its {measure.told} is {score:.1f}, and {wanted} is easy."
        hint = f"Write shorter sentences and plainer words. This is its longest sentence: {_words(len(longest.words))}."
        findings.warning("hard-to-read", article.place_of(longest), told, hint)


def _check_action(article: Article, findings: Findings) -> None:
    wanted, headings = _ACTION.get(article.language), article.headings()
    if wanted is None or (headings and headings[-1][1] == wanted):
        return
    number, last = headings[-1] if headings else (1, "")
    told = f'Its last heading is "{shorten(last)}".' if headings else "It has no headings."
    hint = f'End with a part "## {wanted}": one small thing that a reader can do at once.'
    findings.warning("nothing-to-do", Place(article.path, number, 1, 3), told, hint)


def _check_minutes(article: Article, findings: Findings) -> None:
    said, takes = article.minutes(), -(-article.length // WORDS_A_MINUTE)
    if said is not None and said[0] != takes:
        told = f"It has {_words(article.length)}, which take {takes} {'minute' if takes == 1 else 'minutes'} to read."
        findings.warning("reading-minutes", Place(article.path, said[1], 1, 7), told, f'Write "minutes: {takes}".')


def _check_contacts(article: Article, needed: Collection[str], findings: Findings) -> None:
    for each in sorted(needed):
        if f"contacts.{each}" not in article.body:
            told = f'It needs the contact "{each}" and says nothing of it. Programs without one do not show this page.'
            hint = f'Take it out of needs_contacts, or tell when to call: "{{{{ contacts.{each}.name }}}}".'
            findings.warning("unused-contact", article.top, told, hint)


_CHECKS: Final[tuple[Callable[[Article, Findings], None], ...]] = (
    _check_length,
    _check_ease,
    _check_action,
    _check_minutes,
)


def _check_said_once(articles: Iterable[Article], findings: Findings) -> None:
    for article, sentence, other in _said_twice(articles):
        told = f'This sentence stands in "{other}" too.'
        hint = "Whoever reads both thinks they have read this one. Say it another way, or in one of the two."
        _scope(article, findings).warning("said-twice", article.place_of(sentence), told, hint)


def _said_twice(articles: Iterable[Article]) -> Iterator[tuple[Article, Sentence, str]]:
    """Yield each sentence that an article before it in the catalogue has, with the slug of that one."""
    first: dict[tuple[str, tuple[str, ...]], Article] = {}
    for article in articles:
        for sentence in article.sentences:
            other = first.setdefault((article.language, sentence.words), article)
            if other is not article:
                yield article, sentence, other.slug

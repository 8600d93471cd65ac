"""Where problems are collected while texts are read, so that all of them are reported at once."""

from collections import Counter
from collections.abc import Collection, Sequence

from service.adapters.rulebook.problems import Problem
from service.adapters.rulebook.tree import Place, Text
from service.adapters.rulebook.vocabulary import Vocabulary
from service.adapters.rulebook.wording import nearest, shorten, suggest
from service.staff.check.finding import Severity

MOST_PROBLEMS = 500
"""So many errors and so many warnings are kept; beyond them nobody reads on."""


class Collected:
    """What all scopes of one run share."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.counts: Counter[Severity] = Counter()


class Findings:
    """Problems found so far, seen from one rule (or program, or message) whose name they carry.

    All scopes made by `about_rule` and `about` share one list.
    """

    def __init__(
        self, vocabulary: Vocabulary, *, rule: str = "", about: str = "", into: "Collected | None" = None
    ) -> None:
        self.vocabulary = vocabulary
        self._collected = Collected() if into is None else into
        self._rule = rule
        self._about = about

    def about_rule(self, rule: str) -> "Findings":
        """Return a scope whose problems name the rule."""
        return Findings(self.vocabulary, rule=rule, into=self._collected)

    def about(self, what: str) -> "Findings":
        """Return a scope whose problems begin with the words, as in `Program "northfield"`."""
        return Findings(self.vocabulary, about=what, into=self._collected)

    @property
    def problems(self) -> Sequence[Problem]:
        return self._collected.problems

    @property
    def errors(self) -> int:
        """How many errors there are, those beyond the bound included."""
        return self._collected.counts[Severity.ERROR]

    def unknown(self, word: Text, what: str, known: Collection[str], code: str = "unknown-value") -> None:
        """Report a word that is none of the known ones, with the nearest of them, or with what it does mean."""
        if self.errors >= MOST_PROBLEMS:
            self.error(code, word.place, "")
        else:
            shown = shorten(word.value)
            near = nearest(word.value, tuple(known))
            meant = "" if near else self.vocabulary.meaning(word.value)
            inside = meant.partition('"')[2].rstrip('"') if code == "unknown-word" else ""
            hint = f'Write it below "{inside}", further right.' if inside else suggest(word.value, known)
            if code == "unknown-word" and not self.vocabulary.meaning(word.value):
                what = "a word of this language"
            message = f'"{shown}" is {meant}, not {what}.' if meant else f'"{shown}" is not {what}.'
            self.error(code, word.place, message, hint)

    def error(self, code: str, place: Place, message: str, suggestion: str = "") -> None:
        self._add(Severity.ERROR, code, place, message, suggestion)

    def warning(self, code: str, place: Place, message: str, suggestion: str = "") -> None:
        self._add(Severity.WARNING, code, place, message, suggestion)

    def _add(self, severity: Severity, code: str, place: Place, message: str, suggestion: str) -> None:
        self._collected.counts[severity] += 1
        if self._collected.counts[severity] > MOST_PROBLEMS:
            return
        about = f"{self._about}: " if self._about else ""
        self._collected.problems.append(
            Problem(
                code=code,
                severity=severity,
                message=about + message,
                path=place.path,
                line=place.line,
                column=place.column,
                length=max(1, place.length),
                suggestion=suggestion,
                rule=self._rule,
            )
        )

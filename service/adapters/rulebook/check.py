"""The checker: texts in, every problem out, each at its place. One entry for the command, the gate and the page.

`check` is quick enough to be asked at each pause in typing, and never raises. What the checker knows of rules is
pure (`service/staff/check`); here its findings get their places, and warnings that were accepted are taken out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from service.adapters.rulebook.accepting import Accepting
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.load import Loaded, in_order, load
from service.adapters.rulebook.problems import Problem
from service.adapters.rulebook.prose import check_prose
from service.adapters.rulebook.sources import Sources, unix_lines
from service.adapters.rulebook.stories import read_story
from service.adapters.rulebook.tree import Items, Node, Place, Text
from service.adapters.rulebook.vocabulary import Vocabulary
from service.adapters.rulebook.written import StoryWords, WrittenStory
from service.domain.catalogue import Catalogue
from service.domain.rules import RuleSet
from service.staff.check.finding import Finding, Severity
from service.staff.check.questions import findings as found_in
from service.staff.check.spoken_of import Messages
from service.staff.check.told import Told, gone, untold

ReadMessages: TypeAlias = Callable[[Mapping[str, str]], Messages]
"""Texts by path → their messages; the templates adapter's, handed in because adapters do not know each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`problems` are in order of place, accepted warnings left out; `accepted` says how many those were."""

    loaded: Loaded
    problems: tuple[Problem, ...]
    accepted: int

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(each for each in self.problems if each.severity is Severity.ERROR)


def check(
    sources: Sources,
    catalogue: Catalogue,
    *,
    today: date,
    read_messages: ReadMessages | None = None,
    before: RuleSet | None = None,
) -> Checked:
    """Return all that is wrong with the texts. `before` is the rule set, if any, whose ids must not be lost."""
    texts = replace(sources, files={path: unix_lines(text) for path, text in sources.files.items()})
    loaded = load(texts, catalogue)
    checking = _Checking(texts, loaded, Findings(Vocabulary(catalogue)), today)
    messages = read_messages(texts.files) if read_messages and loaded.draft.messages else None
    checking.ask(messages, before)
    return Checked(loaded=loaded, problems=in_order(checking.problems), accepted=checking.accepting.silenced)


class _Checking:
    """One run over what was loaded."""

    def __init__(self, texts: Sources, loaded: Loaded, findings: Findings, today: date) -> None:
        self.accepting = Accepting(lines=loaded.places.accepted, today=today)
        self._loaded, self._places, self._findings = loaded, loaded.places, findings
        self._kept = self._without_accepted([*loaded.problems, *self._of_prose(texts)])

    @property
    def problems(self) -> Sequence[Problem]:
        """Return what was found while loading and since, without what was accepted."""
        return [*self._kept, *self._findings.problems]

    def ask(self, messages: Messages | None, before: RuleSet | None) -> None:
        """Ask everything, and keep what was not accepted."""
        draft = self._loaded.draft
        self._bad_messages(messages)
        found = [*found_in(draft, messages), *self._untold()]
        if before is not None and self._places.complete:
            found += gone(draft.rules, self._places.rules, before.rules)
        for each in found:
            if not self.accepting.silences(each.code, each.severity, each.rule, each.others):
                self._tell(each)
        self._tell_of_accepted()

    def _of_prose(self, texts: Sources) -> Sequence[Problem]:
        """Return what readers of the resources would trip over."""
        found = Findings(self._findings.vocabulary)
        check_prose(texts, self._loaded.draft.resources, self._loaded.problems, found)
        return found.problems

    def _without_accepted(self, problems: Sequence[Problem]) -> list[Problem]:
        silences = self.accepting.silences
        return [each for each in problems if not silences(each.code, each.severity, each.rule, path=each.path)]

    def _bad_messages(self, messages: Messages | None) -> None:
        for name in self._loaded.draft.messages if messages else ():
            fault = messages.fault(name) if messages else None
            if fault is not None:
                place, words = Place(*fault.spot), f'Message "{name}": {fault.words}'
                self._findings.error(
                    "bad-template", place, words, 'Close each "{{" with "}}", and each "{% if … %}" with "{% endif %}".'
                )

    def _untold(self) -> Iterator[Finding]:
        """Yield rules without a story; stories with problems are reported, and tell nothing."""
        types, programs = self._loaded.draft.catalogue.types, self._loaded.draft.programs
        words = StoryWords(types, tuple(self._places.rules), programs)
        stories = [read_story(each, words, self._findings) for each in self._loaded.stories]
        if not any(story is None for story in stories):
            yield from untold(self._loaded.draft.rules, [_told(story) for story in stories if story is not None])

    def _tell(self, finding: Finding) -> None:
        scope = self._findings.about_rule(finding.rule) if finding.rule else self._findings
        if finding.program:
            finding = replace(finding, message=f"In the program {finding.program}: {finding.message}")
        tell = scope.error if finding.severity is Severity.ERROR else scope.warning
        tell(finding.code, self._place(finding), finding.message, finding.suggestion)

    def _place(self, finding: Finding) -> Place:
        if finding.spot is not None:
            return Place(*finding.spot)
        if not finding.rule:
            return self._places.delivery_place(finding.at)
        return self._places.place(finding.rule, finding.at, finding.program)

    def _tell_of_accepted(self) -> None:
        """Report acceptances that are past; and those for nothing, once no error can hide what they are for."""
        for line in self.accepting.expired:
            words = f'"{line.warning}" was accepted here until {line.until}, and that is past.'
            hint = "Look at the warning again: mend what it says, or write a later day and why."
            self._about(line.rule).warning("accept-expired", line.place, words, hint)
        for line in self.accepting.unused if self._loaded.rule_set is not None else ():
            words = f'"{line.warning}" is accepted here, and does not come up.'
            self._about(line.rule).warning("accept-unused", line.place, words, "Take the line out.")

    def _about(self, rule: str) -> Findings:
        return self._findings.about_rule(rule) if rule else self._findings


def _told(story: WrittenStory) -> Told:
    events = tuple((each.type, _values(each.by, each.fields)) for each in story.events)
    return Told(rules=frozenset(each.rule for each in story.expect), events=events)


def _values(by: str, fields: Mapping[str, Node]) -> dict[str, frozenset[str]]:
    found = {name: frozenset(_texts(node)) for name, node in fields.items()}
    return {"by": frozenset({by}), **found} if by else found


def _texts(node: Node) -> Iterator[str]:
    for each in node.items if isinstance(node, Items) else (node,):
        if isinstance(each, Text):
            yield each.value

"""Texts → one rule set, with every problem in them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from service.adapters.rulebook.accepts import Accepted, accepted_in
from service.adapters.rulebook.contacts import check_contacts
from service.adapters.rulebook.context import Known
from service.adapters.rulebook.delivery import read_delivery
from service.adapters.rulebook.files import File, FileKind, StorySource, open_files, stories_of
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.form import Form
from service.adapters.rulebook.overrides import read_overrides
from service.adapters.rulebook.pages import Pages, read_pages
from service.adapters.rulebook.pauses import read_pause
from service.adapters.rulebook.places import Places
from service.adapters.rulebook.problems import Problem
from service.adapters.rulebook.program import read_program
from service.adapters.rulebook.rule import WrittenRule, read_rule, rule_id_of
from service.adapters.rulebook.set_checks import SET_CHECKS, Draft
from service.adapters.rulebook.sources import Sources, unix_lines
from service.adapters.rulebook.tree import Node, Place, Table, Text
from service.adapters.rulebook.values import a_table, list_of
from service.adapters.rulebook.vocabulary import RULE_FILE_KEYS, Vocabulary
from service.domain.catalogue import Catalogue
from service.domain.rules import Delivery, Pause, Program, RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of the texts. `rule_set` is None when any problem is an error; `draft` leaves out what has one."""

    rule_set: RuleSet | None
    draft: RuleSet
    problems: tuple[Problem, ...]
    stories: tuple[StorySource, ...]
    places: Places


def load(sources: Sources, catalogue: Catalogue) -> Loaded:
    """Return the rule set that the texts describe, or all that keeps them from being one. Never raises."""
    texts = replace(sources, files={path: unix_lines(text) for path, text in sources.files.items()})
    findings = Findings(Vocabulary(catalogue))
    loading = _Loading(texts, findings)
    rule_set = loading.rule_set(catalogue)
    return Loaded(
        rule_set=None if findings.errors else rule_set,
        draft=rule_set,
        problems=in_order(findings.problems),
        stories=tuple(loading.stories),
        places=loading.places(),
    )


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return the problems by place, without those that a rule and its override both have."""
    unique: dict[tuple[object, ...], Problem] = {}
    for each in sorted(problems, key=lambda each: (each.path, each.line, each.column, each.code)):
        unique.setdefault((each.code, each.path, each.line, each.column, each.suggestion), each)
    return tuple(unique.values())


class _Loading:
    """One run over all texts: pages first, then programs, then the rules that name both, then overrides."""

    def __init__(self, sources: Sources, findings: Findings) -> None:
        self.stories: list[StorySource] = []
        self._sources = sources
        self._findings = findings
        self._programs: dict[str, Program] = {}
        self._program_at: dict[str, Place] = {}
        self._overrides: list[tuple[str, Node]] = []
        self._ids: list[Text] = []
        self._rules: list[WrittenRule] = []
        self._delivery: Delivery | None = None
        self._delivery_at: Place | None = None
        self._pauses: dict[str, Pause] = {}
        self._tables: dict[str, Table] = {}
        self._delivery_table: Table | None = None
        self._accepted: list[Accepted] = []
        self._complete = True

    def rule_set(self, catalogue: Catalogue) -> RuleSet:
        """Return what could be read; it is a sound rule set only when nothing was reported as an error."""
        for path, reason in sorted(self._sources.refused.items()):
            self._findings.error("unreadable-file", Place(path, 1, 1, 1), reason)
        pages = read_pages(self._sources, self._findings)
        self._accepted += pages.accepted
        before = self._findings.errors
        files = list(open_files(self._sources, self._findings))
        complete = self._complete = self._findings.errors == before and not self._sources.refused
        self._read_programs((file for file in files if file.kind is FileKind.PROGRAM), pages)
        known = Known(
            messages=pages.message_names, resources=pages.resource_names, programs=self._programs if complete else None
        )
        self._read_rules((file for file in files if file.kind is FileKind.RULES), known)
        for file in files:
            if file.kind is FileKind.STORIES:
                self.stories.extend(stories_of(file, self._findings))
        self._check_set()
        self._apply_overrides(known, complete=complete)
        joined = self._joined(catalogue, pages)
        if not self._findings.errors:  # what could not be read might be the very contact or rule
            check_contacts(joined, self._program_at, self._findings)
        return joined

    def _read_programs(self, files: Iterable[File], pages: Pages) -> None:
        for file in files:
            if isinstance(file.node, Table):
                program = read_program(file.node, self._findings, pages)
                self._keep_program(program, file.node)

    def _keep_program(self, program: Program, table: Table) -> None:
        entry = table.entries.get("program")
        if entry is not None and program.id in self._programs:
            message = f'Another file is already about the program "{program.id}".'
            self._findings.error("duplicate-program", entry.value.place, message, "Make one file of the two.")
        elif program.id:
            self._programs[program.id], self._program_at[program.id] = program, table.place
            if "overrides" in table.entries:
                self._overrides.append((program.id, table.entries["overrides"].value))

    def _read_rules(self, files: Iterable[File], known: Known) -> None:
        for file in files:
            if not isinstance(file.node, Table):
                continue
            form = Form(file.node, self._findings, RULE_FILE_KEYS, "a word at the left edge of a rules file")
            for table in form.read("rules", list_of(a_table), ()):
                self._keep_rule(table, known)
            self._keep_delivery(form)
            for pause in form.read("pauses", list_of(read_pause), ()):
                self._keep_pause(pause, form)

    def _keep_rule(self, table: Table, known: Known) -> None:
        rule_id = rule_id_of(table)
        if rule_id:
            self._ids.append(rule_id)
            self._tables.setdefault(rule_id.value, table)
        scope = self._findings.about_rule(rule_id.value if rule_id else "")
        self._accepted += accepted_in(table, rule_id.value if rule_id else "", scope)
        rule = read_rule(table, len(self._ids) - 1, scope, known)
        if rule is not None:
            self._rules.append(WrittenRule(rule, table))

    def _keep_delivery(self, form: Form) -> None:
        delivery = form.maybe("delivery", read_delivery)
        if form.has("delivery") and self._delivery_at is not None:
            first = f"{self._delivery_at.path}:{self._delivery_at.line}"
            message = f'"delivery" stands already at {first}.'
            self._findings.error("duplicate-delivery", form.place("delivery"), message, "Keep one of the two.")
        elif form.has("delivery"):
            self._delivery, self._delivery_at = delivery, form.place("delivery")
            self._keep_accepted(form.table.entries["delivery"].value)

    def _keep_accepted(self, delivery: Node) -> None:
        if isinstance(delivery, Table):
            self._delivery_table = delivery
            self._accepted += accepted_in(delivery, "", self._findings)

    def _keep_pause(self, pause: Pause, form: Form) -> None:
        if pause.id in self._pauses:
            message = f'There is already a pause "{pause.id}".'
            self._findings.error("duplicate-id", form.place("pauses"), message, "Give one of them another id.")
        self._pauses[pause.id] = pause

    def _check_set(self) -> None:
        draft = Draft(tuple(self._ids), tuple(self._rules))
        for check in SET_CHECKS:
            check(draft, self._findings)

    def _apply_overrides(self, known: Known, *, complete: bool) -> None:
        rules: dict[str, WrittenRule | None] = {each.value: None for each in self._ids}
        rules |= {each.rule.id: each for each in self._rules}
        for program_id, node in self._overrides:
            scope = self._findings.about(f'Program "{program_id}"')
            found = read_overrides(node, rules, scope, known, complete=complete)
            self._programs[program_id] = replace(self._programs[program_id], overrides=found)

    def places(self) -> Places:
        """Return where everything stands."""
        return Places(
            rules=self._tables,
            overrides=dict(self._overrides),
            delivery=self._delivery_table,
            accepted=tuple(self._accepted),
            complete=self._complete,
        )

    def _joined(self, catalogue: Catalogue, pages: Pages) -> RuleSet:
        return RuleSet(
            catalogue=catalogue,
            rules=tuple(each.rule for each in self._rules),
            delivery=self._delivery or Delivery(),
            pauses=tuple(self._pauses.values()),
            programs=self._programs,
            messages=pages.messages,
            resources=pages.resources,
            hash=self._sources.content_hash,
        )


__all__ = ["Loaded", "StorySource", "load"]

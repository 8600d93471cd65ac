"""One trial of a rule set: everything about it that the gate asks, and that the try-it page shows.

Nothing here changes anything. Each step needs the one before: what does not load has no stories, and what fails its
stories is not worth a look ahead.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count

from service.adapters.rulebook.check import check
from service.adapters.rulebook.load import Loaded, load
from service.adapters.rulebook.problems import Problem
from service.adapters.rulebook.sources import Sources
from service.adapters.schemas import Schemas
from service.adapters.templates.book import TemplateBook
from service.adapters.templates.layouts import Layouts
from service.adapters.templates.uses import MessageUses
from service.domain.calendar import DAY, Duration, to_datetime
from service.domain.errors import RuleAuthorError
from service.domain.rules import RuleSet
from service.flow.ahead import Ahead, Recorded
from service.flow.ports import Clock, RuleSetRow, Store
from service.staff.ahead import compare_ahead
from service.staff.backtest import compare_past
from service.staff.check.finding import Severity
from service.staff.compare import Comparison
from service.staff.comparison_words import Naming
from service.staff.coverage import Coverage, coverage
from service.staff.stories import Played
from service.trial.edits import Edits, edits_between
from service.trial.story_set import StoryAt, StorySet

AHEAD: Duration = 30 * DAY
"""How far a trial looks ahead from now."""


Progress = Callable[[int, int], object]
"""Is told how many parts of the store were gone through, and how many there are."""


def untold(_done: int, _parts: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True)
class StoryPlayed:
    """A story, where it stands, and how it came out."""

    at: StoryAt
    played: Played


@dataclass(frozen=True, slots=True, kw_only=True)
class StoriesPlayed:
    """All stories of a set. `problems` are those of stories that cannot be read; nothing is played where any is."""

    played: tuple[StoryPlayed, ...] = ()
    problems: tuple[Problem, ...] = ()
    coverage: Coverage | None = None

    @property
    def failed(self) -> tuple[StoryPlayed, ...]:
        return tuple(each for each in self.played if not each.played.passed)

    @property
    def percent(self) -> int:
        """How much of the rules the stories that passed show, in percent."""
        return self.coverage.percent if self.coverage else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """What is active, with the texts that it was read from."""

    row: RuleSetRow
    sources: Sources
    loaded: Loaded
    rule_set: RuleSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of a trial. `running` is what it was held against, None in an empty store.

    `stories`, `percent_before` and `comparison` are None where the trial did not come so far.
    """

    sources: Sources
    rule_set: RuleSet | None
    problems: tuple[Problem, ...]
    running: Running | None
    edits: Edits = field(default_factory=Edits)
    stories: StoriesPlayed | None = None
    percent_before: int | None = None
    comparison: Comparison | None = None

    @property
    def hash(self) -> str:
        return self.sources.content_hash

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(each for each in self.problems if each.severity is Severity.ERROR)

    @property
    def comes_out(self) -> bool:
        """Whether it has stories and all of them come out."""
        return self.stories is not None and bool(self.stories.played) and not self.stories.failed

    @property
    def is_running(self) -> bool:
        """Whether it is what runs already."""
        return self.running is not None and self.running.row.hash == self.hash


def naming_of(tried: Tried) -> Naming:
    """Return how a comparison's rules and programs are called."""
    assert tried.rule_set is not None
    return Naming(tried.running.rule_set if tried.running else tried.rule_set, tried.rule_set)


@dataclass(kw_only=True)
class Trials:
    """Tries rule sets against one store."""

    schemas: Schemas
    layouts: Layouts
    store: Store
    clock: Clock
    _percents: dict[str, int] = field(default_factory=dict)
    """Coverage by hash: that of what runs is asked for at every trial."""
    _known: Running | None = None
    """What ran when it was asked for last: whoever types asks again and again."""

    def loaded(self, sources: Sources) -> Loaded:
        """Return the rule set, or all that keeps the texts from being one."""
        return load(sources, self.schemas.catalogue)

    def running(self) -> Running | None:
        """Return what is active now, or None. Raises: RuleAuthorError when it no longer loads."""
        with self.store.reading() as snapshot:
            row = snapshot.active_rule_set()
        if row is None:
            return None
        if self._known is not None and self._known.row == row:
            return self._known
        sources = Sources.from_json(row.sources)
        loaded = self.loaded(sources)
        if loaded.rule_set is None:
            raise RuleAuthorError(f"Rule set {row.hash[:12]} no longer loads with this version. Deploy one that does.")
        self._known = Running(row=row, sources=sources, loaded=loaded, rule_set=loaded.rule_set)
        return self._known

    def check(self, sources: Sources) -> Tried:
        """Return the trial as far as it comes without playing anything: problems and what was edited."""
        running = self.running()
        found = check(
            sources,
            self.schemas.catalogue,
            today=to_datetime(self.clock()).date(),
            read_messages=MessageUses,
            before=running.rule_set if running else None,
        )
        rule_set = found.loaded.rule_set
        before = (running.sources, running.rule_set) if running else (Sources({}), self._nothing())
        edits = edits_between(before, (sources, rule_set)) if rule_set else Edits()
        return Tried(sources=sources, rule_set=rule_set, problems=found.problems, running=running, edits=edits)

    def stories(self, sources: Sources) -> StoriesPlayed:
        """Return how the stories come out; none where the texts do not load."""
        loaded = self.loaded(sources)
        if loaded.rule_set is None:
            return StoriesPlayed()
        stories = StorySet(loaded.rule_set, self.schemas, TemplateBook(sources.files, self.layouts))
        read = stories.read(loaded.stories)
        played = tuple(StoryPlayed(each, stories.play(each.story)) for each in read.stories)
        passed = (each.played for each in played if each.played.passed)
        found = StoriesPlayed(
            played=played, problems=read.problems, coverage=coverage(loaded.rule_set, passed) if played else None
        )
        self._percents[sources.content_hash] = found.percent
        return found

    def whole(self, sources: Sources, progress: Progress = untold) -> Tried:
        """Return the whole trial, as far as it comes."""
        tried = self.with_stories(self.check(sources))
        return replace(tried, comparison=self.ahead(tried, progress)) if tried.comes_out else tried

    def with_stories(self, tried: Tried) -> Tried:
        """Return the trial with its stories played, where it loads."""
        if tried.rule_set is None or tried.errors:
            return tried
        return replace(tried, stories=self.stories(tried.sources), percent_before=self.percent(tried.running))

    def percent(self, running: Running | None) -> int | None:
        """Return how much of the rules that run their stories show; None where nothing runs."""
        if running is None:
            return None
        if running.row.hash not in self._percents:
            self.stories(running.sources)
        return self._percents[running.row.hash]

    def ahead(self, tried: Tried, progress: Progress = untold) -> Comparison:
        """Return what differs from now on, as far ahead as a trial looks. Raises what `progress` raises."""
        assert tried.rule_set is not None
        before, now = self._before(tried), self.clock()
        with self.store.reading() as snapshot:
            present = Ahead(snapshot, (before, tried.rule_set), now)
            step = _steps(progress, len(present.sizes))
            return compare_ahead(before, tried.rule_set, present, now, now + AHEAD, step)

    def past(self, tried: Tried, progress: Progress = untold) -> Comparison:
        """Return what would have differed over all that the store has recorded. Raises what `progress` raises."""
        assert tried.rule_set is not None
        before, now = self._before(tried), self.clock()
        with self.store.reading() as snapshot:
            recorded = Recorded(snapshot, before, now)
            step = _steps(progress, len(recorded.sizes))
            return compare_past(before, tried.rule_set, recorded, now, step)

    def _before(self, tried: Tried) -> RuleSet:
        return tried.running.rule_set if tried.running else self._nothing()

    def _nothing(self) -> RuleSet:
        return RuleSet(catalogue=self.schemas.catalogue)


def _steps(progress: Progress, parts: int) -> Callable[[], object]:
    done = count(1)
    return lambda: progress(next(done), parts)

"""Trials that go on in the background while a page says how far they are: one at a time, bounded in time and number.

The rules of this file:
- An attempt is written by its own thread only, `step` last; others get copies, which say what is known so far.
- Nothing here changes what runs.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from logging import getLogger
from threading import Lock, Thread
from time import monotonic

from service.adapters.rulebook.sources import Sources
from service.domain.errors import IntouchError
from service.staff.compare import Comparison
from service.trial.trial import Progress, Trials, Tried

MOST_KEPT = 30
MOST_WAITING = 5
LONGEST_LOOK_S = 60.0
"""How long one look, ahead or back, may take before it is left out."""

log = getLogger("intouch.trial")


class Step(StrEnum):
    """What an attempt does now."""

    WAITING = "waits for another trial to end"
    CHECKING = "checks the rules"
    STORIES = "plays the stories"
    AHEAD = "works out what differs from now on"
    PAST = "works out what would have differed so far"
    DONE = "is done"


_LEFT_OUT = {
    Step.AHEAD: "What differs from now on takes longer than a page may; `intouch deploy --dry-run` has the time. ",
    Step.PAST: "What would have differed so far takes longer to work out than a page may. ",
}


class TooLongError(IntouchError):
    """A look took longer than it may."""


class TooBusyError(IntouchError):
    """Too many trials wait already."""


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One trial of texts in which the file at `path` was edited. `done` of `parts` say how far its step is.

    `left_out` says in words what was not looked at, and why.
    """

    id: str
    path: str
    sources: Sources
    step: Step = Step.WAITING
    done: int = 0
    parts: int = 0
    tried: Tried | None = None
    past: Comparison | None = None
    left_out: str = ""
    failure: str = ""

    @property
    def text(self) -> str:
        return self.sources.files.get(self.path, "")

    @property
    def is_done(self) -> bool:
        return self.step is Step.DONE


@dataclass(slots=True)
class Workshop:
    """Runs attempts, and remembers the newest of them."""

    trials: Trials
    longest_look_s: float = LONGEST_LOOK_S
    _attempts: OrderedDict[str, Attempt] = field(default_factory=OrderedDict)
    _books: Lock = field(default_factory=Lock)
    _turn: Lock = field(default_factory=Lock)

    def begin(self, sources: Sources, path: str) -> Attempt:
        """Return an attempt that has begun. Raises: TooBusyError."""
        attempt = Attempt(id=secrets.token_hex(8), path=path, sources=sources)
        with self._books:
            if sum(not each.is_done for each in self._attempts.values()) >= MOST_WAITING:
                raise TooBusyError("Several trials are under way already. Wait a moment, and try again.")
            self._attempts[attempt.id] = attempt
            for old in [each.id for each in self._attempts.values() if each.is_done][: -MOST_KEPT or None]:
                del self._attempts[old]
        # A daemon: stopping Intouch does not wait for somebody's trial.
        Thread(target=self._run, args=(attempt,), name=f"trial-{attempt.id}", daemon=True).start()
        return attempt

    def get(self, id: str) -> Attempt | None:
        """Return an attempt as it stands, or None where it is forgotten or never was.

        It is a copy that reads `step` first: what is done in it has all that was found.
        """
        attempt = self._attempts.get(id)
        return replace(attempt) if attempt is not None else None

    def _run(self, attempt: Attempt) -> None:
        with self._turn:
            try:
                self._try(attempt)
            except IntouchError as error:
                attempt.failure = str(error)
            except Exception as error:  # the edge of a thread: the page must not wait for ever
                log.exception("A trial met a defect: %s", type(error).__name__)
                attempt.failure = f"Intouch met a defect of its own ({type(error).__name__}). Please report it."
            finally:
                attempt.step = Step.DONE

    def _try(self, attempt: Attempt) -> None:
        attempt.step = Step.CHECKING
        attempt.tried = self.trials.check(attempt.sources)
        attempt.step = Step.STORIES
        attempt.tried = tried = self.trials.with_stories(attempt.tried)
        if tried.rule_set is None or tried.errors:
            return
        ahead = self._look(attempt, Step.AHEAD, self.trials.ahead)
        attempt.tried = replace(tried, comparison=ahead)
        attempt.past = self._look(attempt, Step.PAST, self.trials.past)

    def _look(self, attempt: Attempt, step: Step, look: Callable[[Tried, Progress], Comparison]) -> Comparison | None:
        """Return what a look found, or None where it took too long."""
        assert attempt.tried is not None
        attempt.step, attempt.done, attempt.parts = step, 0, 0
        ends = monotonic() + self.longest_look_s

        def told(done: int, parts: int) -> None:
            attempt.done, attempt.parts = done, parts
            if monotonic() > ends:
                raise TooLongError("It took too long.")

        try:
            return look(attempt.tried, told)
        except TooLongError:
            attempt.left_out += _LEFT_OUT[step]
            return None

"""What the pages of rules need besides the console."""

from dataclasses import dataclass, field

from service.adapters.rulebook.sources import Sources
from service.trial.edits import Edits
from service.trial.foresight import Foresights
from service.trial.gate import Gate
from service.trial.trial import Trials
from service.trial.workshop import Workshop


@dataclass(slots=True, kw_only=True)
class RuleDesk:
    """Trials, and the gate behind them. `edits` remembers differences, which never change."""

    trials: Trials
    gate: Gate
    workshop: Workshop
    foresights: Foresights
    edits: dict[tuple[str | None, str], Edits | None] = field(default_factory=dict)

    def base(self, attempt_id: str) -> Sources:
        """Return the texts that an edit stands on: an earlier attempt's, or those that run."""
        attempt = self.workshop.get(attempt_id) if attempt_id else None
        if attempt is not None:
            return attempt.sources
        running = self.trials.running()
        return running.sources if running else Sources({})

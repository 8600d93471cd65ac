"""An installation whose rules were edited once, with a safety limit small enough to be met."""

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from service.domain.calendar import DAY, Instant, parse_rfc3339
from service.domain.delivery import Verdict
from service.domain.events import Subject, SubjectKind
from service.flow.outlook import outlook
from service.flow.ports import SubjectKey
from service.settings import ROOT
from tests.flow.carriers import Refusing
from tests.flow.events import event, pair
from tests.flow.stage import Stage

MONDAY = parse_rfc3339("2026-03-02T15:00:00Z")
CHANGED, UNCHANGED = "help-confirmed", "mentorship-has-ended-mentor"
PAIRS = 12


class Braking:
    """A stage with `PAIRS` pairs of long ago. `edit` changes the rules; the first edit is the second rule set."""

    def __init__(self, folder: Path, per_hour: int = 200, first: int = 3, database: str = "") -> None:
        self.rules = folder / "rules"
        shutil.copytree(ROOT / "rules", self.rules)
        self.replace(
            "delivery.yaml",
            "safety: { per_rule_per_hour: 200, first_after_change: 25 }",
            f"safety: {{ per_rule_per_hour: {per_hour}, first_after_change: {first} }}",
        )
        self.environment = {"INTOUCH_RULES_DIR": str(self.rules), "INTOUCH_DATABASE_URL": database}
        self.folder = folder / "var"
        self.stage = Stage(self.folder, MONDAY, self.environment)
        self.carrier = self.stage.worker.carrier.mailer = Refusing()
        for number in range(PAIRS):
            self.stage.take(*pair(MONDAY - 300 * DAY, f"m-{number}", f"ada-{number}", f"ben-{number}"))
        self.stage.work_until(MONDAY)

    @property
    def now(self) -> Instant:
        return self.stage.clock.now

    def replace(self, name: str, before: str, after: str) -> None:
        """Edit a rule file, without looking at it."""
        path = self.rules / name
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after, 1))

    def edit(self, name: str, before: str, after: str) -> None:
        """Edit a rule file, and make the edit count."""
        self.replace(name, before, after)
        assert self.stage.intouch.rules_folder.refresh()
        self.stage.work_until(self.now)

    def change_the_rule(self) -> None:
        """Give the rule CHANGED a new meaning."""
        self.edit("help.yaml", f"id: {CHANGED}\n", f"id: {CHANGED}\n    send_within: 2 days\n")

    def change_another(self) -> None:
        """Make another rule set active in which CHANGED means what it meant."""
        self.edit("help.yaml", "id: help-follow-up\n", "id: help-follow-up\n    send_within: 2 days\n")

    def ask(self, numbers: Iterable[int], *, request: str = "h") -> None:
        """Let one mentee of each pair ask for help now, and do what is due."""
        self.only_ask(numbers, request=request)
        self.stage.work_until(self.now)

    def only_ask(self, numbers: Iterable[int], *, request: str = "h") -> None:
        """Let one mentee of each pair ask for help now, and leave what is due to others."""
        for number in numbers:
            data = {"request_id": f"{request}-{number}", "by": "mentee", "option": "talk_to_institution"}
            self.stage.take(event("help.requested", f"mentorships/m-{number}", self.now, **data))

    def answered(self) -> Counter[str]:
        """Return who has got how many answers."""
        return Counter(each for each in self.carrier.to if each.startswith("ben-"))

    def held(self) -> dict[str, int]:
        with self.stage.intouch.store.reading() as snapshot:
            return {each.rule: each.notices for each in snapshot.held_rules()}

    def verdicts(self, number: int) -> set[tuple[str, Verdict | None]]:
        key = SubjectKey("northfield", Subject(SubjectKind.MENTORSHIP, f"m-{number}"))
        with self.stage.intouch.store.reading() as snapshot:
            found = outlook(snapshot, self.stage.intouch.rules.of(snapshot).rule_set, key, self.now)
        return {(each.rule, each.verdict) for each in found}

    def work(self) -> None:
        self.stage.work_until(self.now)

    def close(self) -> None:
        self.stage.close()

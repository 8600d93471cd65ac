"""The gate: what may become the active rule set, who must agree, and how it does.

The rules of this file:
- What has an error, no story, or a story that fails, never passes.
- What sends more new messages within a day than the bar, or whose stories show less than those of what runs, needs a
  second person.
- What runs may not have changed since it was looked at.
- Every passage is in the audit, in the transaction that makes it so.
Why: `docs/decisions/0008-the-gate.md`.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from service.adapters.rulebook.sources import Sources
from service.domain.errors import IntouchError
from service.flow.active import editions_of
from service.flow.brake_port import RuleEdition
from service.flow.ports import Action, AuditRow, Clock, RuleSetRow, Store, Transaction
from service.trial.trial import Tried

LONGEST_NAME = 100


class GateRefusedError(IntouchError):
    """A rule set did not pass; `reasons` are sentences, in order of weight."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Who brings a rule set to the gate, from where, and who else agreed ("" for nobody)."""

    by: str
    origin: str
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Why a rule set cannot pass at all, and why it can only pass with a second person."""

    refusals: tuple[str, ...]
    concerns: tuple[str, ...]

    def stands_against(self, passage: Passage) -> tuple[str, ...]:
        """Return why it does not pass as it is brought; none where it passes."""
        if self.refusals or not self.concerns or passage.approved_by:
            return self.refusals
        return (*self.concerns, "A second person must approve it.")


def judge(tried: Tried, approve_above: int) -> Judgement:
    """Return what stands against a rule set that was tried; `approve_above` is the bar for new messages in a day."""
    return Judgement(refusals=tuple(_refusals(tried)), concerns=tuple(_concerns(tried, approve_above)))


def _refusals(tried: Tried) -> Iterator[str]:
    if tried.errors:
        yield f"{_counted(len(tried.errors), 'error')} must be mended first."
    elif tried.rule_set is None:
        yield "It holds no rules."
    elif tried.stories is None or not tried.stories.played:
        broken = tried.stories is not None and tried.stories.problems
        yield "Its stories cannot be read." if broken else "It has no stories. Write one for each rule, in tests/."
    elif tried.stories.failed:
        yield f"{_counted(len(tried.stories.failed), 'story', 'stories')} did not come out as expected."


def _concerns(tried: Tried, approve_above: int) -> Iterator[str]:
    if tried.comparison is not None and tried.comparison.first_day.new > approve_above:
        new = _counted(tried.comparison.first_day.new, "message")
        yield f"It sends {new} within 24 hours that would not have gone; above {approve_above} nobody decides alone."
    if tried.comes_out and tried.comparison is None:
        yield "How many messages it sends within 24 hours was too much to work out here."
    if tried.stories is not None and tried.percent_before is not None and tried.stories.percent < tried.percent_before:
        yield f"Its stories show {tried.stories.percent} % of the rules, not {tried.percent_before} % as of what runs."


def _counted(number: int, word: str, plural: str = "") -> str:
    return f"{number:,} {word if number == 1 else plural or word + 's'}"


def checked_passage(passage: Passage) -> Passage:
    """Return the passage with its names trimmed. Raises: GateRefusedError where these are not of one or two people."""
    by, approved_by = passage.by.strip(), passage.approved_by.strip()
    if not by:
        raise GateRefusedError(("Say who you are: whoever looks at this later will want to ask you.",))
    if any(len(name) > LONGEST_NAME or not name.isprintable() for name in (by, approved_by)):
        raise GateRefusedError((f"A name is one line of at most {LONGEST_NAME} characters.",))
    if by.casefold() == approved_by.casefold():
        raise GateRefusedError(("Whoever approves must be another person than the one who deploys.",))
    return replace(passage, by=by, approved_by=approved_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Lets rule sets pass. `approve_above` is how many new messages in a day one person may decide on alone."""

    store: Store
    clock: Clock
    approve_above: int

    def let_pass(self, tried: Tried, passage: Passage, approve_above: int | None = None) -> None:
        """Make the rule set active for every process. Raises: GateRefusedError."""
        passage = checked_passage(passage)
        bar = self.approve_above if approve_above is None else approve_above
        reasons = judge(tried, bar).stands_against(passage)
        if reasons:
            raise GateRefusedError(reasons)
        with self.store.writing() as transaction:
            self._refuse_if_outrun(transaction, tried)
            self._put_in_place(transaction, tried.sources, passage, _figures(tried), _editions(tried))

    def roll_back(self, sources: Sources, passage: Passage) -> None:
        """Make a rule set of the past active again, which needs nobody's approval. Raises: GateRefusedError."""
        passage = checked_passage(passage)
        with self.store.writing() as transaction:
            # No editions: what is gone back to is never an empty store's first.
            self._put_in_place(transaction, sources, passage, {}, ())

    def propose(self, tried: Tried, passage: Passage) -> None:
        """Keep a rule set that needs a second person, until one approves it. Raises: GateRefusedError."""
        passage = checked_passage(passage)
        judgement = judge(tried, self.approve_above)
        if judgement.refusals:
            raise GateRefusedError(judgement.refusals)
        row = AuditRow(
            at=self.clock(),
            who=passage.by,
            action=Action.RULES_PROPOSED,
            about=tried.hash,
            detail={
                "from": passage.origin,
                "concerns": list(judgement.concerns),
                "replaces": tried.running.row.hash if tried.running else "",
                **_figures(tried),
            },
        )
        with self.store.writing() as transaction:
            self._refuse_if_outrun(transaction, tried)
            transaction.keep_rule_set(tried.hash, tried.sources.to_json())
            transaction.note(row)

    def _refuse_if_outrun(self, transaction: Transaction, tried: Tried) -> None:
        active = transaction.active_rule_set()
        looked_at = tried.running.row.hash if tried.running else None
        if (active.hash if active else None) != looked_at:
            who = active.activated_by if active else "somebody"
            raise GateRefusedError((f"What runs has changed meanwhile, by {who}. Look at the differences again.",))

    def _put_in_place(
        self,
        transaction: Transaction,
        sources: Sources,
        passage: Passage,
        figures: dict[str, object],
        editions: Collection[RuleEdition],
    ) -> None:
        now, hash = self.clock(), sources.content_hash
        active = transaction.active_rule_set()
        row = RuleSetRow(hash=hash, sources=sources.to_json(), activated_at=now, activated_by=passage.by)
        transaction.activate(row, editions)
        detail = {
            "from": passage.origin,
            "approved_by": passage.approved_by,
            "replaces": active.hash if active else "",
            **figures,
        }
        transaction.note(AuditRow(at=now, who=passage.by, action=Action.RULES_ACTIVATED, about=hash, detail=detail))


def _editions(tried: Tried) -> Collection[RuleEdition]:
    return editions_of(tried.rule_set) if tried.rule_set else ()


def _figures(tried: Tried) -> dict[str, object]:
    """Return the counts by which it passed, for the audit."""
    figures: dict[str, object] = {"edits": tried.edits.to_json()}
    if tried.stories is not None:
        figures |= {"stories": len(tried.stories.played), "coverage": tried.stories.percent}
    if tried.comparison is not None:
        total = tried.comparison.total()
        figures |= {"more": total.more, "fewer": total.fewer, "moved": total.moved}
        figures |= {"new_in_24_hours": tried.comparison.first_day.new}
    return figures

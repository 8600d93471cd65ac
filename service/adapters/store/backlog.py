"""What waits in the store, counted on the small indexes of what is due, and never further than a limit."""

from typing import Any, Final

from service.adapters.store.session import Session
from service.domain.calendar import Instant
from service.flow.backlog_port import MOST_COUNTED, Backlog, Due


def _counted(where: str) -> str:
    return f"SELECT count(*) FROM (SELECT 1 FROM {where} LIMIT :most) AS counted"


_DUE: Final = {
    Due.NEWS: _counted("subjects WHERE news_at IS NOT NULL"),
    Due.CLOCK: _counted("subjects WHERE next_check_at IS NOT NULL AND next_check_at <= :now"),
    Due.ASKED: _counted("checks"),
}
_OTHER_RULES: Final = tuple(_counted(f"subjects WHERE checked_with {sign} :rule_set") for sign in "<>")
_ACTIVE: Final = "SELECT hash FROM activations ORDER BY n DESC LIMIT 1"
_NEWS_SINCE: Final = "SELECT min(news_at) FROM subjects WHERE news_at IS NOT NULL"
_RECIPIENTS: Final = _counted("recipients WHERE next_plan_at IS NOT NULL AND next_plan_at <= :now")
_RECIPIENTS_SINCE: Final = "SELECT min(next_plan_at) FROM recipients WHERE next_plan_at IS NOT NULL"
_SENDING: Final = _counted("emails WHERE state = 'sending'")
_OVERDUE: Final = _counted("emails WHERE state = 'sending' AND lease_until <= :now")
_UNKNOWN: Final = _counted("emails WHERE state = 'unknown'")


class SqlBacklogReading:
    """A `BacklogReading` over one transaction."""

    _session: Session

    def backlog(self, now: Instant) -> Backlog:
        recipients = self._number(_RECIPIENTS, now=now)
        return Backlog(
            subjects={**{due: self._number(sql, now=now) for due, sql in _DUE.items()}, Due.RULES: self._swept()},
            news_since=self._value(_NEWS_SINCE),
            recipients=recipients,
            recipients_since=self._value(_RECIPIENTS_SINCE) if recipients else None,
            sending=self._number(_SENDING),
            overdue=self._number(_OVERDUE, now=now),
            unknown=self._number(_UNKNOWN),
        )

    def _swept(self) -> int:
        active = self._session.one(_ACTIVE, {})
        return sum(self._number(each, rule_set=active[0]) for each in _OTHER_RULES) if active else 0

    def _number(self, sql: str, **values: Any) -> int:
        return int(self._session.one(sql, {**values, "most": MOST_COUNTED})[0])

    def _value(self, sql: str) -> Instant | None:
        found: Instant | None = self._session.one(sql, {})[0]
        return found

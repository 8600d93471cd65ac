"""What became of mail that did not simply arrive; each question has an index that all other mail is not in."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from service.adapters.store.notice_codec import notices_of
from service.adapters.store.session import Session
from service.flow.delivery_port import Blocked, ChannelState, LostEmail

_EMAIL: Final = "SELECT id, program, recipient, state, claimed_at, error, notices FROM emails"
LOST: Final = f"""
{_EMAIL} WHERE program = :program AND state IN ('failed', 'returned') ORDER BY claimed_at DESC LIMIT :limit
"""
UNKNOWN: Final = f"{_EMAIL} WHERE state = 'unknown' ORDER BY claimed_at LIMIT :limit"
CHANNELS: Final = """
SELECT name, free_at, failures, trouble, failing_since FROM channels WHERE name = '' OR failures > 0 ORDER BY name
"""
BLOCKED: Final = "SELECT reason, at, detail FROM suppressions ORDER BY at DESC LIMIT :limit"
BLOCKED_COUNTS: Final = "SELECT reason, count(*) FROM suppressions GROUP BY reason ORDER BY reason"


class SqlDeliveryReading:
    """A `DeliveryReading` over one transaction."""

    _session: Session

    def lost_emails(self, program: str, limit: int = 50) -> Sequence[LostEmail]:
        return [_lost(row) for row in self._session.all(LOST, {"program": program, "limit": limit})]

    def unknown_emails(self, limit: int = 50) -> Sequence[LostEmail]:
        return [_lost(row) for row in self._session.all(UNKNOWN, {"limit": limit})]

    def channel_states(self) -> Sequence[ChannelState]:
        rows = self._session.all(CHANNELS, {})
        return [
            ChannelState(name=name, free_at=free_at, failures=failures, trouble=trouble, failing_since=since)
            for name, free_at, failures, trouble, since in rows
        ]

    def blocked_counts(self) -> Mapping[str, int]:
        return dict((*row,) for row in self._session.all(BLOCKED_COUNTS, {}))

    def blocked_addresses(self, limit: int = 20) -> Sequence[Blocked]:
        rows = self._session.all(BLOCKED, {"limit": limit})
        return [Blocked(reason=reason, at=at, detail=detail) for reason, at, detail in rows]


def _lost(row: Sequence[Any]) -> LostEmail:
    id, program, recipient, state, claimed_at, error, notices = row
    rules = dict.fromkeys(each.candidate.key.rule for each in notices_of(notices))
    return LostEmail(
        id=id,
        program=program,
        recipient=recipient,
        state=state,
        claimed_at=claimed_at,
        error=error,
        rules=tuple(rules),
    )

"""The channels in the store: a row for each, made when something is first kept of it."""

from typing import Final

from service.adapters.store.session import Session
from service.domain import calendar
from service.domain.channel import Channel

CHANNEL: Final = "SELECT name, free_at, failures, trouble, failing_since FROM channels WHERE name = :name"

# Make the row where there is none, so that there is something to hold.
MAKE: Final = """
INSERT INTO channels (name, free_at, failures, trouble) VALUES (:name, 0, 0, '') ON CONFLICT (name) DO NOTHING
"""
# Whoever changes a row holds it until the end, in either database, whether or not it then holds anything else.
HOLD: Final = "UPDATE channels SET name = name WHERE name = :name"
SAVE: Final = """
UPDATE channels SET free_at = :free_at, failures = :failures, trouble = :trouble, failing_since = :failing_since
WHERE name = :name
"""


class SqlChannelReading:
    """A `ChannelReading` over one transaction."""

    _session: Session

    def channel(self, name: str) -> Channel:
        row = self._session.one(CHANNEL, {"name": name})
        if row is None:
            return Channel(name=name)
        known, free_at, failures, trouble, failing_since = row
        since = calendar.NEVER if failing_since is None else failing_since
        return Channel(name=known, free_at=free_at, failures=failures, trouble=trouble, failing_since=since)


class SqlChannelWriting(SqlChannelReading):
    """A `ChannelWriting` over one transaction."""

    def hold_channel(self, name: str) -> Channel:
        self._session.change(MAKE, {"name": name})
        self._session.change(HOLD, {"name": name})
        return self.channel(name)

    def save_channel(self, channel: Channel) -> None:
        since = None if channel.failing_since == calendar.NEVER else channel.failing_since
        values = {"name": channel.name, "free_at": channel.free_at, "failing_since": since}
        self._session.change(SAVE, {**values, "failures": channel.failures, "trouble": channel.trouble})

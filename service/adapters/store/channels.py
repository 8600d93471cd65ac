"""The channels in the store: a row for each, made when something is first kept of it."""

from typing import Final

from service.adapters.store.session import Session
from service.domain.channel import Channel

CHANNEL: Final = "SELECT name, free_at, failures, trouble FROM channels WHERE name = :name"

# Make the row where there is none, so that there is something to hold.
MAKE: Final = """
INSERT INTO channels (name, free_at, failures, trouble) VALUES (:name, 0, 0, '') ON CONFLICT (name) DO NOTHING
"""
# Whoever changes a row holds it until the end, in either database, whether or not it then holds anything else.
HOLD: Final = "UPDATE channels SET name = name WHERE name = :name"
SAVE: Final = """
UPDATE channels SET free_at = :free_at, failures = :failures, trouble = :trouble WHERE name = :name
"""


class SqlChannelReading:
    """A `ChannelReading` over one transaction."""

    _session: Session

    def channel(self, name: str) -> Channel:
        row = self._session.one(CHANNEL, {"name": name})
        if row is None:
            return Channel(name=name)
        known, free_at, failures, trouble = row
        return Channel(name=known, free_at=free_at, failures=failures, trouble=trouble)


class SqlChannelWriting(SqlChannelReading):
    """A `ChannelWriting` over one transaction."""

    def hold_channel(self, name: str) -> Channel:
        self._session.change(MAKE, {"name": name})
        self._session.change(HOLD, {"name": name})
        return self.channel(name)

    def save_channel(self, channel: Channel) -> None:
        values = {"name": channel.name, "free_at": channel.free_at}
        self._session.change(SAVE, {**values, "failures": channel.failures, "trouble": channel.trouble})

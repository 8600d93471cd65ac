"""The port to what processes share of their way to the provider: how fast mail may go, and until when it rests."""

from typing import Protocol

from service.domain.channel import Channel


class ChannelReading(Protocol):
    """What can be read of the channels."""

    def channel(self, name: str) -> Channel:
        """Return a channel; one that nothing is kept of is free."""


class ChannelWriting(Protocol):
    """What can be changed of them."""

    def hold_channel(self, name: str) -> Channel:
        """Return a channel as it stands; nobody else changes it until this transaction ends."""

    def save_channel(self, channel: Channel) -> None:
        """Keep a channel."""

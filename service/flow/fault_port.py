"""What the doors know of a fault, whoever found it: the schemas, or the bounds of a publisher's key."""

from typing import Protocol


class FaultInEvent(Protocol):
    """One fault of one event, for its sender."""

    @property
    def index(self) -> int: ...

    @property
    def pointer(self) -> str: ...

    @property
    def message(self) -> str: ...

"""Accept: append valid events to the log, once."""

from dataclasses import dataclass

from service.domain.errors import EventSenderError, OperatorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of the events: how many are new in the log, and how many it had already."""

    accepted: int
    duplicates: int


class IdConflict(EventSenderError):  # noqa: N818
    """An event's id is taken by another event; `indices` are those of the refused ones, in order."""

    def __init__(self, indices: tuple[int, ...]) -> None:
        super().__init__("An id was used before for another event. Give each event an id of its own.")
        self.indices = indices


class StoreUnavailable(OperatorError):  # noqa: N818
    """The store cannot commit now; the sender may try again after `retry_after_s` seconds."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

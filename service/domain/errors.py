"""Errors, split by who must act. Each message says what is wrong and what to do, and names no personal datum."""

from collections.abc import Sequence


class IntouchError(Exception):
    """The base of every error that Intouch raises on purpose."""


class RuleAuthorError(IntouchError):
    """Something in the rules, programs, messages or resources needs an edit by its author."""


class EventSenderError(IntouchError):
    """An event cannot be accepted; the service that sent it must change it."""


class FaultyEventError(EventSenderError):
    """An event does not fit its schema; `faults` are pairs of a JSON pointer and what to send instead."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(f"{pointer or '/'}: {message}" for pointer, message in faults))
        self.faults = faults


class OperatorError(IntouchError):
    """The installation needs a hand: a setting, a file, a database, a port."""


class ProviderError(IntouchError):
    """The mail provider did not take an email.

    `temporary` says whether trying again can help; `retry_after_s` is the provider's own wish, in seconds;
    `unknown` is true when the request may have been carried out although no answer came; `address_is_bad` when the
    provider says that this address takes no mail, now or later; `of_recipient` when it is this recipient's trouble, and
    others may be served. `code` is its answer in a few characters.
    """

    def __init__(
        self,
        message: str,
        *,
        temporary: bool,
        retry_after_s: float | None = None,
        unknown: bool = False,
        address_is_bad: bool = False,
        of_recipient: bool = False,
        code: str = "",
    ) -> None:
        super().__init__(message)
        self.temporary = temporary
        self.retry_after_s = retry_after_s
        self.unknown = unknown
        self.address_is_bad = address_is_bad
        self.of_recipient = of_recipient
        self.code = code

"""The guest list: while it is set, only whom it names really get mail; all other lands in the mailbox.

So a new installation can be tried with real events and real mail, and nobody hears of it who should not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.adapters.mail.addresses import one_address
from service.adapters.mail.mailbox import Mailbox
from service.domain.calendar import Duration
from service.domain.channel import domain_of
from service.domain.errors import OperatorError, ProviderError
from service.flow.mail_port import Fate, Mailer, Outgoing

_ANYBODY_AT: Final = "*@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guests:
    """Whom it names, in small letters, domains in punycode."""

    addresses: frozenset[str]
    domains: frozenset[str]

    def include(self, address: str) -> bool:
        """Return whether an address gets mail. Raises: ProviderError where it is none."""
        known = one_address(address).lower()
        return known in self.addresses or domain_of(known) in self.domains

    def in_words(self) -> str:
        """Return what holds while there is a list, for staff; it names nobody."""
        counted = [
            f"{len(found)} {one if len(found) == 1 else several}"
            for found, one, several in (
                (self.addresses, "address", "addresses"),
                (self.domains, "domain", "domains"),
            )
            if found
        ]
        return (
            f"Test mode: INTOUCH_MAIL_ONLY_TO lists {' and '.join(counted)}, and nobody else gets mail. "
            "Whatever is for others lands in the mailbox."
        )


def read_guests(text: str) -> Guests:
    """Return the guests that `sam@example.org *@example.com` names. Raises: OperatorError, which repeats no address."""
    words = text.replace(",", " ").split()
    try:
        # Whatever stands before the @ of a whole domain, it is no part of it.
        domains = {domain_of(one_address(f"all@{each.removeprefix(_ANYBODY_AT)}")) for each in _wide(words)}
        addresses = {one_address(each).lower() for each in words if not each.startswith(_ANYBODY_AT)}
    except ProviderError as error:
        raise _unreadable() from error
    if not words:
        raise _unreadable()
    return Guests(addresses=frozenset(addresses), domains=frozenset(domains))


def _wide(words: Iterable[str]) -> Iterable[str]:
    return (each for each in words if each.startswith(_ANYBODY_AT))


def _unreadable() -> OperatorError:
    return OperatorError(
        "INTOUCH_MAIL_ONLY_TO names email addresses, or whole domains with a star, as in "
        '"sam@example.org *@example.com". Take it away altogether to send to everybody.'
    )


class GuestListMailer:
    """Gives mail for guests to the provider, and puts all other into the mailbox. It closes neither."""

    def __init__(self, guests: Guests, provider: Mailer, mailbox: Mailbox) -> None:
        self._guests, self._provider, self._mailbox = guests, provider, mailbox
        self.patience: Duration = provider.patience

    def send(self, outgoing: Outgoing) -> str:
        """Return the reference of whoever took it. Raises: ProviderError."""
        way = self._provider if self._guests.include(outgoing.to) else self._mailbox
        return way.send(outgoing)

    def settle(self, send_id: str) -> Fate:
        """Return SENT where it lies in the mailbox, else what the provider knows."""
        fate = self._mailbox.settle(send_id)
        return fate if fate is Fate.SENT else self._provider.settle(send_id)

    def close(self) -> None:
        """Both belong to whoever made them."""

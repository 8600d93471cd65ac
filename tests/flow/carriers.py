"""Mailers for tests that refuse what they are told to refuse, and keep the rest in a list."""

from dataclasses import dataclass, field

from service.domain.errors import ProviderError
from service.flow.mail_port import Fate, Outgoing


@dataclass
class Refusing:
    """Says of each of its `dead` addresses that it takes no mail, as an SMTP server does at RCPT."""

    patience = 0
    dead: set[str] = field(default_factory=set)
    carried: list[Outgoing] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def send(self, outgoing: Outgoing) -> str:
        self.asked.append(outgoing.to)
        if outgoing.to in self.dead:
            raise ProviderError("No such mailbox.", temporary=False, address_is_bad=True, code="550 5.1.1")
        self.carried.append(outgoing)
        return "carried"

    def settle(self, send_id: str) -> Fate:
        return Fate.SENT if any(each.send_id == send_id for each in self.carried) else Fate.NOT_SENT

    def close(self) -> None:
        """Nothing to give back."""

    @property
    def to(self) -> list[str]:
        return [each.to for each in self.carried]

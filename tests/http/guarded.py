"""A door that asks for keys, with a store and clocks of its own."""

from dataclasses import dataclass, field

from service.adapters.store import SqlStore
from service.domain.publishers import CredentialKind, Publisher
from service.flow import by_hand
from service.flow.pace import Pace
from service.flow.permit import Permits, shown_key
from service.flow.ports import KnownPublisher
from tests.flow.stage import SetClock
from tests.http.door import MemoryIntake
from tests.store.samples import NOW

KEY = "intouch_of-matching"


@dataclass
class Guarded:
    """A door that asks for keys, with a store and clocks of its own."""

    store: SqlStore
    clock: SetClock = field(default_factory=lambda: SetClock(NOW))
    seconds: float = 0
    events_per_s: int = 100
    needs_key: bool = True

    def __post_init__(self) -> None:
        pace = Pace(self.events_per_s, lambda: self.seconds)
        self.intake = MemoryIntake()
        self.permits = Permits(self.store, self.clock, needs_key=self.needs_key, pace=pace)

    def let(self, name: str, key: str, sources: tuple[str, ...] = ("/matching",), programs: str = "northfield") -> None:
        kind = CredentialKind.KEY
        publisher = Publisher(
            kind=kind, name=name, sources=sources, programs=(programs,), created_at=NOW, created_by="kim"
        )
        with self.store.writing() as transaction:
            assert by_hand.let_publish(transaction, KnownPublisher(publisher, shown_key(key)))

    def revoke(self, name: str) -> None:
        with self.store.writing() as transaction:
            assert by_hand.revoke(transaction, CredentialKind.KEY, name, "kim", NOW)

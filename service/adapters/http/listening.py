"""The servers of one process, which begin and end together."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from service.adapters.http.server import HttpServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Servers that are bound, each to an address of its own: for services and readers of mail, staff, monitoring."""

    door: HttpServer | None = None
    console: HttpServer | None = None
    metrics: HttpServer | None = None

    @property
    def servers(self) -> list[HttpServer]:
        """Those that there are."""
        return [each for each in (self.door, self.console, self.metrics) if each is not None]

    def start(self) -> None:
        """Begin to answer, everywhere."""
        for each in self.servers:
            each.start()

    def stop(self, within_s: float = 25) -> None:
        """Stop all at once, and return when each has finished what is in flight or the time is over."""
        if servers := self.servers:
            with ThreadPoolExecutor(len(servers)) as pool:
                list(pool.map(lambda each: each.stop(within_s), servers))

"""The pace of mail: how fast it goes in all and to one domain, and how long it rests when it is not taken. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from service.domain.calendar import HOUR, MINUTE, NEVER, SECOND, Duration, Instant

ALL_MAIL: Final = ""
"""The channel that every email takes; the others are named by the domain that they lead to."""

_FIRST_REST: Final[Duration] = 30 * SECOND
_LONGEST_REST: Final[Duration] = 5 * MINUTE
_SHORTEST_REST: Final[Duration] = SECOND
PERSISTENCE: Final[Duration] = 4 * HOUR
"""How long one email is tried that the server does not take for its recipient's sake."""

_CATCHING_UP: Final[Duration] = SECOND // 2
"""How much of the time in which it could have sent, and did not, a channel may make up for at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way that mail takes. From `free_at` on the next email may go; `trouble` says why it rests, "" where it is well.

    `failures` are those since it last worked, the first of them at `failing_since`; NEVER where there was none.
    """

    name: str
    free_at: Instant = 0
    failures: int = 0
    trouble: str = ""
    failing_since: Instant = NEVER

    def rests(self, now: Instant) -> bool:
        """Return whether it was put to rest after a failure, and still is."""
        return bool(self.trouble) and now < self.free_at

    def room(self, gap: Duration, now: Instant) -> int:
        """Return how many emails may go now, where one may go every `gap`."""
        begin = max(self.free_at, now - _CATCHING_UP)
        return (now - begin) // gap + 1 if begin <= now else 0

    def used(self, emails: int, gap: Duration, now: Instant) -> "Channel":
        """Return the channel once so many emails have taken their place, now or as soon as it is free."""
        return replace(self, free_at=max(self.free_at, now - _CATCHING_UP) + emails * gap)

    def failed(self, trouble: str, asked: Duration | None, chance: float, now: Instant) -> "Channel":
        """Return the channel after a failure: at rest for as long as was `asked`, or for longer each time.

        Several emails on their way at once fail for one reason: only the first of them counts.
        """
        if self.rests(now):
            until = self.free_at if asked is None else max(self.free_at, now + asked)
            return replace(self, free_at=until, trouble=trouble)
        wait = rest(self.failures, chance) if asked is None else asked
        return replace(
            self,
            free_at=max(self.free_at, now + wait),
            failures=self.failures + 1,
            trouble=trouble,
            failing_since=min(self.failing_since, now),
        )

    def recovered(self) -> "Channel":
        """Return the channel after an email was taken."""
        return replace(self, failures=0, trouble="", failing_since=NEVER)


def rest(failures: int, chance: float) -> Duration:
    """Return how long to wait after so many failures before this one; `chance` is in [0, 1).

    Full jitter: whoever waits for the same provider does not come back to it all at once.
    """
    longest = min(_LONGEST_REST, _FIRST_REST * 2 ** min(failures, 10))
    return max(_SHORTEST_REST, int(longest * chance))


def own_channel(program: str) -> str:
    """Return the name of the channel that only one program's mail takes; no domain has such a name."""
    return f"program {program}"


def domain_of(address: str) -> str:
    """Return the domain of an addr-spec, in small letters."""
    return address.rpartition("@")[2].lower()

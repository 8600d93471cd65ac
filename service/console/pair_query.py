"""Which mentorships a reader asks for, as their address says it: a link to a filter is the filter, saved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from service.domain.calendar import DAY, Instant
from service.domain.engagement import Engagement
from service.flow.footing_port import START, Order, Place, Wanted

TALKS: Final = {"": "Any number", "0": "None yet", "1-2": "One or two", "3+": "Three or more"}
_TALKS: Final[Mapping[str, tuple[int | None, int | None]]] = {"0": (None, 0), "1-2": (1, 2), "3+": (3, None)}
ORDERS: Final = {
    Order.ID: "Id",
    Order.QUIET: "Longest quiet first",
    Order.NEWEST: "Newest match first",
    Order.CONVERSATIONS: "Most conversations first",
}
MOST_DAYS: Final = 3_650
MOST_TEXT: Final = 100
_SPLIT: Final = "~"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairQuery:
    """What an address asks for; what it says that nobody can ask is as if it did not say it."""

    state: Engagement | None = None
    talks: str = ""
    quiet_days: int | None = None
    flagged: bool = False
    asking: bool = False
    text: str = ""
    group: str = ""
    topic: str = ""
    """Of an open flag."""
    advisor: str = ""
    """The address of one of the two's."""
    order: Order = Order.ID
    after: Place = START

    @property
    def is_first(self) -> bool:
        return self.after == START

    @property
    def asks_something(self) -> bool:
        return self.address() != PairQuery(order=self.order).address()

    def address(self, after: Place | None = None) -> dict[str, str]:
        """Return the parameters of its address, of a page further on where `after` is given."""
        said = {
            "state": self.state or "",
            "talks": self.talks,
            "quiet": "" if self.quiet_days is None else str(self.quiet_days),
            "flags": "open" if self.flagged else "",
            "help": "open" if self.asking else "",
            "q": self.text,
            "group": self.group,
            "topic": self.topic,
            "advisor": self.advisor,
            "sort": "" if self.order is Order.ID else self.order.value,
            "after": f"{after.by}{_SPLIT}{after.id}" if after else "",
        }
        return {name: value for name, value in said.items() if value}

    def wanted(self, now: Instant, advisor_key: Callable[[str], str]) -> Wanted:
        """Return what is asked of the store at this instant; it knows advisors by the key of their address."""
        at_least, at_most = _TALKS.get(self.talks, (None, None))
        return Wanted(
            state=self.state,
            at_least=at_least,
            at_most=at_most,
            quiet_before=None if self.quiet_days is None else now - self.quiet_days * DAY,
            flagged=self.flagged,
            asking=self.asking,
            text=self.text,
            group=self.group,
            topic=self.topic,
            advisor=advisor_key(self.advisor) if self.advisor else None,
            order=self.order,
        )


def query_of(said: Mapping[str, str]) -> PairQuery:
    """Return what the parameters of an address ask for."""
    state, talks, order = said.get("state", ""), said.get("talks", ""), said.get("sort", "")
    return PairQuery(
        state=Engagement(state) if state in set(Engagement) else None,
        talks=talks if talks in TALKS else "",
        quiet_days=_number(said.get("quiet", "")),
        flagged=said.get("flags") == "open",
        asking=said.get("help") == "open",
        text=_text(said.get("q", "")),
        group=_text(said.get("group", "")),
        topic=_text(said.get("topic", "")),
        advisor=_text(said.get("advisor", "")),
        order=Order(order) if order in set(Order) else Order.ID,
        after=_place(said.get("after", "").replace("\0", "")),
    )


def _text(said: str) -> str:
    return said.replace("\0", "").strip()[:MOST_TEXT]


def _number(text: str) -> int | None:
    """Return a number of days, or None."""
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return found if 0 < found <= MOST_DAYS else None


def _place(text: str) -> Place:
    by, _, id = text.partition(_SPLIT)
    digits = by.removeprefix("-")
    known = digits.isascii() and digits.isdigit() and len(digits) < 19 and id
    return Place(int(by), id) if known else START

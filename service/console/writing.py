"""How the console writes things: instants in a program's zone, and an event's data in words."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from service.domain.calendar import Instant, format_rfc3339, local_date, to_datetime, zone
from service.domain.catalogue import EventType
from service.domain.events import Event

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = "January February March April May June July August September October November December".split()
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Clockface:
    """Instants as a clock and a calendar in one zone show them."""

    zone: str

    def month(self, at: Instant) -> str:
        """Return `March 2026`."""
        return self.date(at).partition(" ")[2]

    def day(self, at: Instant) -> str:
        """Return `Mon 2`, the day within its month."""
        day = local_date(at, self.zone)
        return f"{_DAYS[day.weekday()]} {day.day}"

    def time(self, at: Instant) -> str:
        """Return `09:05`."""
        return f"{self._local(at):%H:%M}"

    def moment(self, at: Instant) -> str:
        """Return `2 March 2026, 09:05`."""
        return f"{written_date(local_date(at, self.zone))}, {self.time(at)}"

    def date(self, at: Instant) -> str:
        """Return `2 March 2026`."""
        return written_date(local_date(at, self.zone))

    def iso_date(self, at: Instant) -> str:
        """Return `2026-03-02`, the day as spreadsheets sort it."""
        return local_date(at, self.zone).isoformat()

    def iso(self, at: Instant) -> str:
        """Return the instant for machines, in UTC."""
        return format_rfc3339(at)

    def _local(self, at: Instant) -> datetime:
        return to_datetime(at).astimezone(zone(self.zone))


def event_details(
    event: Event,
    kind: EventType | None,
    labels: Mapping[str, str],
    name_of: Callable[[str], str],
    *,
    personal: bool = True,
) -> str:
    """Return an event's data in words, without its ids: who did it, then each field with its value.

    `labels` are the program's words for topics; `name_of` gives the name of the mentor or the mentee. Without
    `personal`, names and addresses are left out; of a type that is not known any more, everything.
    """
    initiator = kind.initiator if kind else None
    said = [_who(str(event.data[initiator]), name_of)] if initiator and event.data.get(initiator) else []
    for name, value in event.data.items():
        if not personal and (kind is None or name not in kind.fields or kind.fields[name].personal):
            continue
        if name != initiator and not name.endswith("_id") and value not in (None, "", []):
            said.append(f"{name.replace('_', ' ')}: {_value(value, labels)}")
    return " · ".join(said)


def _who(by: str, name_of: Callable[[str], str]) -> str:
    return name_of(by) if by in ("mentor", "mentee") else f"by {by.replace('_', ' ')}"


def _value(value: Any, labels: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_value(each, labels) for each in value)
    text = str(value)
    if _DAY.fullmatch(text):
        return written_date(date.fromisoformat(text))
    return labels.get(text) or (text if "@" in text or "/" in text else text.replace("_", " "))


def written_date(day: date) -> str:
    """Return `2 March 2026`. The console is in English, whatever the readers of mail speak."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

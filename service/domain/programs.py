"""One program's file: who it is, its dates and breaks, and where it departs from the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from service.domain.calendar import DAY, Duration, Span, end_of_day, start_of_day
from service.domain.languages import ORIGINAL
from service.domain.rule import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Days of rest in a program, both included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Somebody at the institution whom people can call. `url` and `hours` are "" where they were left out."""

    name: str
    phone: str
    url: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From when on a mentorship counts as what. Durations in microseconds, the first two since the match."""

    new_for: Duration = 7 * DAY
    not_connected_after: Duration = 21 * DAY
    highly_engaged_from: int = 3
    """Conversations."""
    drifting_after: Duration = 45 * DAY
    """Since the last logged conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incentive:
    """Something that a program gives, in one sentence, and the messages that end with it where they are nudges.

    `text` is in the program's own language, `translations` has it in others, by their tags.
    """

    text: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)
    shown_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program's file, or the defaults where it has none. `staff` is ordered: who is next.

    `dates` gives each name its dates in order; a single date is a list of one.
    """

    id: str
    name: str = ""
    timezone: str | None = None
    locale: str = ""
    """The language of readers who named none, and of the words in this file, as a tag (`en-US`)."""
    dashboard: str = ""
    """The address of the program's own platform, where participants log and flag; "" where there is none."""
    from_name: str = ""
    from_email: str = ""
    color: str | None = None
    logo: str | None = None
    staff: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    dates: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    breaks: tuple[Break, ...] = ()
    groups: Mapping[str, bool] = field(default_factory=dict)
    """Group name → whether it is private."""
    flag_labels: Mapping[str, str] = field(default_factory=dict)
    flags_hidden: frozenset[str] = frozenset()
    engagement: Thresholds = Thresholds()
    incentive: Incentive = Incentive()
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    """The institution's own contacts, by the names that resources ask for (`counselling`)."""
    overrides: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Rule id → names of Rule fields → their values, already typed by the loader."""

    @property
    def incentive_texts(self) -> Mapping[str, str]:
        """The incentive by language, the program's own first; empty where there is none."""
        given = self.incentive
        return {self.locale or ORIGINAL: given.text, **given.translations} if given.text else {}

    def incentive_in(self, message: str, kind: Kind) -> Mapping[str, str]:
        """Return what the message ends with, by language; empty where it is nothing."""
        is_shown = kind is Kind.NUDGE and message in self.incentive.shown_in
        return self.incentive_texts if is_shown else {}

    def break_spans(self, zone_name: str) -> tuple[Span, ...]:
        """Return the breaks as spans in the zone, from 00:00 of the first day to 24:00 of the last."""
        return tuple(
            Span(start_of_day(each.first, zone_name), end_of_day(each.last, zone_name)) for each in self.breaks
        )

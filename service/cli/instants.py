"""Instants as people write them on the command line."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from service.domain.calendar import Instant, parse_rfc3339, start_of_day

if TYPE_CHECKING:
    _Base = click.ParamType[Instant]
else:
    _Base = click.ParamType


class InstantParameter(_Base):
    """An instant like 2026-12-18T18:00:00Z, or a day like 2026-12-18: its last moment, in UTC."""

    name = "T"

    def convert(self, value: str | Instant, param: click.Parameter | None, ctx: click.Context | None) -> Instant:
        """Return the instant; fails with what to write instead."""
        if isinstance(value, int):
            return value
        try:
            if len(value) == 10:
                return start_of_day(date.fromisoformat(value) + timedelta(days=1), "UTC") - 1
            return parse_rfc3339(value)
        except ValueError:
            self.fail(f'"{value}" is no instant. Write it like 2026-12-18T18:00:00Z, or a day: 2026-12-18.', param, ctx)


INSTANT = InstantParameter()

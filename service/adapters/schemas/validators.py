"""The two validators of one schema: jsonschema-rs for the door, jsonschema where staff read the answer."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from service.adapters.schemas.explain import Violation
from service.adapters.schemas.formats import TIME_ZONE, is_time_zone, reading_formats


class Compiled:
    """One schema, ready to judge events."""

    def __init__(self, schema: dict[str, Any]) -> None:
        """Raises: ValueError when the schema cannot be compiled; patterns must need no backtracking."""
        self.schema = schema
        self._door = jsonschema_rs.Draft202012Validator(
            schema,
            validate_formats=True,  # off by default, and then formats pass in silence
            formats={TIME_ZONE: is_time_zone},
            ignore_unknown_formats=False,
            pattern_options=jsonschema_rs.RegexOptions(),
            offline=True,
        )
        self.is_valid: Callable[[Any], bool] = self._door.is_valid

    def violations(self, event: Any) -> Iterator[Violation]:
        """Return what jsonschema-rs finds wrong."""
        for error in self._door.iter_errors(event):
            yield Violation(tuple(error.schema_path), tuple(error.instance_path))

    def read_violations(self, event: Any) -> Iterator[Violation]:
        """Return what jsonschema finds wrong; 100 times slower, independent of the other."""
        for error in self._reading.iter_errors(event):
            yield Violation(tuple(error.absolute_schema_path), tuple(error.absolute_path))

    @cached_property
    def _reading(self) -> Any:
        return _Reading(self.schema, format_checker=reading_formats())


@cache
def _strict(pattern: str) -> re.Pattern[str]:
    # In Python `$` also matches before a last line feed, so "Kim\n" would pass; in JSON Schema it is the end.
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern)


def _pattern(_validator: Any, pattern: str, instance: object, _schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _strict(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_Reading: Any = extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]

"""Looks at the machine: room on the disk, who may read secrets, and what it knows of time zones."""

from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import disk_usage
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.domain.calendar import Instant, to_datetime
from service.flow.checkup import Finding, broken, doubtful, well

_MIB: Final = 1024 * 1024
_ROOM: Final = 1024 * _MIB
_NO_ROOM: Final = 100 * _MIB
_OTHERS: Final = 0o007
_GROUP_AND_OTHERS: Final = 0o077


def examine_machine(data_dir: Path, environment: Mapping[str, str], now: Instant) -> Iterator[Finding]:
    """Yield what is found. Of secrets, only who may read them is looked at."""
    yield _room(data_dir)
    yield from _secrets(data_dir, environment)
    yield _zones(now)


def _room(data_dir: Path) -> Finding:
    try:
        free = disk_usage(data_dir).free
    except OSError as error:
        return broken("disk", f"The folder {data_dir} cannot be used ({error.strerror}).", "Check INTOUCH_DATA_DIR.")
    told = f"There are {free // _MIB:,} MiB free where {data_dir} is."
    if free < _NO_ROOM:
        return broken("disk", told, "Make room now: without it nothing can be accepted.")
    return doubtful("disk", told, "Make room before it is full.") if free < _ROOM else well("disk", told)


def _secrets(data_dir: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    named = {name: Path(path) for name, path in sorted(environment.items()) if _names_a_file(name)}
    for name, path in named.items():
        yield _readable(f"The file of {name}", path, _OTHERS)
    own = data_dir / "secret"
    if own.exists():
        yield _readable(f"The secret in {data_dir}", own, _GROUP_AND_OTHERS)


def _names_a_file(name: str) -> bool:
    return name.startswith("INTOUCH_") and name.endswith("_FILE")


def _readable(what: str, path: Path, too_many: int) -> Finding:
    try:
        mode = path.stat().st_mode & 0o777
    except OSError as error:
        return broken("secrets", f"{what} cannot be read ({error.strerror}).", "Check its path and its owner.")
    if mode & too_many:
        return doubtful("secrets", f"{what} may be read by others ({mode:o}).", f"chmod {mode & ~too_many:o} {path}")
    return well("secrets", f"{what} is for those it is meant for ({mode:o}).")


def _zones(now: Instant) -> Finding:
    try:
        ZoneInfo("America/Chicago")
        of_year = int(version("tzdata").partition(".")[0])
    except (ZoneInfoNotFoundError, PackageNotFoundError, ValueError):
        return broken("zones", "There is no time zone data.", "Install the package tzdata beside Intouch.")
    if of_year < to_datetime(now).year - 1:
        todo = "Update tzdata: countries change their clocks, and mail would come an hour off."
        return doubtful("zones", f"Time zone data is of {of_year}.", todo)
    return well("zones", f"Time zone data is of {of_year}.")

"""The lines of a file, sorted into parts that can be simulated apart."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from service.cli.event_file import Line
from service.domain.parts import Kinships, Member, shares

IN_PARTS_FROM = 20_000
EVENTS_A_PART = 8_000
"""Below so many lines one process is done before a second would have begun; parts of that size stay in its caches."""


@dataclass(slots=True)
class LineParts:
    """Lines by part. Those about a program itself, in `shared`, belong to every part of it."""

    parts: list[list[Line]] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    """The program of each part."""
    shared: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))

    def lines_of(self, part: int) -> list[Line]:
        """Return what a part is to be played with, in the order of the file."""
        return sorted([*self.shared.get(self.programs[part], ()), *self.parts[part]])


def sort_lines(lines: Sequence[bytes], most: int) -> LineParts:
    """Return the lines in parts of about `most` each. What is wrong with a line is found where it is played."""
    found, kin, of_line = LineParts(), Kinships(), list[Member | None]()
    known: dict[int, Member] = {}
    for number, line in enumerate(lines, 1):
        program, subject, id, data = _glance(line)
        member = kin.see(program, subject, data)
        of_line.append(member)
        if member is None:
            found.shared[program].append((number, line))
        else:
            # Sent twice under one id, the first counts, so both must be seen by one part.
            kin.join(known.setdefault(id, member), member)
    sizes = Counter(kin.part_of(each) for each in of_line if each is not None)
    place: dict[Member, int] = {}
    for share in shares(sizes, most):
        place.update(dict.fromkeys(share, len(found.parts)))
        found.parts.append([])
        found.programs.append(share[0][0])
    for number, (line, member) in enumerate(zip(lines, of_line, strict=True), 1):
        if member is not None:
            found.parts[place[kin.part_of(member)]].append((number, line))
    return found


def _glance(line: bytes) -> tuple[str, str, int, Mapping[str, object]]:
    """Return program, subject, a number for its id, and data, as far as they can be made out.

    A line that is no event comes out as one about nobody; whoever plays it will say what is wrong with it.
    """
    try:
        event = orjson.loads(line)
        program, subject, data = event["program"], event["subject"], event.get("data")
        known = hash((program, event["source"], event["id"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", "", 0, {}
    if not isinstance(program, str) or not isinstance(subject, str):
        return "", "", 0, {}
    return program, subject, known, data if isinstance(data, dict) else {}

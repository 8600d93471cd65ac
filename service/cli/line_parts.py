"""The lines of a file, sorted into parts that can be simulated apart. Only their places are held, not their text."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import NamedTuple

import orjson

from service.cli.event_file import Line
from service.domain.parts import NAMES, Kinships, Member, shares

IN_PARTS_FROM = 20_000
EVENTS_A_PART = 8_000
"""Below so many lines one process is done before a second would have begun; parts of that size stay in its caches."""


class Place(NamedTuple):
    """Lines of a file: their numbers, in order, and where each begins and ends in it."""

    numbers: "array[int]"
    begins: "array[int]"
    ends: "array[int]"

    def read(self, path: Path) -> Iterator[Line]:
        """Yield the lines with their numbers."""
        if self.numbers:
            with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as text:
                for number, begin, end in zip(*self, strict=True):
                    yield number, text[begin:end]


@dataclass(slots=True)
class LineParts:
    """The lines of one file by part, as their numbers. Those about a program itself belong to every part of it."""

    path: Path
    parts: list["array[int]"] = field(default_factory=list)
    programs: list[str] = field(default_factory=list)
    """The program of each part."""
    shared: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    begins: "array[int]" = field(default_factory=lambda: array("Q", [0, 0]))
    """Where each line begins, by its number, and where the last one ends; there is no line 0."""

    def place_of(self, part: int) -> Place:
        """Return where the lines stand with which a part is to be played."""
        return self._place([*self.shared.get(self.programs[part], ()), *self.parts[part]])

    def shared_place(self) -> Place:
        """Return where the lines stand that are about programs themselves."""
        return self._place([number for each in self.shared.values() for number in each])

    def _place(self, numbers: list[int]) -> Place:
        numbers.sort()
        begins = array("Q", [self.begins[each] for each in numbers])
        return Place(array("Q", numbers), begins, array("Q", [self.begins[each + 1] for each in numbers]))


def sort_lines(path: Path, most: int) -> LineParts:
    """Return the lines in parts of about `most` each. What is wrong with a line is found where it is played."""
    found, kin, of_line = LineParts(path), Kinships(), list[Member | None]()
    known, met = dict[int, Member](), dict[Member, Member]()
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            program, subject, id, data = _glance(line)
            found.begins.append(found.begins[number] + len(line))
            member = met.get((program, subject))
            if member is None or any(name in data for name in NAMES):
                seen = kin.see(program, subject, data)
                member = None if seen is None else met.setdefault(seen, seen)
            of_line.append(member)
            if member is None:
                found.shared[program].append(number)
                continue
            # Sent twice under one id, the first counts, so both must be seen by one part.
            if (first := known.setdefault(id, member)) is not member:
                kin.join(first, member)
    _share(found, kin, of_line, most)
    return found


def _share(found: LineParts, kin: Kinships, of_line: list[Member | None], most: int) -> None:
    """Give each line that is about somebody to a part, all of one kin to the same."""
    lines = Counter(each for each in of_line if each is not None)
    part_of = {each: kin.part_of(each) for each in lines}
    sizes = Counter[Member]()
    for each, number in lines.items():
        sizes[part_of[each]] += number
    place: dict[Member, int] = {}
    for share in shares(sizes, most):
        place.update(dict.fromkeys(share, len(found.parts)))
        found.parts.append(array("Q"))
        found.programs.append(share[0][0])
    for number, member in enumerate(of_line, 1):
        if member is not None:
            found.parts[place[part_of[member]]].append(number)


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

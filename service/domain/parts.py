"""Who can matter to whom: programs fall into parts that share nothing but their program and its staff."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.domain.events import SubjectKind

Member = tuple[str, str]
"""A subject, as its text, within its program."""

NAMES = ("mentor_id", "mentee_id")
"""The fields in which a mentorship's event names its people."""


class Kinships:
    """Joins mentorships with the people whom their events name, in any order of events."""

    def __init__(self) -> None:
        self._parent: dict[Member, Member] = {}

    def see(self, program: str, subject: str, data: Mapping[str, Any]) -> Member | None:
        """Take in an event's subject, and return it as a member; None for a program, which belongs to every part."""
        kind, _, _ = subject.partition("/")
        if kind == SubjectKind.PROGRAM:
            return None
        member = program, subject
        if kind == SubjectKind.MENTORSHIP:
            for name in NAMES:
                if isinstance(id := data.get(name), str):
                    self.join(member, (program, f"{SubjectKind.PARTICIPANT}/{id}"))
        return member

    def join(self, one: Member, other: Member) -> None:
        """Make two members belong to one part."""
        if one != other:
            self._parent[self.part_of(other)] = self.part_of(one)

    def part_of(self, member: Member) -> Member:
        """Return the member that stands for the part to which this one belongs."""
        parent = self._parent.setdefault(member, member)
        while parent != member:
            grand = self._parent[parent]
            self._parent[member] = grand
            member, parent = parent, grand
        return member


def shares(sizes: Mapping[Member, int], most: int) -> Iterator[list[Member]]:
    """Yield the parts in shares of one program each, of about `most` events where no single part has more."""
    share: list[Member] = []
    size = 0
    for part in sorted(sizes):
        if share and (size + sizes[part] > most or share[0][0] != part[0]):
            yield share
            share, size = [], 0
        share.append(part)
        size += sizes[part]
    if share:
        yield share

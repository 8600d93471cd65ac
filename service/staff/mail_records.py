"""DNS records as people paste them: one a line, as a zone file or `dig` writes them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

_LINE: Final = re.compile(r"^(\S+)\s+(?:\d+\s+)?(?:IN\s+)?(TXT|CNAME)\s+(.+)$", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_SECOND_LEVELS: Final = frozenset("ac co com edu gov net nom org sch".split())
"""Under two-letter ends, names below these belong to somebody each: example.ac.uk."""


@dataclass(frozen=True, slots=True)
class Records:
    """What is given of DNS: texts and aliases by name, in small letters and without the dot at the end."""

    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    aliases: dict[str, str] = field(default_factory=dict)

    def of_kind(self, name: str, beginning: str) -> list[str]:
        """Return the texts of a name that begin so, aliases followed once."""
        texts = self.texts.get(name) or self.texts.get(self.aliases.get(name, ""), [])
        return [each for each in texts if each.lower().startswith(beginning)]


def read_records(lines: Iterable[str]) -> tuple[Records, list[int]]:
    """Return the records, and the numbers of the lines that are none; empty lines and those after ; or # are let be."""
    records, strange = Records(), list[int]()
    for number, line in enumerate(lines, 1):
        said = line.strip()
        found = _LINE.match(said)
        if found is None:
            strange += [number] if said and said[0] not in ";#" else []
            continue
        name, kind, value = plain(found[1]), found[2].upper(), found[3].strip()
        if kind == "CNAME":
            records.aliases[name] = plain(value)
        else:
            records.texts[name].append("".join(_QUOTED.findall(value)) or value)
    return records, strange


def plain(name: str) -> str:
    """Return a name in small letters, without the dot at its end."""
    return name.lower().rstrip(".")


def organization_of(domain: str) -> str:
    """Return the domain that somebody registered: the last two names, or three under ends like ac.uk."""
    names = domain.split(".")
    three = len(names) > 2 and len(names[-1]) == 2 and names[-2] in _SECOND_LEVELS
    return ".".join(names[-3:] if three else names[-2:])


def tags(text: str) -> dict[str, str]:
    """Return what `v=DMARC1; p=none` says, by tag."""
    pairs: Sequence[tuple[str, str, str]] = [each.partition("=") for each in text.split(";")]
    return {name.strip().lower(): value.strip() for name, sign, value in pairs if sign}

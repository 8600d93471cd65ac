"""The mutants that may live: each changes nothing that anybody could notice, for a reason that is written down."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.mutation.mutants import Mutant

FILE = Path(__file__).with_name("explained.toml")
Key = tuple[str, str]
"""The place of a mutant and its change, as text."""


def key_of(mutant: Mutant) -> Key:
    return mutant.place, mutant.change


def explained() -> Mapping[Key, str]:
    """Return the reason for each mutant that is explained."""
    groups = tomllib.loads(FILE.read_text("utf-8"))["because"]
    return {
        (place, change.strip()): group["why"]
        for group in groups
        for place, changes in group["mutants"].items()
        for change in changes
    }


def stale(survivors: Iterable[Key], modules: Iterable[str]) -> list[Key]:
    """Return the explanations, in those modules, of mutants that exist no more or are killed."""
    asked, alive = set(modules), set(survivors)
    return [key for key in explained() if key[0].split(".")[0] in asked and key not in alive]

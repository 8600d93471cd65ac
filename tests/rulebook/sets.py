"""The catalogue, and rule sets written out for tests."""

from datetime import date
from functools import cache
from pathlib import Path

from service.adapters.rulebook.check import check
from service.adapters.rulebook.load import Loaded, load
from service.adapters.rulebook.problems import Problem, render
from service.adapters.rulebook.sources import MESSAGES, RESOURCES, RULES, Sources, read_sources
from service.adapters.schemas import load_schemas
from service.adapters.templates.uses import MessageUses
from service.domain.catalogue import Catalogue
from service.domain.rules import RuleSet

HERE = Path(__file__).parent
MISTAKES = HERE / "mistakes"
TODAY = date(2026, 11, 25)
"""The day on which mistakes are looked at."""


@cache
def catalogue() -> Catalogue:
    return load_schemas(HERE.parents[1] / "schemas").catalogue


@cache
def sound_sources() -> Sources:
    """Return a small rule set without a problem: two rules, one program, two messages, one resource."""
    return read_sources(HERE / "base/rules", HERE / "base/templates")


def with_mistake(path: Path) -> Sources:
    """Return the sound rule set and one more file: `.yaml`, `.message.md`, `.resource.md` or `.translation.md`.

    What a mistake needs around it stands in `NAME.program.yaml`, for a message in `NAME.rules.yaml`, and for a
    translation into Spanish in `NAME.original.md`.
    """
    around = (path.with_name(f"{name_of(path)}.{more}") for more in ("program.yaml", "rules.yaml", "original.md"))
    files = {_source(each): each.read_text("utf-8") for each in (path, *around) if each.exists()}
    return Sources({**sound_sources().files, **files})


def name_of(path: Path) -> str:
    return path.name.split(".")[0]


_FOLDERS = {
    ".message": MESSAGES,
    ".original": MESSAGES,
    ".translation": f"{MESSAGES}es/",
    ".resource": RESOURCES,
    ".before": RULES,
}


def _source(path: Path) -> str:
    ending = next((each for each in _FOLDERS if each in path.name), "")
    return _FOLDERS.get(ending, RULES) + path.name.replace(ending, "")


def load_rules(text: str, **more: str) -> Loaded:
    """Return what comes of one rules file; `more` are further files, by name."""
    named = {f"{RULES}{name}.yaml": content for name, content in more.items()}
    return load(Sources({f"{RULES}rules.yaml": text, **named}), catalogue())


def problems_of(path: Path) -> tuple[Problem, ...]:
    """Return what the checker finds in the sound set and one more file.

    Rules of other mistakes have no stories, so only those named for it are told so. What was live before is the sound
    set and, where there is one, `NAME.before.yaml`.
    """
    about_stories = path.name.startswith(("no-story", "thirty-no-story"))
    found = check(
        with_mistake(path), catalogue(), today=TODAY, read_messages=MessageUses, before=_live_before(path)
    ).problems
    return tuple(each for each in found if about_stories or not each.code.startswith("no-story"))


def _live_before(path: Path) -> RuleSet | None:
    earlier = path.with_name(f"{name_of(path)}.before.yaml")
    return load(with_mistake(earlier), catalogue()).rule_set if earlier.exists() else None


def shown(path: Path) -> str:
    """Return every problem as people read it, an empty line between two."""
    sources = with_mistake(path)
    return "\n\n".join(render(each, sources) for each in problems_of(path)) + "\n"

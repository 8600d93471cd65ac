"""The catalogue, and rule sets written out for tests."""

from functools import cache
from pathlib import Path

from service.adapters.rulebook.load import Loaded, load
from service.adapters.rulebook.problems import render
from service.adapters.rulebook.sources import MESSAGES, RESOURCES, RULES, Sources, read_sources
from service.adapters.schemas import load_schemas
from service.domain.catalogue import Catalogue

HERE = Path(__file__).parent
MISTAKES = HERE / "mistakes"


@cache
def catalogue() -> Catalogue:
    return load_schemas(HERE.parents[1] / "schemas").catalogue


@cache
def sound_sources() -> Sources:
    """Return a small rule set without a problem: two rules, one program, two messages, one resource."""
    return read_sources(HERE / "base/rules", HERE / "base/templates")


def with_mistake(path: Path) -> Sources:
    """Return the sound rule set and one more file: `.yaml`, `.message.md` or `.resource.md`."""
    folder = MESSAGES if ".message" in path.name else RESOURCES if ".resource" in path.name else RULES
    name = path.name.replace(".message", "").replace(".resource", "")
    return Sources({**sound_sources().files, folder + name: path.read_text("utf-8")})


def load_rules(text: str, **more: str) -> Loaded:
    """Return what comes of one rules file; `more` are further files, by name."""
    named = {f"{RULES}{name}.yaml": content for name, content in more.items()}
    return load(Sources({f"{RULES}rules.yaml": text, **named}), catalogue())


def shown(sources: Sources) -> str:
    """Return every problem as people read it, an empty line between two."""
    return "\n\n".join(render(each, sources) for each in load(sources, catalogue()).problems) + "\n"

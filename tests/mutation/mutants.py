"""The mutants of a module of the domain: its functions, each with one small mistake that mutmut made in it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from pathlib import Path
from textwrap import dedent

DOMAIN = Path("service/domain")
_DECORATOR = re.compile(r"^( *)@(?=(?:property|cached_property|cache)$)", re.MULTILINE)
_NAME = re.compile(r"(?P<function>x_.+|xǁ.+ǁ.+)__mutmut_\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One mistake: in which function of which module, the function's source with it, and what it changes.

    `function` is `span` or `Hours.spell`, as it stands in the module. `change` shows the lines as a diff does.
    """

    module: str
    function: str
    source: str
    change: str

    @property
    def place(self) -> str:
        """Where it is, as `calendar.span`."""
        return f"{self.module}.{self.function}"


def modules() -> list[str]:
    """Return the names of the domain's modules."""
    return sorted(path.stem for path in DOMAIN.glob("*.py") if path.stem != "__init__")


def mutants_of(module: str) -> Iterator[Mutant]:
    """Yield each mutant of the module, in the order of its functions.

    mutmut leaves decorated functions alone, since it runs what it has written. Nothing is run here but the function's
    own code, put under the decorators that the module has made, so they are hidden from it.
    """
    from mutmut.mutation.file_mutation import mutate_file_contents  # only who makes mutants needs it

    path = DOMAIN / f"{module}.py"
    mutated = mutate_file_contents(str(path), _DECORATOR.sub(r"\1# ", path.read_text("utf-8")))
    lines = mutated.code.splitlines()

    def source(name: str) -> str:
        span = mutated.line_span_by_function_name[name]
        return dedent("\n".join(lines[span.start - 1 : span.end])).replace(name, _own_name(name)).strip() + "\n"

    for name in mutated.mutant_names:
        changed = source(name)
        before = source(re.sub(r"\d+$", "orig", name))
        yield Mutant(module=module, function=_in_module(name), source=changed, change=_change(before, changed))


def _in_module(name: str) -> str:
    """Return `Hours.spell` for `xǁHoursǁspell__mutmut_3`, and `span` for `x_span__mutmut_1`."""
    found = _NAME.fullmatch(name)
    assert found, name
    return found["function"].removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")


def _own_name(name: str) -> str:
    return _in_module(re.sub("orig$", "0", name)).rpartition(".")[2]


def _change(before: str, after: str) -> str:
    """Return the lines that went and came, as `- old` and `+ new`."""
    told = ndiff(before.splitlines(), after.splitlines())
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in told if line[0] in "-+")

"""Putting a mutant in the place of the function that it was made from, wherever that is already known."""

import __future__

from functools import cached_property
from importlib import import_module
from textwrap import indent
from types import FunctionType

from tests.mutation.mutants import Mutant


def plant(mutant: Mutant) -> None:
    """Give the function the mutant's code, so that everybody who has imported it runs that from now on.

    What was worked out before with the code as it was is not worked out again: plant in a process that ran nothing.
    """
    function = _function(mutant)
    planted = _compiled(mutant, function)
    function.__code__ = planted.__code__
    function.__defaults__ = planted.__defaults__
    function.__kwdefaults__ = planted.__kwdefaults__


def _function(mutant: Mutant) -> FunctionType:
    """Return the plain function under whatever it is wrapped in."""
    *owners, name = mutant.function.split(".")
    space = vars(import_module(f"service.domain.{mutant.module}"))
    for owner in owners:
        space = vars(space[owner])
    held = space[name]
    if isinstance(held, property):
        held = held.fget
    elif isinstance(held, cached_property):
        held = held.func
    held = getattr(held, "__wrapped__", getattr(held, "__func__", held))
    assert isinstance(held, FunctionType), mutant.place
    return held


def _compiled(mutant: Mutant, function: FunctionType) -> FunctionType:
    """Return the mutant as a function with the free names of the one that it replaces (`super()` needs a class)."""
    source, name, free = _undecorated(mutant.source), function.__name__, function.__code__.co_freevars
    if free:
        around = _run(
            f"def around({', '.join(free)}):\n{indent(source, '    ')}    return {name}\n", "around", function
        )
        planted = around(*[None] * len(free))
        assert isinstance(planted, FunctionType)
        return planted
    return _run(source, name, function)


def _run(text: str, name: str, function: FunctionType) -> FunctionType:
    """Return the function of that name which the text defines among the names of the other one's module."""
    made: dict[str, object] = {}
    code = compile(text, f"<{name}>", "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True)
    exec(code, function.__globals__, made)
    defined = made[name]
    assert isinstance(defined, FunctionType)
    return defined


def _undecorated(source: str) -> str:
    lines = source.splitlines(keepends=True)
    while lines[0].startswith(("@", "#", "\n")):
        del lines[0]
    return "".join(lines)

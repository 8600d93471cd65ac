"""What makes a module impure: anything whose answer is not settled by its arguments."""

import ast
from collections.abc import Iterator

PURE_MODULES = frozenset(
    {
        "__future__", "abc", "bisect", "collections", "contextlib", "copy", "dataclasses", "datetime", "decimal",
        "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "html", "itertools", "json", "math",
        "operator", "re", "string", "textwrap", "types", "typing", "unicodedata", "urllib.parse", "zoneinfo",
    }
)  # fmt: skip
"""A list of what may be imported, not of what may not: a module nobody thought of is refused until it is."""

OWN_PACKAGES = ("service.domain", "service.staff")
EFFECTS = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"})
CLOCKS = frozenset({"now", "utcnow", "today"})


def impurities(source: str) -> list[str]:
    """Return every impure import or call in a module's source as `line: what`, none when it is pure."""
    return [f"{line}: {what}" for node in ast.walk(ast.parse(source)) for line, what in _faults(node)]


def _faults(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Import):
        yield from ((node.lineno, f"imports {name.name}") for name in node.names if not _is_pure(name.name))
    elif isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        names = [f"{module}.{name.name}" for name in node.names]
        yield from ((node.lineno, f"imports {name}") for name in names if not (_is_pure(module) or _is_pure(name)))
    elif isinstance(node, ast.Name) and node.id in EFFECTS:
        yield node.lineno, f"uses {node.id}"
    elif isinstance(node, ast.Attribute) and node.attr in CLOCKS and _names_a_clock(node.value):
        yield node.lineno, f"reads the clock with .{node.attr}"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
        yield node.lineno, f"reads the clock with .{node.func.attr}()"


def _is_pure(module: str) -> bool:
    own = any(module == package or module.startswith(f"{package}.") for package in OWN_PACKAGES)
    return own or module in PURE_MODULES or module.partition(".")[0] in PURE_MODULES


def _names_a_clock(node: ast.expr) -> bool:
    """Return whether the expression is `datetime`, `date` or `….datetime`; a field that is called `now` is no clock."""
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in ("datetime", "date")

"""The part of Jinja that messages may use, and the environment that runs it.

Jinja's sandbox guards objects, not time or memory: `{{ 'a' * 10**8 }}` is legal in it. So what may be written is
a short list, not a long prohibition: text, variables, `if`, one `for` at a time over a list of the context, a
few filters, comparisons, `+` and `-` on numbers. Without calls, products, joining and nested loops the work of a
template is bounded by its own length times the longest list or value (both bounded); every filter and every
rendering also checks the length of what it makes. No subprocess, timer or memory limit is needed.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from jinja2 import StrictUndefined, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.runtime import Context, LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

LONGEST_TEMPLATE: Final = 32_000
LONGEST_OUTPUT: Final = 20_000
"""Characters, values included. Five such parts stay near the 102 KB at which Gmail cuts a mail off."""

_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Getattr,
    nodes.Getitem,
    nodes.If,
    nodes.CondExpr,
    nodes.For,
    nodes.Assign,
    nodes.Filter,
    nodes.Keyword,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Neg,
)
_DEEPEST: Final = 60
_TOO_DEEP: Final = "things are nested too deeply here"
_TESTS: Final = ("defined", "undefined", "none", "odd", "even", "number", "string", "sequence", "in", "eq", "ne")
_WORDS: Final = {
    nodes.Mul: "*",
    nodes.Pow: "**",
    nodes.Mod: "%",
    nodes.Div: "/",
    nodes.FloorDiv: "//",
    nodes.Concat: "~",
    nodes.Macro: "macro",
    nodes.Include: "include",
    nodes.Extends: "extends",
    nodes.AssignBlock: "set … endset",
    nodes.Dict: "{…}",
}


class TooLongError(Exception):
    """A template or a filter made more text than a mail may hold."""


def bounded(length: int) -> None:
    """Raises: TooLongError."""
    if length > LONGEST_OUTPUT:
        raise TooLongError


def _join(items: Sequence[object], between: str = "") -> str:
    texts = [str(each) for each in items]
    bounded(sum(map(len, texts)) + len(between) * len(texts))
    return str(between).join(texts)


def _in_words(items: Sequence[object], last: str = "and") -> str:
    """Return `a, b and c`."""
    texts = [str(each) for each in items]
    return " ".join(part for part in (_join(texts[:-1], ", "), last if texts[1:] else "", *texts[-1:]) if part)


def _replace(text: object, old: str, new: str) -> str:
    whole = str(text)
    bounded(len(whole) + whole.count(old) * len(new))
    return whole.replace(old, new)


def _default(value: object, otherwise: object = "", boolean: bool = False) -> object:
    return otherwise if isinstance(value, Undefined) or (boolean and not value) else value


def _capitalized(text: object) -> str:
    """Return the text with a capital first letter, the rest as it was."""
    whole = str(text)
    return whole[:1].upper() + whole[1:]


FILTERS: Final[dict[str, Callable[..., object]]] = {
    "default": _default,
    "d": _default,
    "join": _join,
    "in_words": _in_words,
    "length": len,
    "count": len,
    "first": lambda items: next(iter(items), ""),
    "last": lambda items: items[-1] if items else "",
    "lower": lambda text: str(text).lower(),
    "upper": lambda text: str(text).upper(),
    "capitalize": _capitalized,
    "title": lambda text: str(text).title(),
    "trim": lambda text: str(text).strip(),
    "replace": _replace,
    "int": int,
    "sort": sorted,
    "unique": lambda items: list(dict.fromkeys(items)),
    "reverse": lambda items: items[::-1],
}


class MessageEnvironment(ImmutableSandboxedEnvironment):
    """Jinja for messages: the short grammar, keys of plain dicts only, and numbers only for `+` and `-`."""

    intercepted_binops = frozenset({"+", "-"})

    def __init__(self, finalize: Callable[[object], object]) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=True, finalize=finalize, keep_trailing_newline=True)
        self.globals.clear()
        self.filters.clear()
        self.filters.update(FILTERS)
        self.tests = {name: test for name, test in self.tests.items() if name in _TESTS}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        try:
            tree = super()._parse(source, name, filename)
        except RecursionError:
            raise TemplateSyntaxError(_TOO_DEEP, 1) from None
        refuse_the_rest(tree)
        return tree

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the key's value; a dict's methods are not there (`start.items` is a field)."""
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext | Undefined):
            return super().getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, list) and isinstance(argument, int) and -len(obj) <= argument < len(obj):
            return obj[argument]
        return self.getattr(obj, str(argument))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if isinstance(left, int | float) and isinstance(right, int | float):
            return super().call_binop(context, operator, left, right)
        raise TypeError(f'"{operator}" is for numbers; put texts beside each other, as {{{{ a }}}} {{{{ b }}}}')


def refuse_the_rest(tree: nodes.Template) -> None:
    """Raise TemplateSyntaxError, with its line, at the first thing that messages may not use."""
    _check_depth(tree)
    for node in _walk(tree):
        if not isinstance(node, _ALLOWED):
            word = _WORDS.get(type(node), type(node).__name__.lower())
            raise TemplateSyntaxError(f'"{word}" has no place in a message', node.lineno)
        if isinstance(node, nodes.For):
            _check_loop(node)
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            raise TemplateSyntaxError(f'there is no filter "{node.name}"', node.lineno)
        if isinstance(node, nodes.Test) and node.name not in _TESTS:
            raise TemplateSyntaxError(f'there is no test "{node.name}"', node.lineno)


def _check_depth(tree: nodes.Template) -> None:
    """Refuse what only a machine nests so deeply, before anything that walks the tree meets it."""
    level: list[nodes.Node] = [tree]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in node.iter_child_nodes()]
    if level:
        raise TemplateSyntaxError(_TOO_DEEP, level[0].lineno)


def _check_loop(loop: nodes.For) -> None:
    if loop.recursive or any(True for body in loop.body for _ in _loops_in(body)):
        raise TemplateSyntaxError("a loop within a loop has no place in a message", loop.lineno)
    source = loop.iter
    while isinstance(source, nodes.Filter) and source.node is not None:
        source = source.node
    if not isinstance(source, nodes.Name | nodes.Getattr):
        words = "a loop goes over a list that the message has, as in: for t in start.topics"
        raise TemplateSyntaxError(words, loop.lineno)


def _loops_in(node: nodes.Node) -> Iterator[nodes.Node]:
    return (each for each in _walk(node) if isinstance(each, nodes.For))


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    waiting: list[nodes.Node] = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(reversed(list(current.iter_child_nodes())))

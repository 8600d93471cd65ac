"""One compiled piece of a message (its subject, its body, a button's label …) and the words for what is wrong in it."""

import difflib
import itertools
import traceback
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from typing import Final

from jinja2 import Template, meta, nodes
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.runtime import Undefined

from service.adapters.templates.complaints import in_words
from service.adapters.templates.front_matter import Line
from service.adapters.templates.grammar import (
    LONGEST_OUTPUT,
    LONGEST_TEMPLATE,
    MessageEnvironment,
    TooLongError,
    bounded,
)
from service.adapters.templates.values import CLOSE, OPEN, Values
from service.domain.errors import RuleAuthorError

_rendering: ContextVar[Values] = ContextVar("values of the rendering under way")
"""Jinja's `finalize` knows the value and nothing else; this tells it whose rendering it is, in each thread."""


def _placeholder(value: object) -> object:
    # A constant is finalized while compiling, before any rendering: let Jinja do it again at rendering.
    if isinstance(value, Undefined):
        return str(value)  # raises, with the variable's name
    return _rendering.get().keep(value)


_ENVIRONMENT: Final = MessageEnvironment(_placeholder)


class Piece:
    """One text with Jinja in it, compiled once. `where` names the file, for the author."""

    __slots__ = ("_fixed", "_source", "_template", "_where")

    def __init__(self, where: str, source: Line) -> None:
        """Raises: RuleAuthorError when the text is no template, or uses what messages may not."""
        self._where, self._source = where, source
        tree = tree_of(where, source)
        self._fixed = _fixed(tree)
        self._template: Template = _ENVIRONMENT.from_string(tree)

    def render(self, context: Mapping[str, object], values: Values) -> str:
        """Return the text with placeholders that `values` knows. Raises: RuleAuthorError."""
        if self._fixed is not None:
            return self._fixed
        token = _rendering.set(values)
        try:
            return self._collect(self._chunks(context), values)
        except Exception:
            # Jinja's own way costs twice as much, and tells where in the file it went wrong.
            return self._render_traced(context, values)
        finally:
            _rendering.reset(token)

    def _chunks(self, context: Mapping[str, object]) -> Iterator[str]:
        return self._template.root_render_func(self._template.new_context(dict(context), shared=True))

    def _render_traced(self, context: Mapping[str, object], values: Values) -> str:
        try:
            return self._collect(self._template.generate(**context), values)
        except TooLongError as error:
            raise self._wrong(self._source.line, f"makes more than {LONGEST_OUTPUT} characters. Shorten it") from error
        except UndefinedError as error:
            raise self._wrong(self._line_of(error), _unknown(error, self.variables(), context)) from error
        except (SecurityError, TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise self._wrong(self._line_of(error), f"cannot be worked out ({error})") from error

    def variables(self) -> frozenset[str]:
        """Return the variables it uses, as dotted paths (`mentee.first_name`), without the names of its loops."""
        tree = tree_of(self._where, self._source)
        free = meta.find_undeclared_variables(tree)
        inner = {id(each.node) for each in tree.find_all(nodes.Getattr)}
        found = (path_of(each) for each in tree.find_all((nodes.Getattr, nodes.Name)) if id(each) not in inner)
        return frozenset(path for path in found if path and path.partition(".")[0] in free)

    @staticmethod
    def _collect(chunks: Iterator[str], values: Values) -> str:
        parts: list[str] = []
        length, before = 0, values.length
        for chunk in chunks:
            length += len(chunk)
            parts.append(chunk)
            # At most so long with its values put in; only where that is near the bound is it worth to be exact.
            if length + values.length - before > LONGEST_OUTPUT:
                bounded(sum(len(values.filled(each, str)) for each in parts))
        return "".join(parts)

    def _line(self, lineno: int) -> int:
        return self._source.line + lineno - 1

    def _line_of(self, error: Exception) -> int:
        frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename == "<template>"]
        return self._line(frames[-1].lineno or 1) if frames else self._source.line

    def _wrong(self, line: int, words: str) -> RuleAuthorError:
        return _wrong(self._where, line, words)


def tree_of(where: str, source: Line) -> nodes.Template:
    """Return the text as Jinja reads it. Raises: RuleAuthorError when it is no template, or uses what it may not."""
    text = source.text.replace(OPEN, "").replace(CLOSE, "")
    if len(text) > LONGEST_TEMPLATE:
        raise _wrong(where, source.line, f"is longer than {LONGEST_TEMPLATE} characters. Make it shorter")
    try:
        return _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        raise _wrong(where, source.line + error.lineno - 1, in_words(error.message or "")) from error
    except TemplateError as error:
        raise _wrong(where, source.line, str(error)) from error


def _fixed(tree: nodes.Template) -> str | None:
    """Return what a text without anything of Jinja's always comes to, or None."""
    inside = [each for output in tree.body for each in output.iter_child_nodes()]
    are_words = all(isinstance(each, nodes.Output) for each in tree.body)
    if not (are_words and all(isinstance(each, nodes.TemplateData) for each in inside)):
        return None
    return "".join(each.data for each in inside if isinstance(each, nodes.TemplateData))


def _wrong(where: str, line: int, words: str) -> RuleAuthorError:
    return RuleAuthorError(f"{where}:{line}: {words.rstrip('.')}{'' if words.endswith('?') else '.'}")


def path_of(node: nodes.Node) -> str | None:
    """Return the dotted path that a node reads (`mentee.first_name`), or None where it reads no variable."""
    if isinstance(node, nodes.Name):
        return node.name if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        before = path_of(node.node)
        return f"{before}.{node.attr}" if before else None
    return None


def _unknown(error: UndefinedError, used: frozenset[str], context: Mapping[str, object]) -> str:
    name = _name_in(str(error))
    asked = next((path for path in sorted(used) if path.rpartition(".")[2] == name), name)
    near = _nearest(asked, sorted(_paths(context)))
    hint = f'Did you mean "{near}"?' if near else f"It has: {', '.join(sorted(context))}."
    return f'"{asked}" is nothing that this message has here. {hint}'


def _nearest(asked: str, known: list[str]) -> str | None:
    by_last = {path.rpartition(".")[2]: path for path in reversed(known)}
    last = asked.rpartition(".")[2]
    near = difflib.get_close_matches(asked, known, n=1, cutoff=0.75) or difflib.get_close_matches(
        last, by_last, n=1, cutoff=0.75
    )
    return by_last.get(near[0], near[0]) if near else None


def _name_in(message: str) -> str:
    quoted = message.split("'")
    return quoted[-2] if len(quoted) > 2 else message


def _paths(context: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for key, value in context.items():
        yield f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from itertools.islice(_paths(value, f"{prefix}{key}."), 200)

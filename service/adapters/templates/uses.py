"""Which variables a message reads, branch by branch, without rendering it."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final

from jinja2 import nodes

from service.adapters.templates.front_matter import read_front_matter
from service.adapters.templates.pieces import path_of, tree_of
from service.domain.errors import RuleAuthorError
from service.staff.check.finding import Spot
from service.staff.check.spoken_of import Fault, Use

_MESSAGES: Final = "templates/messages/"
_WHERE: Final = re.compile(r"[^:]*:(?:(\d+):)? ?(.*)", re.DOTALL)
_GUARDS: Final = ("default", "d")
Parsed = tuple[tuple[int, nodes.Template], ...]
"""Each text of a message with Jinja in it, and the line of the file on which it begins."""


class MessageUses:
    """The messages of one set of texts, as the checker asks of them. A message is its original and its translations."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._found: dict[tuple[str, frozenset[str], frozenset[tuple[str, str]]], Sequence[Use]] = {}

    @cached_property
    def _paths(self) -> Mapping[str, Sequence[str]]:
        """The files of each message, the original first."""
        found: dict[str, list[str]] = {}
        for path in sorted(self._texts, key=lambda path: (path.count("/"), path)):
            if path.startswith(_MESSAGES):
                found.setdefault(path.rpartition("/")[2].removesuffix(".md"), []).append(path)
        return found

    def fault(self, message: str) -> Fault | None:
        """Return why a file of the message cannot be read, or None."""
        for path in self._paths.get(message, ()):
            try:
                _parsed(path, self._texts[path])
            except RuleAuthorError as error:
                return self._fault(path, str(error))
        return None

    def _fault(self, path: str, told: str) -> Fault:
        found, lines = _WHERE.fullmatch(told), self._lines(path)
        line = int(found[1] or 1) if found else 1
        length = len(lines[line - 1]) if line <= len(lines) else 1
        return Fault(Spot(path, line, 1, max(1, length)), found[2] if found else told)

    def uses(self, message: str, has: frozenset[str], known: Mapping[str, str]) -> Sequence[Use]:
        """Return what the message reads for a reader who has these variables, some of known value."""
        # A thousand rules send a hundred messages to the same few kinds of reader.
        key = (message, has, frozenset(known.items()))
        if key not in self._found:
            self._found[key] = [each for path in self._paths.get(message, ()) for each in self._read(path, has, known)]
        return self._found[key]

    def _read(self, path: str, has: frozenset[str], known: Mapping[str, str]) -> Sequence[Use]:
        lines = self._lines(path)
        found: dict[tuple[str, int], Use] = {}
        for first, tree in _parsed(path, self._texts[path]):
            for variable, lineno in _Reading(has, known).of(tree):
                spot = _spot(path, lines, first + lineno - 1, variable)
                found.setdefault((variable, spot.line), Use(variable, spot))
        return tuple(found.values())

    def words(self, message: str) -> Sequence[tuple[str, Spot]]:
        """Return every line of the message's files with its place."""
        return [
            (line, Spot(path, number, 1, max(1, len(line))))
            for path in self._paths.get(message, ())
            for number, line in enumerate(self._lines(path), 1)
        ]

    def _lines(self, path: str) -> list[str]:
        return self._texts[path].split("\n")


@lru_cache(maxsize=1_000)
def _parsed(path: str, text: str) -> Parsed:
    """Return the trees of a message's texts. Raises: RuleAuthorError."""
    parts = read_front_matter(path, text)
    lines = [line for key, line in parts.keys.items() if key in ("subject", "preheader", "digest_title")]
    lines += [line for button in parts.buttons for line in button]
    return tuple((line.line, tree_of(path, line)) for line in (*lines, parts.body))


def _spot(path: str, lines: Sequence[str], line: int, variable: str) -> Spot:
    """Return where the variable stands; Jinja knows the line of a tag, which may go on over several."""
    for number in range(line, min(line + 6, len(lines) + 1)):
        at = re.search(rf"(?<![\w.]){re.escape(variable)}(?!\w)", lines[number - 1])
        if at:
            return Spot(path, number, at.start() + 1, len(variable))
    return Spot(path, min(line, len(lines)), 1, 1)


class _Reading:
    """One walk over a tree, for a reader who has some variables; what is known decides branches."""

    def __init__(self, has: Container[str], known: Mapping[str, str]) -> None:
        self._has, self._known = has, known
        self._own = {"loop"}

    def of(self, node: nodes.Node) -> Iterator[tuple[str, int]]:
        """Yield each variable that is read, and the line of its text."""
        if isinstance(node, nodes.If | nodes.CondExpr):
            yield from self._branches(node)
        elif isinstance(node, nodes.For):
            yield from self.of(node.iter)
            self._own |= {each.name for each in node.target.find_all(nodes.Name)} | _named(node.target)
            yield from self._all(node.body + node.else_)
        elif isinstance(node, nodes.Assign):
            yield from self.of(node.node)
            self._own |= _named(node.target)
        elif isinstance(node, nodes.And | nodes.Or):
            yield from self._lazily(node)
        elif (path := path_of(node)) is not None:
            if path.partition(".")[0] not in self._own:
                yield path, node.lineno
        elif not self._is_guarded(node):
            yield from self._all(list(node.iter_child_nodes()))
        elif isinstance(node, nodes.Filter):
            yield from self._all(list(node.args))

    def _all(self, parts: Sequence[nodes.Node]) -> Iterator[tuple[str, int]]:
        for each in parts:
            yield from self.of(each)

    def _is_guarded(self, node: nodes.Node) -> bool:
        """Return whether the node only asks whether a variable is there, or says what else to write."""
        if isinstance(node, nodes.Test) and node.name in ("defined", "undefined"):
            return path_of(node.node) is not None
        return isinstance(node, nodes.Filter) and node.name in _GUARDS and path_of(node.node or node) is not None

    def _branches(self, node: nodes.If | nodes.CondExpr) -> Iterator[tuple[str, int]]:
        outcome = self._decided(node.test)
        if outcome is None:
            yield from self.of(node.test)
        chosen: list[nodes.Node]
        otherwise: list[nodes.Node]
        if isinstance(node, nodes.CondExpr):
            chosen, otherwise = [node.expr1], [node.expr2] if node.expr2 is not None else []
        else:
            chosen, otherwise = list(node.body), [*node.elif_, *node.else_]
        if outcome is not False:
            yield from self._all(chosen)
        if outcome is not True:
            yield from self._otherwise(otherwise)

    def _otherwise(self, parts: Sequence[nodes.Node]) -> Iterator[tuple[str, int]]:
        """Walk `elif` after `elif`; one that is sure to hold hides what follows it."""
        for each in parts:
            yield from self.of(each)
            if isinstance(each, nodes.If) and self._decided(each.test) is True:
                return

    def _lazily(self, node: nodes.And | nodes.Or) -> Iterator[tuple[str, int]]:
        left = self._decided(node.left)
        if left is None:
            yield from self.of(node.left)
        if left is not isinstance(node, nodes.Or):
            yield from self.of(node.right)

    def _decided(self, test: nodes.Node) -> bool | None:
        """Return how a condition comes out for everybody of whom the same is known, or None."""
        if isinstance(test, nodes.Not):
            inner = self._decided(test.node)
            return None if inner is None else not inner
        if isinstance(test, nodes.And | nodes.Or):
            return self._joined(test)
        if isinstance(test, nodes.Test) and test.name in ("defined", "undefined"):
            path = path_of(test.node)
            return None if path is None else (path in self._has) is (test.name == "defined")
        return self._compared(test) if isinstance(test, nodes.Compare) else None

    def _joined(self, test: nodes.And | nodes.Or) -> bool | None:
        sides = (self._decided(test.left), self._decided(test.right))
        decisive = isinstance(test, nodes.Or)
        if decisive in sides:
            return decisive
        return None if None in sides else not decisive

    def _compared(self, test: nodes.Compare) -> bool | None:
        value = self._known.get(path_of(test.expr) or "")
        if value is None or len(test.ops) != 1:
            return None
        other, how = _constants(test.ops[0].expr), test.ops[0].op
        if other is None or how not in ("eq", "ne", "in", "notin"):
            return None
        return (value in other) is (how in ("eq", "in"))


def _named(target: nodes.Node) -> set[str]:
    return {target.name} if isinstance(target, nodes.Name) else set()


def _constants(node: nodes.Node) -> list[str] | None:
    """Return the texts that a constant, or a list of them, may be; None where it is neither."""
    if isinstance(node, nodes.Const):
        return [_text(node.value)]
    if isinstance(node, nodes.List | nodes.Tuple) and all(isinstance(each, nodes.Const) for each in node.items):
        return [_text(each.value) for each in node.items if isinstance(each, nodes.Const)]
    return None


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Message and resource files taken apart: what stands between the `---` lines, and the Markdown below."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from service.domain.errors import RuleAuthorError

LONGEST_FILE: Final = 64_000
_LINKS: Final = {"buttons": "label", "sources": "title"}
"""The keys that are lists of links, and what each calls the words that stand on a link."""
_FRAME: Final = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Line:
    """One text of the front matter and the line of the file on which it begins."""

    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A file's keys, and its body with the line of the file on which it begins."""

    keys: Mapping[str, Line]
    buttons: tuple[tuple[Line, Line], ...]
    """Label and url of each button, in order."""
    sources: tuple[tuple[Line, Line], ...]
    """Title and url of each source, in order."""
    body: Line

    def text(self, key: str) -> str:
        found = self.keys.get(key)
        return found.text if found else ""


def read_front_matter(path: str, text: str) -> FrontMatter:
    """Return the parts of a message's or resource's file. Raises: RuleAuthorError with path and line."""
    if len(text) > LONGEST_FILE:
        raise RuleAuthorError(f"{path}: has {len(text)} characters; {LONGEST_FILE} are allowed. Make it shorter.")
    text = text.replace("\r\n", "\n")
    frame = _FRAME.match(text)
    if frame is None:
        raise RuleAuthorError(f"{path}:1: begins without front matter. Write --- , the keys such as subject:, and ---.")
    keys, links = _keys(path, frame[1])
    return FrontMatter(
        keys=keys,
        buttons=links.get("buttons", ()),
        sources=links.get("sources", ()),
        body=Line(text[frame.end() :], text.count("\n", 0, frame.end()) + 1),
    )


def _keys(path: str, source: str) -> tuple[dict[str, Line], dict[str, tuple[tuple[Line, Line], ...]]]:
    keys: dict[str, Line] = {}
    links: dict[str, tuple[tuple[Line, Line], ...]] = {}
    for key, value in _mapping(path, _compose(path, source)).items():
        if key in _LINKS:
            links[key] = _linked(path, key, value)
        elif isinstance(value, yaml.ScalarNode):
            keys[key] = _line(value)
        elif isinstance(value, yaml.SequenceNode):
            keys[key] = Line(", ".join(str(item.value) for item in value.value), value.start_mark.line + 2)
        else:
            raise _wrong(path, value, f'"{key}" is one text. If it begins with {{{{, put it in quotes')
    return keys, links


def _compose(path: str, source: str) -> yaml.Node | None:
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(source, yaml.SafeLoader)):
            raise RuleAuthorError(f"{path}: front matter has no aliases (*name). Write the text out.")
        return yaml.compose(source, yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark.line if error.problem_mark else 0) + 2
        raise RuleAuthorError(
            f"{path}:{line}: the front matter cannot be read ({error.problem}). "
            "Put texts that hold a colon or begin with {{ in quotes."
        ) from error
    except yaml.YAMLError as error:
        raise RuleAuthorError(
            f"{path}: the front matter holds a character that cannot be read. Type it anew."
        ) from error


def _mapping(path: str, node: yaml.Node | None) -> dict[str, yaml.Node]:
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise _wrong(path, node, "is not a list of keys. Write one `key: text` a line")
    return {str(key.value): value for key, value in node.value}


def _linked(path: str, key: str, node: yaml.Node) -> tuple[tuple[Line, Line], ...]:
    if not isinstance(node, yaml.SequenceNode):
        raise _wrong(path, node, f'"{key}" is a list. Write `- {{ {_LINKS[key]}: "…", url: "…" }}` below it')
    return tuple(_link(path, key, item) for item in node.value)


def _link(path: str, key: str, node: yaml.Node) -> tuple[Line, Line]:
    parts, first = _mapping(path, node), _LINKS[key]
    words, url = parts.get(first), parts.get("url")
    if not isinstance(words, yaml.ScalarNode) or not isinstance(url, yaml.ScalarNode) or len(parts) != 2:
        one = key.removesuffix("s")
        raise _wrong(path, node, f'a {one} has a {first} and a url: `- {{ {first}: "…", url: "…" }}`, both in quotes')
    return _line(words), _line(url)


def _line(node: yaml.ScalarNode) -> Line:
    return Line(str(node.value).strip(), node.start_mark.line + 2)


def _wrong(path: str, node: yaml.Node, words: str) -> RuleAuthorError:
    return RuleAuthorError(f"{path}:{node.start_mark.line + 2}: {words}.")

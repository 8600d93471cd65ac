"""The plain-text part, made from the same Markdown: wrapped, lists and quotes kept, links as numbered notes."""

import textwrap
from functools import lru_cache
from typing import Final

from markdown_it.tree import SyntaxTreeNode

from service.adapters.templates.hrefs import href
from service.adapters.templates.markdown import Body
from service.adapters.templates.values import OPEN, Values

WIDTH: Final = 76


def as_text(body: Body, values: Values) -> str:
    """Return the text, blocks apart by an empty line, its links noted below it. Raises: RuleAuthorError."""
    page = _Page(values)
    blocks = [fixed if node is None else page.block(node, WIDTH) for fixed, node in _blocks(body)]
    notes = "\n".join(f"[{number}] {url}" for number, url in enumerate(page.notes, 1))
    return "\n\n".join(part for part in (*blocks, notes) if part)


@lru_cache(maxsize=4_096)
def _blocks(body: Body) -> tuple[tuple[str, SyntaxTreeNode | None], ...]:
    """Return each block as text where it is the same in every mail, else as what makes it."""
    nodes = body.tree.children
    return tuple((_Page(Values()).block(each, WIDTH), None) if _is_fixed(each) else ("", each) for each in nodes)


def _is_fixed(node: SyntaxTreeNode) -> bool:
    """Return whether there is no value in it, and no link: those are numbered through the whole text."""
    return all(each.type != "link" and not (each.token and OPEN in each.token.content) for each in node.walk())


def wrapped(text: str, width: int = WIDTH) -> str:
    """Return the text in lines of at most so many characters; an address is never broken."""
    return "\n".join(_filled(line, width) for line in text.split("\n"))


def _filled(line: str, width: int) -> str:
    if "  " in line or line[:1] == " " or line[-1:] == " " or not line.isprintable():
        return textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
    # Nearly every line is words with one space between them, and `textwrap` takes five times as long for those.
    lines: list[str] = []
    for word in line.split(" "):
        if lines and len(lines[-1]) + len(word) < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


def underlined(title: str, line: str = "-") -> str:
    """Return a heading with a line below it."""
    head = wrapped(title)
    return f"{head}\n{line * max(map(len, head.splitlines()), default=0)}"


class _Page:
    """One body on its way to text. `notes` are the addresses of its links, in order, each once."""

    def __init__(self, values: Values) -> None:
        self.notes: list[str] = []
        self._values = values

    def blocks(self, node: SyntaxTreeNode, width: int, between: str = "\n\n") -> str:
        return between.join(text for child in node.children if (text := self.block(child, width)))

    def block(self, node: SyntaxTreeNode, width: int) -> str:
        if node.type == "heading":
            return underlined(self._words(node))
        if node.type in ("bullet_list", "ordered_list"):
            return self._list(node, width)
        if node.type == "blockquote":
            return textwrap.indent(self.blocks(node, width - 2), "> ", lambda _: True)
        if node.type == "table":
            rows = (row for part in node.children for row in part.children)
            return "\n".join(" | ".join(map(self._words, row.children)) for row in rows)
        return wrapped(self._words(node), width)

    def _list(self, node: SyntaxTreeNode, width: int) -> str:
        tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
        first = int(node.attrs.get("start", 1))
        items = (
            self._item(item, f"{first + place}. " if node.type == "ordered_list" else "- ", width, tight)
            for place, item in enumerate(node.children)
        )
        return ("\n" if tight else "\n\n").join(items)

    def _item(self, item: SyntaxTreeNode, bullet: str, width: int, tight: bool) -> str:
        text = self.blocks(item, width - len(bullet), "\n" if tight else "\n\n")
        return bullet + textwrap.indent(text, " " * len(bullet))[len(bullet) :]

    def _words(self, node: SyntaxTreeNode) -> str:
        if node.type == "link":
            return self._link(node)
        if node.type in ("softbreak", "hardbreak"):
            return " " if node.type == "softbreak" else "\n"
        if not node.children:
            return self._values.plain(node.content)
        return "".join(map(self._words, node.children))

    def _link(self, node: SyntaxTreeNode) -> str:
        label = "".join(map(self._words, node.children))
        url = href(str(node.attrs.get("href", "")), self._values)
        if not url or label == url:
            return label
        if url not in self.notes:
            self.notes.append(url)
        return f"{label} [{self.notes.index(url) + 1}]"

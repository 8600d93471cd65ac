"""What a code is: a stable name for one mistake, with what people are told of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """`text` says what is wrong and what to do. `warns`: it is a warning wherever it is said."""

    name: str
    text: str
    warns: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Codes that belong together, in the order in which people read of them."""

    title: str
    codes: tuple[Code, ...]

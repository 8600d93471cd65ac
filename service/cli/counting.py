"""Numbers of things, as people read them."""


def counted(number: int, word: str) -> str:
    """Return `1 rule`, `2 rules`, `1,200 stories`."""
    plural = f"{word[:-1]}ies" if word.endswith("ry") else f"{word}s"
    return f"{number:,} {word if number == 1 else plural}"

"""A small program whose rules have one message to send, as files: for tests of the way that a message takes."""

from pathlib import Path

PROGRAM = """
program: northfield
name: Northfield
timezone: America/Chicago
from: { name: Northfield, email: mentoring@northfield.example.org }
staff: { safeguarding: [dean@northfield.example.org] }
"""
MESSAGE = """---
subject: A word
preheader: From us
category: service
digest_title: A word
---
Hello.
"""


def write_rules(folder: Path, rules: str) -> dict[str, str]:
    """Write rules that send `word`, with their program and message, and return the settings that name them."""
    files = {
        "rules/rules.yaml": rules,
        "rules/programs/northfield.yaml": PROGRAM,
        "templates/messages/word.md": MESSAGE,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return {f"INTOUCH_{name.upper()}_DIR": str(folder / name) for name in ("rules", "templates")}

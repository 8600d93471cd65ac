"""The descriptions as they are made here and now; `python -m tests.descriptions.made` writes the copies in docs/."""

import json
from pathlib import Path
from typing import Any

from service.settings import ROOT, read_settings
from service.wiring import Installation

FOLDER = ROOT / "docs"
NAMES = ("openapi", "asyncapi")


def made(name: str) -> dict[str, Any]:
    intouch = Installation(read_settings({"INTOUCH_PUBLIC_URL": "https://intouch.example.org"}))
    description: dict[str, Any] = getattr(intouch, name)()
    return description


def copy_of(name: str) -> Path:
    return FOLDER / f"{name}.json"


def text_of(description: dict[str, Any]) -> str:
    return json.dumps(description, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in NAMES:
        copy_of(each).write_text(text_of(made(each)), "utf-8")

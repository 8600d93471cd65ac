"""The domain and what staff run over it read no clock, environment, randomness, file, network or log."""

from pathlib import Path

import pytest

from tests.structure.purity import impurities
from tests.structure.tree import ROOT

PURE = sorted(path for folder in ("domain", "staff") for path in (ROOT / "service" / folder).rglob("*.py"))


@pytest.mark.parametrize("path", PURE, ids=lambda path: str(path.relative_to(ROOT)))
def test_pure_modules_depend_on_their_arguments_alone(path: Path) -> None:
    assert impurities(path.read_text("utf-8")) == []


def test_there_are_pure_modules_to_look_at() -> None:
    assert {"events.py", "calendar.py", "rules.py"} <= {path.name for path in PURE}


def test_the_domain_does_not_know_what_staff_run() -> None:
    domain = [path for path in PURE if path.parent.name == "domain"]
    assert [path.name for path in domain if "service.staff" in path.read_text("utf-8")] == []


@pytest.mark.parametrize(
    "planted",
    [
        "import time",
        "import os",
        "import os.path as p",
        "from os import environ",
        "import random",
        "from random import choice",
        "import secrets",
        "import uuid",
        "import logging",
        "import socket",
        "import urllib.request",
        "import subprocess",
        "import sys",
        "import io",
        "import pathlib",
        "import threading",
        "import sqlalchemy",
        "from service.flow import ports",
        "from service import flow",
        "from service.adapters.store import sqlite",
        "from . import neighbour",
        "def f() -> None:\n    import time",
        "from datetime import datetime\nat = datetime.now()",
        "import datetime\nat = datetime.datetime.now(datetime.UTC)",
        "from datetime import datetime\nat = datetime.utcnow()",
        "from datetime import date\nday = date.today()",
        "from datetime import datetime\nclock = datetime.now",
        "from datetime import datetime as d\nat = d.now()",
        "open('facts.txt')",
        "read = open",
        "print('sent')",
        "input()",
        "eval('1')",
        "__import__('time')",
    ],
)
def test_each_planted_impurity_is_caught(planted: str) -> None:
    assert impurities(planted) != []


@pytest.mark.parametrize(
    "innocent",
    [
        "from datetime import UTC, date, datetime, time",
        "from collections.abc import Mapping",
        "from service.domain import calendar",
        "from service.domain.events import Event",
        "def decide(now: int) -> int:\n    return now",
        "due = situation.now + 1",
        "opened = this.open",
    ],
)
def test_what_only_looks_impure_is_let_pass(innocent: str) -> None:
    assert impurities(innocent) == []

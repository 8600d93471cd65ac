"""What is compiled does what the files say."""

import subprocess
import sys
from pathlib import Path
from shutil import copytree

import orjson
import pytest

from examples.semester import semester
from tests.structure.tree import ROOT

COMPILED = ROOT / ".compiled"
WAYS = ([sys.executable, "-m", "service"], [str(COMPILED / "intouch")])


def output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


@pytest.mark.soak
def test_compiled_and_not_the_same_is_sent_and_the_same_differs(tmp_path: Path) -> None:
    output(["make", "compiled"])
    assert list((COMPILED / "app" / "service" / "domain").glob("decide.*.so"))
    # Enough of them that several processes share the work, and hand back what they found.
    events = tmp_path / "events.ndjson"
    events.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in semester(pairs=700, weeks=16, seed=5)))
    edited = copytree(ROOT / "rules", tmp_path / "rules") / "conversations.yaml"
    edited.write_text(edited.read_text("utf-8").replace("wait: 14 days", "wait: 10 days"), "utf-8")
    against = ["--rules", str(edited.parent), "--against", "rules"]
    for words in ([], against, [*against, "--from-now"]):
        told, compiled = (output([*way, "simulate", str(events), *words, "--format", "json"]) for way in WAYS)
        assert len(told) > 1_000
        assert compiled == told

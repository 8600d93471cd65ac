"""The publishers in docs/publishing.md do what the page says, against the real door and a real store."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from service.domain.events import Incoming
from service.flow.accept import Accepted, Acceptor, StoreUnavailable
from tests.http.door import Door, MemoryIntake, served
from tests.http.guarded import KEY, Guarded
from tests.schemas.samples import cloudevent
from tests.structure.tree import ROOT

PAGE = (ROOT / "docs/publishing.md").read_text("utf-8")
EVENTS = [cloudevent("mentorship.matched", id=f"e-{n}") for n in range(3)]


def on_the_page(language: str) -> str:
    """Return the first program in that language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """Return what the page's Python defines."""
    names: dict[str, Any] = {}
    exec(compile(on_the_page("python"), "docs/publishing.md", "exec"), names)
    return names


@pytest.fixture
def door(guarded: Guarded) -> Iterator[Door]:
    with served(Acceptor(guarded.store, guarded.clock, lambda: None), permits=guarded.permits) as made:
        yield made


def test_its_python_publishes_once_however_often_it_is_called(page: dict[str, Any], door: Door) -> None:
    answers = [page["publish"](f"http://{door.address}", KEY, EVENTS) for _ in range(2)]
    assert answers == [{"accepted": 3, "duplicates": 0}, {"accepted": 0, "duplicates": 3}]


@pytest.mark.parametrize(
    ("key", "event", "status"),
    [
        ("intouch_wrong", EVENTS[0], 401),
        (KEY, {**EVENTS[0], "program": "riverside"}, 403),
        (KEY, {**EVENTS[0], "data": {}}, 422),
    ],
)
def test_its_python_tells_what_to_change_and_does_not_try_again(
    page: dict[str, Any], door: Door, monkeypatch: pytest.MonkeyPatch, key: str, event: object, status: int
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(page["time"], "sleep", slept.append)
    with pytest.raises(page["RefusedError"], match=f'"status":{status}'):
        page["publish"](f"http://{door.address}", key, [event])
    assert slept == []


class Unsure(MemoryIntake):
    """An intake that takes events in and fails to say so, for the first times that it is asked."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def accept(self, events: Sequence[Incoming]) -> Accepted:
        accepted = super().accept(events)
        if self.calls <= self.times:
            raise StoreUnavailable("busy", retry_after_s=7)
        return accepted


def test_its_python_comes_back_when_it_is_told_to(page: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(page["time"], "sleep", slept.append)
    intake = Unsure(times=2)
    with served(intake) as door:
        answer = page["publish"](f"http://{door.address}", KEY, EVENTS)
    assert (answer, [each.id for each in intake.taken]) == ({"accepted": 0, "duplicates": 3}, ["e-0", "e-1", "e-2"])
    assert len(slept) == 2
    assert min(slept) >= 7


def test_its_python_goes_on_where_nobody_listens_and_gives_up_in_the_end(
    page: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(page["time"], "sleep", slept.append)
    with served(MemoryIntake()) as door:
        gone = door.address
    with pytest.raises(TimeoutError, match="in 4 attempts"):
        page["publish"](f"http://{gone}", KEY, EVENTS, attempts=4)
    assert len(slept) == 4


@pytest.mark.servers
def test_its_curl_publishes_and_fails_where_it_is_refused(door: Door) -> None:
    taken, refused = curl(door, KEY), curl(door, "intouch_wrong")
    assert (taken.returncode, taken.stdout) == (0, b'{"accepted":1,"duplicates":0}')
    assert (refused.returncode, b'"status":401' in refused.stdout) == (22, True)


def curl(door: Door, key: str) -> "subprocess.CompletedProcess[bytes]":
    own = {"INTOUCH_URL": f"http://{door.address}", "INTOUCH_KEY": key}
    return subprocess.run(["sh", "-c", on_the_page("sh")], env={**os.environ, **own}, capture_output=True, check=False)


def test_its_table_names_every_refusal_of_the_door() -> None:
    told = {int(code) for row in re.findall(r"^\| ([0-9, ]+) \|", PAGE, re.MULTILINE) for code in row.split(", ")}
    assert told == {202, 400, 401, 403, 409, 413, 415, 422, 429, 503}

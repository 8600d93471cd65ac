"""`intouch publish` over HTTP: what is taken, what is refused by its line, and what happens where nobody answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from service.domain.errors import OperatorError
from service.flow.publish import TRIES, Line, NotNowError, Publishing, Refused, Sent
from tests.broker.site import Site, conversation
from tests.cli.commands import Ran, here

BAD = {**conversation(3), "type": "conversation.loged"}
TAKEN = {**conversation(1), "data": {"conversation_id": "c-other", "by": "mentor"}}


@contextmanager
def door(site: Site) -> Iterator[str]:
    """Give the address of a door that takes events into the site's store."""
    with site.installed() as intouch:
        server = intouch.server()
        server.start()
        yield f"http://{server.address}"
        server.stop(5)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path, "")
    made.migrate()
    return made


def ndjson(path: Path, *lines: Any) -> Path:
    path.write_bytes(b"\n".join(each if isinstance(each, bytes) else orjson.dumps(each) for each in lines))
    return path


def publish(site: Site, url: str, file: Path, *more: str) -> Ran:
    return here("publish", file, *more, environment={**site.own, "INTOUCH_URL": url})


def test_what_is_valid_goes_and_what_is_refused_is_told_by_its_line(site: Site, tmp_path: Path) -> None:
    lines = [conversation(1), b"", b"{", conversation(2), BAD, TAKEN, b"17", conversation(1)]
    file = ndjson(tmp_path / "events.ndjson", *lines)
    with door(site) as url:
        ended = publish(site, url, file)
        again = publish(site, url, file, "--format", "json")
    assert ended.code == 1
    assert ended.out == "3 published, 1 of them known before; 4 refused.\n"
    told = [line.partition(": ")[0] for line in ended.err.splitlines()]
    assert told == ["Line 3", "Line 5", "Line 6", "Line 7"]
    assert 'Line 5: /type: "conversation.loged"' in ended.err
    assert site.stored() == ["n-1", "n-2"]
    report = orjson.loads(again.out)
    assert (report["published"], report["duplicates"], report["refused"]) == (3, 3, 4)
    assert report["faults"][1]["line"] == 5


def test_many_go_in_batches_and_it_ends_with_success(site: Site, tmp_path: Path) -> None:
    file = ndjson(tmp_path / "events.ndjson", *(conversation(n) for n in range(450)))
    with door(site) as url:
        ended = publish(site, url, file)
    assert (ended.code, ended.out) == (0, "450 published; 0 refused.\n")
    assert len(site.stored()) == 450


@pytest.mark.parametrize(
    ("to", "told"), [("ftp://example.org", "Events go to a URL"), ("broker", "There is no broker")]
)
def test_where_nothing_can_go_is_told(site: Site, tmp_path: Path, to: str, told: str) -> None:
    ended = here("publish", ndjson(tmp_path / "e", conversation(1)), "--to", to, environment=site.own)
    assert ended.code == 1
    assert told in ended.err


class Away:
    """A target that cannot be used for some times, and then takes everything."""

    def __init__(self, times: int, after_s: float | None = None) -> None:
        self.times, self.after_s = times, after_s

    def send(self, lines: list[Line]) -> Sent:
        if self.times:
            self.times -= 1
            raise NotNowError("It is away.", self.after_s)
        return Sent(0, [Refused(lines[0].number, "", "no")])


def publishing(target: Any, rests: list[float]) -> Publishing:
    return Publishing(target=target, decode=orjson.loads, jitter=lambda: 0.5, rest=rests.append)


def test_it_waits_as_long_as_it_is_told_and_tries_again() -> None:
    rests: list[float] = []
    made = publishing(Away(2, after_s=7), rests)
    assert list(made.run([b"{}\n", b"{}\n"])) == [6]
    assert (rests, made.taken, made.refused) == ([7, 7], 1, [Refused(1, "", "no")])


def test_it_gives_up_in_the_end_and_says_where() -> None:
    rests: list[float] = []
    lines = publishing(Away(TRIES), rests).run([b"\n", b"{}\n"])
    with pytest.raises(OperatorError, match=r"It is away. It stopped before line 2; .* is safe"):
        list(lines)
    assert len(rests) == TRIES - 1
    assert rests == sorted(rests)

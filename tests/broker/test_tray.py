"""Micro-batches: full, or nothing came for a moment; in order; what came back stands alone."""

from threading import Thread

import pytest

from service.adapters.broker.binding import Message
from service.adapters.broker.tray import Delivery, Tray

NOTHING = Message(body=b"", content_type="", content_encoding="", headers={})
LONG_S = 30.0


def filled(tray: Tray, *came_back: bool) -> None:
    for tag, each in enumerate(came_back):
        tray.put(Delivery(message=NOTHING, tag=tag, line=1, came_back=each))


def tags(tray: Tray) -> list[int]:
    return [each.tag for each in tray.take()]


def test_a_full_batch_is_taken_at_once() -> None:
    tray = Tray(3, LONG_S)
    filled(tray, *[False] * 7)
    assert [tags(tray), tags(tray)] == [[0, 1, 2], [3, 4, 5]]


def test_a_part_of_a_batch_is_taken_when_nothing_more_comes() -> None:
    tray = Tray(3, 0.001)
    filled(tray, False)
    assert tags(tray) == [0]


def test_what_came_back_stands_alone() -> None:
    tray = Tray(10, 0.001)
    filled(tray, False, False, True, True, False)
    assert [tags(tray) for _ in range(4)] == [[0, 1], [2], [3], [4]]


def test_what_came_back_does_not_wait_for_others() -> None:
    tray = Tray(10, LONG_S)
    filled(tray, True)
    assert tags(tray) == [0]


def test_a_closed_tray_is_emptied_and_then_says_so() -> None:
    tray = Tray(10, LONG_S)
    filled(tray, False)
    tray.close()
    assert [tags(tray), tags(tray)] == [[0], []]


def test_who_waits_for_a_batch_is_let_go_when_the_tray_is_closed() -> None:
    tray, taken = Tray(10, LONG_S), list[list[Delivery]]()
    waiting = Thread(target=lambda: taken.append(tray.take()))
    waiting.start()
    tray.close()
    waiting.join(30)
    assert taken == [[]]


def test_who_gathers_when_the_connection_is_lost_waits_for_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty batch means that there will be no more: who consumes would end."""
    tray = Tray(2, 0.001)
    filled(tray, False)
    gather = tray._gather
    next_line = Thread(target=tray.put, args=(Delivery(message=NOTHING, tag=7, line=2, came_back=False),))

    def lost() -> None:
        monkeypatch.setattr(Tray, "_gather", lambda _: gather())
        tray.clear()
        next_line.start()

    monkeypatch.setattr(Tray, "_gather", lambda _: lost())
    assert tags(tray) == [7]
    next_line.join()

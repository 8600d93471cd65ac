"""The sample semester that `make run` begins with: played through the real pipeline, up to now."""

from pathlib import Path

import pytest

from service.cli import play
from service.settings import read_settings
from service.wiring import Installation


def test_a_newcomer_finds_half_a_semester_and_the_mail_it_brought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(play, "PAIRS", 3)
    intouch = Installation(read_settings({"INTOUCH_DATA_DIR": str(tmp_path)}))
    intouch.migrate()
    intouch.rules_folder.refresh()
    play.play_semester(intouch)
    with intouch.store.reading() as snapshot:
        pairs = snapshot.all_subjects("northfield", "mentorships")
    sent = intouch.mailbox.count()
    assert len(pairs) >= 3
    assert sent > 10
    play.play_semester(intouch)
    assert intouch.mailbox.count() == sent, "what is there already is left alone"
    intouch.close()

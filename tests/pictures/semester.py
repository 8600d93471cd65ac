"""The sample semester, played and summed up, as pictures and looks want it."""

from dataclasses import replace
from pathlib import Path

from service.cli.play import play_semester
from service.settings import read_settings
from service.wiring import Installation


def played(folder: Path) -> Installation:
    """Return an installation in the folder in which the sample semester was lived."""
    settings = read_settings({"INTOUCH_DATA_DIR": str(folder / "var")})
    intouch = Installation(replace(settings, http="127.0.0.1:0", console_http="127.0.0.1:0"))
    intouch.migrate()
    intouch.rules_folder.refresh()
    play_semester(intouch)
    intouch.summing_up.sum_up()
    return intouch

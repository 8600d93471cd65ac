"""How the log is written: a line for people, or one JSON object a line. Nobody's data in either.

Our own lines are written so that they hold none. What a library says is kept without what it fills in, and a trace
without the exception's words: either may be somebody's address, or the token of a link.
"""

import logging
import sys
import traceback
from typing import Final

import orjson

from service.domain.calendar import format_rfc3339
from service.settings import LogForm

_OURS: Final = ("intouch", "service")


def begin_log(form: LogForm) -> None:
    """Write the log to standard error in the form given, from now on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form is LogForm.JSON else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    logging.raiseExceptions = False  # a line that cannot be written would be shown with all that it was made of
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # whatever it reports with a trace, we report in a line


class TextLines(logging.Formatter):
    """Time, level, who says it, and what; then the trace, where something was raised."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{_time(record)} {record.levelname} {record.name} {_told(record)}"
        return f"{line}\n{_trace(record.exc_info)}" if record.exc_info else line


class JsonLines(logging.Formatter):
    """One object a line: `time`, `level`, `logger`, `thread`, `message`, and `trace` where something was raised."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "thread": record.threadName,
            "message": _told(record),
        }
        if record.exc_info:
            line["trace"] = _trace(record.exc_info)
        return orjson.dumps(line).decode()


def _time(record: logging.LogRecord) -> str:
    return format_rfc3339(int(record.created * 1_000) * 1_000)


def _told(record: logging.LogRecord) -> str:
    """Return the message; of a library's, only what it writes each time."""
    ours = record.name.partition(".")[0] in _OURS
    return record.getMessage() if ours else str(record.msg)


def _trace(raised: object) -> str:
    """Return where an exception was raised, and its type."""
    if not isinstance(raised, tuple) or raised[0] is None:
        return ""
    kind, _, where = raised
    return "".join(traceback.format_tb(where)) + str(kind.__name__)

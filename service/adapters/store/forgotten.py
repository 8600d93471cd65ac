"""Forgotten sends in the store: a row for each decision that went out before the store was put back."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from service.adapters.store.session import Session
from service.flow.forgotten_port import ForgottenSend

FORGOTTEN: Final = """
SELECT f.mark, f.send_id, f.at FROM {listed} AS wanted CROSS JOIN forgotten_sends AS f WHERE f.mark = wanted.mark
"""
COUNT: Final = "SELECT count(*) FROM forgotten_sends"
KEEP: Final = """
INSERT INTO forgotten_sends (mark, send_id, at) VALUES (:mark, :send_id, :at) ON CONFLICT (mark) DO NOTHING
"""


class SqlForgottenReading:
    """A `ForgottenReading` over one transaction."""

    _session: Session

    def forgotten(self, marks: Collection[str]) -> Mapping[str, ForgottenSend]:
        rows = self._session.listed(FORGOTTEN, [(mark,) for mark in marks], "mark")
        return {mark: ForgottenSend(send_id=send_id, at=at, marks=(mark,)) for mark, send_id, at in rows}

    def count_forgotten(self) -> int:
        row = self._session.one(COUNT, {})
        return int(row[0]) if row else 0


class SqlForgottenWriting(SqlForgottenReading):
    """A `ForgottenWriting` over one transaction."""

    def keep_forgotten(self, sends: Iterable[ForgottenSend]) -> int:
        rows = [{"mark": mark, "send_id": each.email_id, "at": each.at} for each in sends for mark in each.marks]
        # In one order, so that two who hear of the same sends do not wait in a circle.
        return sum(self._session.change(KEEP, row) for row in sorted(rows, key=lambda row: str(row["mark"])))

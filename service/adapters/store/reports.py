"""Reports in the store: what was reported, the emails that came back, and the addresses that take no mail.

Each is one statement for all rows: a round trip for each of a thousand reports is longer than a provider waits.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from service.adapters.store.address_hash import address_hash
from service.adapters.store.session import Session
from service.domain.calendar import Instant
from service.domain.suppression import Suppression
from service.flow.report_port import ReportKey

# Keep a report, once.
KEEP_REPORT: Final = """
INSERT INTO reports (send_id, what, at, detail) VALUES (:send_id, :what, :at, :detail)
ON CONFLICT (send_id, what, at) DO NOTHING RETURNING send_id, what, at
"""

# Emails that may yet come back, each held so that two who hear of the same ones meet in one order. Note that they did.
STILL_OUT: Final = """
SELECT s.id FROM {listed} AS wanted JOIN emails AS s ON s.id = wanted.id
WHERE s.state IN ('sending', 'unknown', 'sent') ORDER BY s.id
"""
GIVE_BACK: Final = """
UPDATE emails SET state = 'returned', settled_at = :at, error = wanted.error
FROM {listed} AS wanted WHERE emails.id = wanted.id
"""
FORGET_DECISIONS: Final = "DELETE FROM ledger WHERE email IN (SELECT wanted.email FROM {listed} AS wanted)"

# Block an address; the first reason stands. Allow it again.
SUPPRESS: Final = """
INSERT INTO suppressions (address, reason, at, detail) VALUES (:address, :reason, :at, :detail)
ON CONFLICT (address) DO NOTHING RETURNING address
"""
ALLOW: Final = "DELETE FROM suppressions WHERE address = :address"


class SqlReportWriting:
    """A `ReportWriting` over one transaction."""

    _session: Session
    _secret: bytes

    def keep_reports(self, details: Mapping[ReportKey, str]) -> Collection[ReportKey]:
        rows = [{**key._asdict(), "detail": details[key]} for key in sorted(details)]
        return {ReportKey(*row) for row in self._session.add_each(KEEP_REPORT, rows)}

    def give_back(self, errors: Mapping[str, str], at: Instant) -> Collection[str]:
        statement = STILL_OUT + self._session.flavour.locked
        out = [id for (id,) in self._session.listed(statement, [(id,) for id in sorted(errors)], "id")]
        self._session.change_listed(GIVE_BACK, [(id, errors[id]) for id in out], "id", "error", at=at)
        return out

    def decide_anew(self, emails: Sequence[str]) -> None:
        self._session.change_listed(FORGET_DECISIONS, [(each,) for each in emails], "email")

    def suppress(self, found: Mapping[str, Suppression]) -> Collection[str]:
        # Written back to front, so that of two ways to write one address the first is blocked.
        hashed = {address_hash(self._secret, address): address for address in reversed(list(found))}
        rows = [
            {"address": key, "reason": why.reason.value, "at": why.at, "detail": why.detail}
            for key, why in sorted((key, found[address]) for key, address in hashed.items())
        ]
        return {hashed[bytes(key)] for (key,) in self._session.add_each(SUPPRESS, rows)}

    def allow(self, address: str) -> bool:
        return self._session.change(ALLOW, {"address": address_hash(self._secret, address)}) == 1

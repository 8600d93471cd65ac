"""How many emails people get in a week, from the lines that `intouch simulate --format json` prints.

python examples/semester.py --pairs 500 | intouch simulate - --format json | python -m examples.weekly_mail
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

WEEK = timedelta(days=7)
OTHERS = ("staff.", "advisor:")
"""How recipients begin who take part in nothing."""


def report(lines: Iterable[str]) -> str:
    """Return the report as text; weeks are those of the calendar, in UTC."""
    notices = [each for each in map(json.loads, lines) if not each["recipient"].startswith(OTHERS)]
    if not notices:
        return "No participant gets anything.\n"
    emails = _instants(notices)
    nudges = _instants([each for each in notices if each["kind"] == "nudge"])
    per_week = Counter(number for each in emails.values() for number in _by_week(each).values())
    told = [f"{len(emails)} people, {sum(map(len, emails.values()))} emails", "", "emails  person-weeks"]
    told += [f"{number:6}  {weeks:12}" for number, weeks in sorted(per_week.items())]
    told += ["", f"most in any 7 days: {_most(emails)}; of emails with nudges: {_most(nudges)}", ""]
    kinds = Counter(each["kind"] for each in notices)
    told += [f"{kind}: {number}" for kind, number in kinds.most_common()]
    return "\n".join(told) + "\n"


def _instants(notices: Iterable[Mapping[str, Any]]) -> dict[str, list[datetime]]:
    """Return when each person gets an email, in order; notices that share one count once."""
    emails = {(each["recipient"], each["email"]): datetime.fromisoformat(each["at"]) for each in notices}
    found: dict[str, list[datetime]] = defaultdict(list)
    for (person, _), at in sorted(emails.items(), key=lambda each: each[1]):
        found[person].append(at)
    return found


def _by_week(instants: Sequence[datetime]) -> Counter[tuple[int, int]]:
    return Counter(at.isocalendar()[:2] for at in instants)


def _most(people: Mapping[str, Sequence[datetime]]) -> int:
    """Return the most that one person gets in any seven days."""
    return max((_busiest(each) for each in people.values()), default=0)


def _busiest(instants: Sequence[datetime]) -> int:
    return max(sum(begin <= each < begin + WEEK for each in instants) for begin in instants)


if __name__ == "__main__":
    sys.stdout.write(report(sys.stdin))

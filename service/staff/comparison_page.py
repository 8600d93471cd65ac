"""A comparison as HTML: one page that needs nothing else and runs no script, or its body for another page.

Its plots stand beside the tables of the same figures. Nobody appears but by id.
"""

from collections.abc import Iterable, Iterator
from html import escape

from service.domain.calendar import Instant
from service.staff.compare import Change, Comparison, Concerned, Counts
from service.staff.comparison_style import STYLE
from service.staff.comparison_words import CHANGES, Naming, first_day, load_words, summary, why_words
from service.staff.load import Above
from service.staff.plots import Diverging, Paired, diverging, paired
from service.staff.sentence import written

MOST_PEOPLE = 1_000
"""Rows about people on the page; JSON has all."""

_OF_PEOPLE = ("Recipient", "Change", "Rule", "Why", "First")
_OF_WEEKS = ("In a week", "Before", "After")
_HEADINGS = ("Before", "After", *(CHANGES[change].capitalize() for change in Change))


def comparison_page(comparison: Comparison, naming: Naming, heading: str) -> str:
    """Return the whole page."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(heading)}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(heading)}</h1>\n{comparison_body(comparison, naming)}"
        "<footer><p>Made by Intouch from two rule sets on virtual time. Nothing was sent.</p></footer>\n"
        "</main>\n</body>\n</html>\n"
    )


def comparison_body(comparison: Comparison, naming: Naming) -> str:
    """Return the sections of the page, from `h2` down."""
    sections = [_sum(comparison)]
    if not comparison.is_empty:
        sections += [_rules(comparison, naming), _people(comparison, naming)]
    sections.append(_load(comparison))
    return "\n".join(sections) + "\n"


def _sum(comparison: Comparison) -> str:
    said = [summary(comparison), first_day(comparison), load_words(comparison)]
    since, until = comparison.since, comparison.until
    if since is not None and until is not None:
        said.insert(0, f"From {_utc(since)} to {_utc(until)}, if nothing more happens.")
    total, tiles = comparison.total(), []
    for change in Change:
        tiles.append(f"<div><dt>{CHANGES[change].capitalize()}</dt><dd>{getattr(total, change):,}</dd></div>")
    paragraphs = "".join(f"<p>{escape(each)}</p>" for each in said if each)
    return f'<section class="sum">{paragraphs}<dl class="tiles">{"".join(tiles)}</dl></section>'


def _rules(comparison: Comparison, naming: Naming) -> str:
    differ = sorted((known, counts) for known, counts in comparison.rules.items() if counts.differ)
    several = len(comparison.by_program()) > 1
    bars = [
        Diverging(f"{known[1]} ({known[0]})" if several else known[1], counts.fewer, counts.more)
        for known, counts in differ
        if counts.more or counts.fewer
    ]
    plot = diverging("by-rule", "Messages more and fewer, by rule", bars) if bars else ""
    if plot:
        plot = f"<figure>{plot}<figcaption>fewer to the left, more to the right</figcaption></figure>"
    return (
        f"<section><h2>By rule</h2>{plot}{_rule_table(comparison, naming)}"
        + _note("Rules that send the same as before are left out; their messages are in each program’s line.")
        + "</section>"
    )


def _rule_table(comparison: Comparison, naming: Naming) -> str:
    rows = []
    for program, total in comparison.by_program().items():
        rows.append(_counts_row(f"<strong>{escape(program)}</strong>, all rules", total))
        for (its, rule), counts in sorted(comparison.rules.items()):
            if its == program and counts.differ:
                title = naming.title(rule)
                named = f"{escape(title)}<br><code>{escape(rule)}</code>" if title != rule else escape(rule)
                rows.append(_counts_row(named, counts))
    return _table("Messages by program and rule", ("Rule", *_HEADINGS), rows, "numbers")


def _counts_row(name: str, counts: Counts) -> str:
    changes = [getattr(counts, change) for change in Change]
    numbers = [counts.before, counts.after, *changes]
    cells = "".join(f'<td class="n">{number:,}</td>' for number in numbers)
    return f'<tr><th scope="row">{name}</th>{cells}</tr>'


def _people(comparison: Comparison, naming: Naming) -> str:
    people = [each for each in comparison.people() if each.change in (Change.MORE, Change.FEWER)]
    moved = sum(each.number for each in comparison.people() if each.change not in (Change.MORE, Change.FEWER))
    parts = ["<section><h2>Who gains or loses a message, and why</h2>"]
    if people:
        rows = [_person_row(each, naming) for each in people[:MOST_PEOPLE]]
        parts.append(_table("Recipients who gain or lose messages", _OF_PEOPLE, rows))
    else:
        parts.append("<p>Nobody: messages only move or say something else.</p>")
    if len(people) > MOST_PEOPLE:
        parts.append(_note(f"And {len(people) - MOST_PEOPLE:,} rows more; the JSON output has them all."))
    if moved:
        parts.append(_note(f"{moved:,} more move to another time or say something else."))
    return "".join([*parts, "</section>"])


def _person_row(each: Concerned, naming: Naming) -> str:
    said = f'<span class="{each.change}">{each.number:,} {CHANGES[each.change]}</span>'
    first = written(each.first, naming.zone(each.program))
    why = why_words(each.change, each.why)
    cells = (said, f"<code>{escape(each.rule)}</code>", escape(why[0].upper() + why[1:]), escape(first))
    head = f'<th scope="row">{escape(each.recipient)} <small>{escape(each.program)}</small></th>'
    return f"<tr>{head}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _load(comparison: Comparison) -> str:
    before, after = comparison.before, comparison.after
    numbers = range(1, max(before.most, after.most) + 1)
    bars = [Paired(_emails(number), before.weeks[number], after.weeks[number]) for number in numbers]
    rows = [_row(bar.label, f"{bar.before:,}", f"{bar.after:,}", sort="n") for bar in bars]
    plot = f"<figure>{paired('load', 'Weeks of anybody with that many emails', bars)}{_KEY}</figure>" if bars else ""
    above = sorted(before.above.keys() | after.above.keys())
    return (
        f"<section><h2>Emails per person and week</h2>{plot}"
        f"<details open><summary>The figures</summary>"
        f"{_table('Weeks of anybody with that many emails', _OF_WEEKS, rows, 'numbers')}</details>"
        f"{''.join(_above(above, comparison))}"
        f"{_note('Weeks begin on Monday, 00:00 UTC. Those without an email are not counted.')}</section>"
    )


_KEY = (
    '<figcaption><span class="key before"></span> before <span class="key after"></span> after, '
    "in weeks of one person</figcaption>"
)


def _above(people: list[tuple[str, str]], comparison: Comparison) -> Iterator[str]:
    aim = max(comparison.before.aim, comparison.after.aim)
    yield f"<h3>Above {aim} emails in a week</h3>"
    if not people:
        yield "<p>Nobody, before or after.</p>"
        return
    rows = (
        _row(
            f"{id} ({program})",
            *(_weeks(load.above.get((program, id))) for load in (comparison.before, comparison.after)),
        )
        for program, id in people[:MOST_PEOPLE]
    )
    yield _table("People above the weekly aim of the limits", ("Participant", "Before", "After"), rows)
    if len(people) > MOST_PEOPLE:
        yield _note(f"And {len(people) - MOST_PEOPLE:,} more; the JSON output has them all.")


def _weeks(above: Above | None) -> str:
    if above is None:
        return "–"
    return f"{above.weeks} week{'' if above.weeks == 1 else 's'}, at most {above.most}"


def _row(name: str, *cells: str, sort: str = "") -> str:
    written_cells = "".join(f'<td class="{sort}">{escape(cell)}</td>' for cell in cells)
    return f'<tr><th scope="row">{escape(name)}</th>{written_cells}</tr>'


def _table(caption: str, headings: Iterable[str], rows: Iterable[str], sort: str = "") -> str:
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in headings)
    body = "\n".join(rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="{sort}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'


def _emails(number: int) -> str:
    return f"{number} email{'' if number == 1 else 's'}"


def _utc(at: Instant) -> str:
    return f"{written(at, 'UTC')} UTC"

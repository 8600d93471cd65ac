"""A comparison on the command line: as text, JSON or a page, and what it took."""

import resource
import sys

import click
import orjson

from service.cli.comparing import Stretch
from service.cli.line_parts import IN_PARTS_FROM
from service.domain import decide
from service.settings import ROOT
from service.staff.compare import Comparison
from service.staff.comparison_lines import comparison_fields, comparison_lines
from service.staff.comparison_page import comparison_page
from service.staff.comparison_words import Naming


def tell(comparison: Comparison, naming: Naming, form: str, names: tuple[str, str], stretch: Stretch) -> None:
    """Print the comparison; `names` are what the two rule sets are called, the one held against first."""
    heading = _heading(names, stretch)
    if form == "json":
        fields = {"against": names[0], "rules_of": names[1], **comparison_fields(comparison)}
        click.echo(orjson.dumps(fields, option=orjson.OPT_INDENT_2))
    elif form == "html":
        click.echo(comparison_page(comparison, naming, heading), nl=False)
    else:
        click.echo(click.style(heading, bold=True))
        for line in comparison_lines(comparison, naming):
            click.echo(line)


def _heading(names: tuple[str, str], stretch: Stretch) -> str:
    over = "over what has happened" if stretch.days is None else f"over the next {stretch.days} days"
    return f"{names[1]} against {names[0]}, {over}"


def tell_cost(comparison: Comparison, seconds: float) -> None:
    """Say on stderr how long it took, and the most memory that any one process held."""
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    events = f"{comparison.events:,} events, {comparison.events / seconds:,.0f} a second; " if comparison.events else ""
    click.echo(f"{events}{seconds:.1f} s; {max(peaks) / unit:,.0f} MiB in the largest process.", err=True)
    if comparison.events >= IN_PARTS_FROM and decide.__file__.endswith(".py") and (ROOT / "setup.py").exists():
        click.echo('"make compiled" builds an Intouch that does this about twice as fast: .compiled/intouch.', err=True)

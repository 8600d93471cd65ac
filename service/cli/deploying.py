"""`intouch deploy`, `rollback` and `rule-sets`: what becomes live, who made it so, and the way back."""

import getpass
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from service.adapters.rulebook.problems import render
from service.adapters.rulebook.sources import Sources
from service.cli.rule_files import RuleFiles, format_option, templates_option
from service.cli.trial_report import trial_as_json, trial_as_text
from service.domain.calendar import format_rfc3339
from service.settings import read_settings
from service.trial.gate import GateRefusedError, Passage, checked_passage, judge
from service.trial.past_sets import PastSet, PastSets
from service.trial.trial import Trials, Tried
from service.wiring import Installation

SHOWN_HASH = 12


def _myself() -> str:
    """Return the name under which the operating system knows who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


by_option = click.option("--by", default=_myself, metavar="NAME", help="Who deploys. Left out: your user name here.")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@templates_option
@click.option(
    "--approve-above", type=click.IntRange(min=0), metavar="N", help="New messages in 24 hours that need two."
)
@by_option
@click.option("--approved-by", default="", metavar="NAME", help="The second person, who looked at it and agrees.")
@click.option("--dry-run", is_flag=True, help="Say whether it would pass, and change nothing.")
@format_option
@click.pass_context
def deploy(
    context: click.Context,
    folder: Path,
    templates: Path | None,
    approve_above: int | None,
    by: str,
    approved_by: str,
    dry_run: bool,
    form: str,
) -> None:
    """Make the rules in DIR live for every process at once, if they pass the gate.

    They are checked, their stories are played, and from the present state of the store on it is worked out who would
    get what otherwise than by what runs. Errors and failing stories never pass; many new messages need a second person.
    """
    intouch = Installation(read_settings())
    try:
        passage = checked_passage(Passage(by=by, origin=f"deploy {folder.absolute().name}/", approved_by=approved_by))
        tried = _tried(intouch.trials, _sources(folder, templates))
        bar = intouch.gate.approve_above if approve_above is None else approve_above
        reasons = judge(tried, bar).stands_against(passage)
        passes = not reasons
        if passes and not dry_run and not tried.is_running:
            intouch.gate.let_pass(tried, passage, bar)
    finally:
        intouch.close()
    if form == "json":
        click.echo(orjson.dumps(trial_as_json(tried, reasons, dry_run=dry_run), option=orjson.OPT_INDENT_2))
    else:
        for problem in (*tried.problems, *(tried.stories.problems if tried.stories else ())):
            click.echo(render(problem, tried.sources) + "\n", err=True)
        click.echo("\n".join(trial_as_text(tried)))
        click.echo("\n" + "\n".join(_outcome(tried, reasons, dry_run=dry_run)))
    context.exit(0 if passes else 1)


def _sources(folder: Path, templates: Path | None) -> Sources:
    files = RuleFiles(folder, templates)
    if files.templates_dir is None:
        message = f"There is no templates folder beside {folder}, and rules without messages send nothing."
        raise click.ClickException(f"{message} Name it with --templates.")
    return files.sources


def _tried(trials: Trials, sources: Sources) -> Tried:
    with click.progressbar(length=100, label="Looking ahead", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def told(done: int, parts: int) -> None:
            bar.update(100 * done // parts - bar.pos)

        return trials.whole(sources, progress=told)


def _outcome(tried: Tried, reasons: tuple[str, ...], *, dry_run: bool) -> Iterator[str]:
    name = f"Rule set {tried.hash[:SHOWN_HASH]}"
    if reasons:
        yield f"{name} does not pass."
        yield from (f"  {each}" for each in reasons)
        if reasons[-1].startswith("A second person"):
            yield "  When they have looked at it, add --approved-by with their name."
    elif tried.is_running:
        yield f"{name} runs already; there is nothing to do."
    elif dry_run:
        yield f"{name} would pass. Nothing was changed."
    else:
        yield f"{name} is live."


@click.command()
@click.argument("hash", metavar="[HASH]", required=False)
@by_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def rollback(hash: str | None, by: str, dry_run: bool) -> None:
    """Make an earlier rule set live again: the one before the active one, or the one that HASH begins.

    It must still load; nothing else is asked, because going back is for when something is wrong. Nobody is mailed
    again: what was sent stays in the ledger, whichever rules sent it.
    """
    intouch = Installation(read_settings())
    try:
        passage = checked_passage(Passage(by=by, origin="rollback"))
        with intouch.store.reading() as snapshot:
            past = PastSets(snapshot, lambda texts: intouch.trials.loaded(texts).rule_set)
            wanted, active = past.named(hash), snapshot.active_rule_set()
            target = past.texts(wanted)
            edits = past.edits(active.hash if active else None, wanted)
        if target is None:
            raise GateRefusedError((f"Rule set {wanted[:SHOWN_HASH]} no longer loads with this version.",))
        if not dry_run:
            intouch.gate.roll_back(target[0], passage)
    finally:
        intouch.close()
    told = "would be live" if dry_run else "is live again"
    click.echo(f"Rule set {wanted[:SHOWN_HASH]} {told}: {edits if edits is not None else 'what runs cannot be read'}.")


@click.command("rule-sets")
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, help="How many, the newest first.")
@format_option
def rule_sets(last: int, form: str) -> None:
    """List the rule sets that were ever live: since when, by whom, from what, and what each changed."""
    intouch = Installation(read_settings())
    try:
        with intouch.store.reading() as snapshot:
            found = PastSets(snapshot, lambda texts: intouch.trials.loaded(texts).rule_set).newest(last)
    finally:
        intouch.close()
    if form == "json":
        click.echo(orjson.dumps([_past_as_json(each) for each in found], option=orjson.OPT_INDENT_2))
    else:
        click.echo("\n".join(line for each in found for line in _past_as_text(each)) or "No rule set was live yet.")


def _past_as_text(past: PastSet) -> Iterator[str]:
    approved = f", approved by {past.approved_by}" if past.approved_by else ""
    mark = "  (live)" if past.is_active else ""
    who = f"by {past.by}{approved}, from {past.origin or '?'}"
    yield f"{past.hash[:SHOWN_HASH]}  {format_rfc3339(past.at)}  {who}{mark}"
    yield f"              {past.told}"


def _past_as_json(past: PastSet) -> dict[str, object]:
    return {
        "hash": past.hash,
        "at": format_rfc3339(past.at),
        "by": past.by,
        "approved_by": past.approved_by or None,
        "from": past.origin,
        "live": past.is_active,
        "edits": past.edits.to_json() if past.edits is not None else None,
    }

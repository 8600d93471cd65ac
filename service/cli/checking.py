"""`intouch check`: every problem in the rules, all at once."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import click
import orjson

from service.adapters.rulebook.check import Checked
from service.adapters.rulebook.check import check as check_texts
from service.adapters.rulebook.fixed_words import lacking_words
from service.adapters.rulebook.incentive import lacking_incentives
from service.adapters.rulebook.load import load
from service.adapters.rulebook.problems import annotation, render
from service.adapters.rulebook.sources import MESSAGES, RESOURCES, Sources
from service.adapters.rulebook.translations import lacking as lacking_originals
from service.adapters.templates.uses import MessageUses
from service.cli.counting import counted
from service.cli.rule_files import RuleFiles, templates_option
from service.domain.calendar import to_datetime
from service.domain.errors import IntouchError
from service.domain.rules import Program, RuleSet
from service.staff.check.finding import Severity
from service.wiring import Installation, machine_clock


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@templates_option
@click.option("--against", metavar="DIR", type=click.Path(path_type=Path), help="Rules whose ids must not be lost.")
@click.option("--strict", is_flag=True, help="Warnings are failures too.")
@click.option("--lacks", metavar="TAG", help="Say what is not there in this language: --lacks es.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
@click.pass_context
def check(
    context: click.Context,
    folder: Path | None,
    templates: Path | None,
    against: Path | None,
    strict: bool,
    lacks: str | None,
    form: str,
) -> None:
    """Say what is wrong with the rules in DIR, all at once. Warnings alone are no failure.

    Ids are held against the rules that are live in the store, or in --against; in another folder than the
    installation's own, only against the latter.
    """
    files = RuleFiles(folder, templates)
    before = RuleFiles(against, templates).loaded.draft if against is not None else _live(files)
    found = check_texts(files.sources, files.schemas.catalogue, today=today(), read_messages=MessageUses, before=before)
    click.echo(_FORMS[form](found, files))
    if lacks is not None and form == "text":
        click.echo(_lacks(files.sources, found.loaded.draft.programs, lacks))
    context.exit(1 if found.errors or (strict and found.problems) else 0)


def today() -> date:
    """Return the day that this machine's clock shows, in UTC."""
    return to_datetime(machine_clock()).date()


def _live(files: RuleFiles) -> RuleSet | None:
    """Return the rules that are live in the installation, where the files are its own and it has a store."""
    own = files.settings.rules_dir.resolve()
    if files.rules is not None and files.rules.resolve() != own:
        return None
    url = files.settings.database_url
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    try:
        return live_rules(files)
    except IntouchError as error:
        click.echo(f"The live rules cannot be read, so nobody looks whether an id is lost. {error}", err=True)
        return None


def live_rules(files: RuleFiles) -> RuleSet | None:
    """Return the rule set that is active in the store, or None before the first. Raises: IntouchError."""
    with Installation(files.settings).store.reading() as snapshot:
        active = snapshot.active_rule_set()
    return None if active is None else load(Sources.from_json(active.sources), files.schemas.catalogue).draft


def _as_text(found: Checked, files: RuleFiles) -> str:
    return "".join(render(each, files.sources) + "\n\n" for each in found.problems) + _summary(found)


def _as_json(found: Checked, _files: RuleFiles) -> str:
    report = {
        "rules": _rules(found),
        **{f"{name}s": number for name, number in _numbers(found).items()},
        "accepted": found.accepted,
        "problems": [each.to_json() for each in found.problems],
    }
    return orjson.dumps(report, option=orjson.OPT_INDENT_2).decode()


def _as_annotations(found: Checked, files: RuleFiles) -> str:
    return "\n".join([*(annotation(each, files.path_of(each.path)) for each in found.problems), _summary(found)])


_FORMS: Mapping[str, Callable[[Checked, RuleFiles], str]] = {
    "text": _as_text,
    "json": _as_json,
    "github": _as_annotations,
}


def _lacks(sources: Sources, programs: Mapping[str, Program], language: str) -> str:
    """Return what is not there in a language, a line for each; incentives by their programs.

    Its readers get English, and of an incentive what the program's file says.
    """
    lacking = {
        "message": lacking_originals(sources, language, MESSAGES),
        "resource": lacking_originals(sources, language, RESOURCES),
        "fixed word": lacking_words(sources, language),
        "incentive": lacking_incentives(programs, language),
    }
    lines = [f"  {what} {name}" for what, names in lacking.items() for name in names]
    told = ", ".join(counted(len(names), what) for what, names in lacking.items())
    return "\n".join([f'Not there in "{language}": {told}.', *lines])


def _rules(found: Checked) -> int | None:
    return len(found.loaded.rule_set.rules) if found.loaded.rule_set else None


def _numbers(found: Checked) -> Mapping[Severity, int]:
    numbers = Counter(each.severity for each in found.problems)
    return {name: numbers[name] for name in Severity}


def _summary(found: Checked) -> str:
    accepted = f" {counted(found.accepted, 'warning')} accepted." if found.accepted else ""
    if _rules(found) == 0 and not found.problems:
        return "There are no rules in these files."
    if not found.problems:
        return f"No problems in {counted(_rules(found) or 0, 'rule')}.{accepted}"
    told = [counted(number, name) for name, number in _numbers(found).items() if number]
    hint = " The rules cannot go live until the errors are mended." if found.errors else ""
    return f"{' and '.join(told)}.{accepted}{hint}"

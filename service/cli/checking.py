"""`intouch check`: every problem in the rules, all at once."""

from pathlib import Path

import click
import orjson

from service.adapters.rulebook.problems import Problem, Severity, render
from service.cli.rule_files import RuleFiles, counted, format_option, templates_option


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@templates_option
@format_option
@click.pass_context
def check(context: click.Context, folder: Path | None, templates: Path | None, form: str) -> None:
    """Say what is wrong with the rules in DIR, all at once. Warnings alone are no failure."""
    files = RuleFiles(folder, templates)
    problems = files.loaded.problems
    rules = len(files.loaded.rule_set.rules) if files.loaded.rule_set else None
    if form == "json":
        click.echo(orjson.dumps(_report(problems, rules), option=orjson.OPT_INDENT_2))
    else:
        for each in problems:
            click.echo(render(each, files.sources) + "\n")
        click.echo(_summary(problems, rules))
    context.exit(1 if files.errors else 0)


def _report(problems: tuple[Problem, ...], rules: int | None) -> dict[str, object]:
    return {"rules": rules, **_numbers(problems), "problems": [each.to_json() for each in problems]}


def _numbers(problems: tuple[Problem, ...]) -> dict[str, int]:
    return {f"{name}s": sum(each.severity is name for each in problems) for name in Severity}


def _summary(problems: tuple[Problem, ...], rules: int | None) -> str:
    if not problems:
        return f"No problems in {counted(rules or 0, 'rule')}."
    numbers = _numbers(problems)
    found = [counted(numbers[f"{name}s"], name) for name in Severity if numbers[f"{name}s"]]
    hint = "" if rules is not None else " The rules cannot be used until the errors are mended."
    return f"{' and '.join(found)}.{hint}"

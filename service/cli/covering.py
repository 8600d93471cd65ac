"""`intouch coverage`: what the stories show of each rule, and which story is missing."""

from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from service.cli.counting import counted
from service.cli.rule_files import RuleFiles, format_option, templates_option
from service.cli.story_files import StoryFiles
from service.cli.testing import played
from service.domain.rules import RuleSet
from service.staff.coverage import Coverage, RuleCoverage, Shown, Shows, coverage
from service.staff.wanted import story_wanted


@click.command("coverage")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@templates_option
@click.option("--require", type=click.IntRange(0, 100), default=0, metavar="N", help="Fail below N percent.")
@click.option("--missing", is_flag=True, help="Only what is missing.")
@format_option
def cover(folder: Path | None, templates: Path | None, require: int, missing: bool, form: str) -> None:
    """Say what the stories in DIR show of each rule: sent in every case, held back by every gate.

    For what no story shows, it says which one to write. What delivery did to the rule (hours, limits …) is told too.
    """
    stories = StoryFiles(RuleFiles(folder, templates))
    results = list(played(stories, stories.chosen()))
    failed = [each for each in results if not each.played.passed]
    found = coverage(stories.rule_set, (each.played for each in results if each.played.passed))
    if form == "json":
        click.echo(_as_json(found, stories.rule_set))
    else:
        click.echo("\n".join(_as_text(found, stories.rule_set, missing)))
    if failed:
        told = f"{counted(len(failed), 'story')} failed, and"
        raise click.ClickException(f"{told} what they show does not count. Run `intouch test` to see why.")
    if found.percent < require:
        raise click.ClickException(f"The stories cover {found.percent} %, and {require} % are required.")


def _as_text(found: Coverage, rule_set: RuleSet, only_missing: bool) -> Iterator[str]:
    for each in found.rules:
        if not only_missing or any(not shown.stories for shown in each.shown):
            yield from _rule_lines(each, rule_set, only_missing)
    for shown in found.pauses:
        if not only_missing or not shown.stories:
            yield f"pause {shown.aim.name}"
            yield from _shown_lines(shown, rule_set)
    yield f"{found.percent} %: {found.covered} of {len(found.all)} are shown by stories"


def _rule_lines(each: RuleCoverage, rule_set: RuleSet, only_missing: bool) -> Iterator[str]:
    yield each.rule.id + ("" if each.is_reached else "   (no story reaches it)")
    for shown in each.shown:
        if not only_missing or not shown.stories:
            yield from _shown_lines(shown, rule_set)
    if each.policies and not only_missing:
        told = (f"{word} {len(stories) or '-'}" for word, stories in each.policies.items())
        yield f"         delivery: {', '.join(told)}"


def _shown_lines(shown: Shown, rule_set: RuleSet) -> Iterator[str]:
    stories = counted(len(shown.stories), "story")
    yield f"  {'yes' if shown.stories else 'NO ':<3}    {_title(shown)}" + (f"   ({stories})" if shown.stories else "")
    if not shown.stories:
        yield f"         missing: {story_wanted(rule_set, shown.aim)}"


def _title(shown: Shown) -> str:
    aim = shown.aim
    if aim.shows is Shows.SENT:
        return f"sent, case {aim.name}" if aim.name else "sent"
    return "held something back" if aim.shows is Shows.PAUSED else f"held back by {aim.name}"


def _as_json(found: Coverage, rule_set: RuleSet) -> bytes:
    document = {
        "percent": found.percent,
        "covered": found.covered,
        "of": len(found.all),
        "rules": [_rule_as_json(each, rule_set) for each in found.rules],
        "pauses": [_shown_as_json(each, rule_set) for each in found.pauses],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _rule_as_json(each: RuleCoverage, rule_set: RuleSet) -> dict[str, object]:
    return {
        "rule": each.rule.id,
        "reached": each.is_reached,
        "shown": [_shown_as_json(shown, rule_set) for shown in each.shown],
        "delivery": {str(word): list(stories) for word, stories in each.policies.items()},
    }


def _shown_as_json(shown: Shown, rule_set: RuleSet) -> dict[str, object]:
    missing = {} if shown.stories else {"missing": story_wanted(rule_set, shown.aim)}
    return {"shows": str(shown.aim.shows), "name": shown.aim.name, "stories": list(shown.stories), **missing}

"""`intouch preview`: a message as its readers will see it, for every rule, case and role."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape
from pathlib import Path

import click

from service.adapters.templates.book import Part, Rendered, TemplateBook
from service.adapters.templates.layouts import load_layouts
from service.adapters.templates.look import ProgramLook
from service.adapters.templates.samples import sample_context, sample_start
from service.cli.rule_files import RuleFiles, counted
from service.domain.delivery import Role
from service.domain.errors import RuleAuthorError
from service.domain.rules import PICKS, RuleSet
from service.settings import ROOT
from service.staff.variants import Variant, variants

LOOK = ProgramLook(name="Northfield Peer Mentoring", email="mentoring@northfield.example.org", color="#7a1f2b")
_PREFERENCES = "https://mentoring.example.org/preferences/sample"


@dataclass(frozen=True, slots=True)
class _Shown:
    """One rendering, and what it is for."""

    title: str
    mail: Rendered


@click.command()
@click.argument("message")
@click.option("--role", type=click.Choice(["mentor", "mentee", "staff", "advisor"]), help="Only for this reader.")
@click.option("--rule", "rule_id", metavar="ID", help="Only as this rule sends it.")
@click.option("--rules", type=click.Path(path_type=Path), help="Rules folder, or one rules file.")
@click.option("--templates", type=click.Path(path_type=Path), help="Folder of messages and resources.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write HTML here, and text beside it.")
def preview(
    message: str, role: str | None, rule_id: str | None, rules: Path | None, templates: Path | None, out: Path | None
) -> None:
    """Show MESSAGE with sample names and dates, for every rule, case and reader it can have."""
    files = RuleFiles(rules, templates)
    rule_set = files.rule_set()
    layouts = files.templates or files.settings.templates_dir
    book = TemplateBook(
        files.sources.files, load_layouts(layouts if (layouts / "layouts").is_dir() else ROOT / "templates")
    )
    _need_message(book, message)
    shown = _all_shown(book, message, _chosen(rule_set, message, role, rule_id), rule_set)
    if out is None:
        click.echo("\n".join(_as_text(each) for each in shown))
        return
    try:
        out.write_text(_page(shown), "utf-8")
        beside = out.with_suffix(".txt")
        beside.write_text("\n".join(_as_text(each) for each in shown), "utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written ({error.strerror}). Name another file.") from error
    click.echo(f"{counted(len(shown), 'version')} of {message}: {out} and {beside}")


def _need_message(book: TemplateBook, message: str) -> None:
    if message in book.message_names:
        return
    near = get_close_matches(message, book.message_names, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Write templates/messages/{message}.md, or name another."
    raise click.ClickException(f'There is no message "{message}". {hint}')


def _chosen(rule_set: RuleSet, message: str, role: str | None, rule_id: str | None) -> list[Variant]:
    found = list(variants(rule_set, message))
    chosen = [each for each in found if role in (None, each.role) and rule_id in (None, each.rule.id)]
    if found and not chosen:
        ways = ", ".join(dict.fromkeys(f"{each.rule.id} to the {each.role}" for each in found))
        raise click.ClickException(f'"{message}" is not sent that way. It is sent by {ways}.')
    if not found and rule_id is not None:
        raise click.ClickException(f'No rule sends "{message}". Leave --rule out to see it anyway.')
    return chosen


def _all_shown(book: TemplateBook, message: str, chosen: Sequence[Variant], rule_set: RuleSet) -> list[_Shown]:
    """Return every version. Ends the command when any of them cannot be rendered, with all that is wrong."""
    contexts = {_title(each): _context(book, each, rule_set) for each in chosen}
    if not contexts:
        click.echo(f"No rule sends {message}; it is shown with everything that a message may have.", err=True)
        contexts = {f"{message}, to a {role}": sample_context(role) for role in (Role.MENTOR, Role.MENTEE)}
    problems = [
        f"{title}: {each}" for title, context in contexts.items() for each in book.problems_of(message, [context])
    ]
    if problems:
        click.echo("\n".join(problems), err=True)
        raise click.ClickException(f"{message} cannot be rendered in {counted(len(problems), 'place')}, told above.")
    try:
        return [_Shown(title, _rendered(book, message, context)) for title, context in contexts.items()]
    except RuleAuthorError as error:
        raise click.ClickException(str(error)) from error


def _problems(
    book: TemplateBook, message: str, contexts: Mapping[str, Mapping[str, object]]
) -> Iterator[tuple[str, str]]:
    for title, context in contexts.items():
        for each in book.problems_of(message, [context]):
            yield title, each


def _title(variant: Variant) -> str:
    case = f", {variant.rule.depends_on} {variant.case}" if variant.case else ""
    return f"{variant.send.message}, sent by {variant.rule.id}{case}, to the {variant.role}"


def _context(book: TemplateBook, variant: Variant, rule_set: RuleSet) -> Mapping[str, object]:
    rule, send = variant.rule, variant.send
    start = sample_start(rule_set.catalogue.types.get(rule.starts), rule.starts)
    for name, values in rule.where.items():
        start[name] = _like(start.get(name), sorted(values)[0])
    if rule.depends_on and variant.case:
        start[rule.depends_on] = _like(start.get(rule.depends_on), variant.case)
    if variant.acting and "by" in start:
        start["by"] = str(variant.acting)
    context = sample_context(
        variant.role,
        start=start,
        mentorship=variant.is_about_mentorship,
        resource=send.resource is not None,
        topic=variant.has_topic,
    )
    topics = start.get("topics")
    if variant.has_topic and isinstance(topics, list) and topics:
        context["topic"] = {"key": topics[0], "label": str(topics[0]).replace("_", " ").capitalize()}
    context["rule"] = {"id": rule.id, "title": rule.title}
    context["slot"] = {"number": 1, "total": rule.total, "last": rule.total == 1}
    if send.resource is not None and send.resource not in PICKS and send.resource in book.resource_slugs:
        url = f"https://mentoring.example.org/resources/{send.resource}"
        context["resource"] = book.resource_context(send.resource, url, LOOK)
    return context


def _like(sample: object, word: str) -> object:
    """Return a rule's word as the type that the field has."""
    if isinstance(sample, list):
        return [word]
    return {"true": True, "false": False}.get(word, word) if isinstance(sample, bool) else word


def _rendered(book: TemplateBook, message: str, context: Mapping[str, object]) -> Rendered:
    recipient = context["recipient"]
    is_participant = isinstance(recipient, dict) and recipient["role"] in (Role.MENTOR, Role.MENTEE)
    part = Part(message=message, context=context)
    return book.render_email([part], LOOK, preferences=_PREFERENCES if is_participant else "")


def _as_text(shown: _Shown) -> str:
    mail = shown.mail
    rule = "=" * len(shown.title)
    return f"{shown.title}\n{rule}\nSubject:   {mail.subject}\nPreheader: {mail.preheader}\n\n{mail.text}"


def _page(shown: Sequence[_Shown]) -> str:
    """Return the mail itself, or a page with every version in a frame of its own."""
    if len(shown) == 1:
        return shown[0].mail.html
    frames = "\n".join(
        f"<h2>{escape(each.title)}</h2>\n<p><b>{escape(each.mail.subject)}</b> {escape(each.mail.preheader)}</p>\n"
        f'<iframe sandbox title="{escape(each.title)}" srcdoc="{escape(each.mail.html)}"></iframe>'
        for each in shown
    )
    style = "body{font-family:sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    style += "iframe{width:100%;height:48rem;border:1px solid #ccc}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Preview</title>'
        f"<style>{style}</style></head><body>\n{frames}\n</body></html>\n"
    )

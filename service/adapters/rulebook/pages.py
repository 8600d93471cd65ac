"""All messages and resources, as far as the planner needs to know them."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from service.adapters.rulebook.accepts import Accepted, accepted_in
from service.adapters.rulebook.findings import Findings
from service.adapters.rulebook.fixed_words import check_words
from service.adapters.rulebook.front_matter import front_matter, read_message
from service.adapters.rulebook.resource_text import check_shown, check_text
from service.adapters.rulebook.resources import check_orders, read_resource
from service.adapters.rulebook.sources import MESSAGES, RESOURCES, Sources
from service.adapters.rulebook.translations import check_translations
from service.adapters.rulebook.tree import Place, Text
from service.adapters.rulebook.values import kebab
from service.domain.rules import MessagePolicy, Resource

_TEMPLATES = "templates/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """`resources` in catalogue order. The names hold faulty pages too; None where no templates were given."""

    messages: Mapping[str, MessagePolicy]
    resources: tuple[Resource, ...]
    message_names: Collection[str] | None
    resource_names: Collection[str] | None
    accepted: tuple[Accepted, ...] = ()
    """The warnings that resources and their translations accept of themselves."""


def read_pages(sources: Sources, findings: Findings) -> Pages:
    """Return the front matter of every message and resource; translations say nothing to the planner."""
    messages: dict[str, MessagePolicy] = {}
    resources: dict[str, tuple[Resource, Place]] = {}
    message_names, resource_names = dict(_named(sources, MESSAGES)), dict(_named(sources, RESOURCES))
    for name, path in message_names.items():
        scope = _scope(findings, "Message", name, path)
        policy = read_message(path, sources.files[path], scope)
        check_shown(path, sources.files[path], scope)
        if policy is not None:
            messages[name] = policy
    for slug, path in resource_names.items():
        scope = _scope(findings, "Resource", slug, path)
        resource = read_resource(path, sources.files[path], slug, scope, resource_names)
        check_text(path, sources.files[path], resource.needs_contacts if resource else (), scope)
        if resource is not None:
            resources[slug] = (resource, Place(path, 1, 1, 3))
    check_orders(resources, findings)
    check_translations(sources, {slug: each for slug, (each, _) in resources.items()}, findings)
    check_words(sources, findings)
    given = any(path.startswith(_TEMPLATES) for path in (*sources.files, *sources.refused))
    return Pages(
        messages=messages,
        resources=tuple(sorted((each for each, _ in resources.values()), key=lambda each: (each.order, each.slug))),
        message_names=message_names if given else None,
        resource_names=resource_names if given else None,
        accepted=tuple(_accepted(sources, findings)),
    )


def _accepted(sources: Sources, findings: Findings) -> Iterator[Accepted]:
    """Yield what resources accept of themselves; that their front matter is whole is looked at elsewhere."""
    for path, text in sorted(sources.files.items()):
        if path.startswith(RESOURCES) and "\naccept:" in text:
            table = front_matter(path, text, Findings(findings.vocabulary))
            slug = path.rpartition("/")[2].removesuffix(".md")
            yield from accepted_in(table, "", findings.about(f'Resource "{slug}"'), path) if table else ()


def _named(sources: Sources, prefix: str) -> Iterator[tuple[str, str]]:
    for path in sorted(sources.files):
        name = path.removeprefix(prefix).removesuffix(".md")
        if path.startswith(prefix) and "/" not in name:
            yield name, path


def _scope(findings: Findings, what: str, name: str, path: str) -> Findings:
    scope = findings.about(f'{what} "{name}"')
    kebab(Text(name, Place(path, 1, 1, 1)), scope)
    return scope

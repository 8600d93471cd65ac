"""Codes of problems: messages and resources as files."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="Messages and resources",
    codes=(
        Code(
            "no-front-matter",
            "A message or resource must begin with a line `---`, its words, and another line `---`.",
        ),
        Code("no-text", "There is nothing to read below the front matter of a resource."),
        Code(
            "bad-heading",
            "The title in the front matter leads a resource's page. Headings in its text begin with `##`, go down one "
            "level at a time, and have words.",
        ),
        Code(
            "bad-link",
            "A link in a resource leads to a whole address: from `https://` or `mailto:` on. To lead to another "
            "resource, name it under `related`.",
        ),
    ),
)

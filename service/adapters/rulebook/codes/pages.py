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
        Code(
            "no-original",
            "A translation stands under the name of its original, in a folder that is named for the language: "
            "`templates/messages/es/hello.md` is the Spanish of `templates/messages/hello.md`. Its keys are its "
            "original's too: those of `templates/words/es.yaml` are the keys of `en.yaml`.",
        ),
        Code(
            "untranslated",
            "A language that people get mail in lacks something, and they get it in English. "
            "`intouch check --lacks es` lists all that Spanish lacks, resources too.",
            warns=True,
        ),
        Code(
            "stale-translation",
            "The original was edited after it was translated. Bring the translation up to date, then write the "
            "fingerprint that the advice names behind `translates`.",
            warns=True,
        ),
        Code(
            "translation-differs",
            "A translation leaves out a value or a link of its original, or has one more. It may be on purpose; mostly "
            "it was forgotten.",
            warns=True,
        ),
    ),
)

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
            "A link in a resource has words, and leads to a whole address: from `https://` or `mailto:` on. To lead to "
            "another resource, name it under `related`.",
        ),
        Code(
            "not-shown",
            "Resources and messages are words: headings, lists, tables, examples set off by `>`, and links. Pictures, "
            "HTML, lines across the page and frames for code are not shown. A picture would tell whoever keeps it who "
            "opens it, and many readers would not see it. Say it in words, or lead to it with a link.",
        ),
        Code(
            "resource-length",
            "A resource has 250 to 700 words, so that it can be read in one sitting and holds something to use. If "
            "another length is right for this one, say so in its front matter: "
            '`accept: [ { warning: resource-length, because: "…", until: 2027-06-30 } ]`.',
            warns=True,
        ),
        Code(
            "hard-to-read",
            "Tired people read resources on a phone, some of them in a second language. English is held to a school "
            "grade of 8 (Flesch and Kincaid), Spanish to a score of 65 (INFLESZ, *quite easy*). Shorter sentences help "
            "most. Other languages have no measure.",
            warns=True,
        ),
        Code(
            "said-twice",
            "A sentence of six words or more stands in two resources of one language. Whoever reads the second thinks "
            "they have read it. Say it in one of them, or say it another way.",
            warns=True,
        ),
        Code(
            "nothing-to-do",
            "A resource ends with one small thing that its reader can do at once, below the heading `Do this today` "
            "(in Spanish `Hazlo hoy`), where readers look for it.",
            warns=True,
        ),
        Code(
            "reading-minutes",
            "`minutes` is what people are told a resource takes: one for each 200 words that it has begun.",
            warns=True,
        ),
        Code(
            "unused-contact",
            "A resource asks for a contact under `needs_contacts` and its text does not speak of it. A program without "
            "such a contact could not show the page.",
            warns=True,
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
            "`intouch check --lacks es` lists all that Spanish lacks, resources and incentives too.",
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

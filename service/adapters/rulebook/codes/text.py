"""Codes of problems: the file as a text."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="The file as a text",
    codes=(
        Code(
            "unreadable-file",
            "The file could not be read: it is too large, or not UTF-8 text. Split it, or save it with the "
            'encoding "UTF-8".',
        ),
        Code(
            "unreadable-character",
            "There is a character that no screen shows, often brought along by copying. Delete it, or write the "
            "line anew.",
        ),
        Code(
            "tab",
            "A tab stands where spaces are needed. Most editors can be set to write spaces when you press Tab.",
        ),
        Code(
            "indentation",
            "A line begins further left or right than its neighbours, so it is unclear what it belongs to. Lines "
            "that belong together begin in the same column.",
        ),
        Code(
            "missing-colon",
            "A line has a word without a colon. Write `word: value`. A long text goes on one line, or into double "
            "quotes.",
        ),
        Code(
            "missing-space",
            "A colon or a dash needs a space behind it: `wait: 2 days`, `- id: first-message`.",
        ),
        Code(
            "missing-comma",
            "Inside braces or brackets the parts are separated by commas: `{ every: 7 days, total: 3 }`.",
        ),
        Code(
            "colon-in-text",
            "A text holds a colon and a space, which YAML takes for a new word. Put the text into double quotes.",
        ),
        Code(
            "curly-quotes",
            'The quotes are the curly ones that word processors write. Write straight ones (`"`).',
        ),
        Code(
            "unclosed-quote",
            "A quote was opened and not closed, or one was closed that was never opened.",
        ),
        Code(
            "after-the-quote",
            'Text goes on behind a closing quote. Put all of it inside; write a double quote inside as `\\"`, or '
            "use single quotes outside.",
        ),
        Code(
            "unclosed-bracket",
            "A brace or bracket was opened and not closed.",
        ),
        Code(
            "stray-bracket",
            "A brace or bracket closes that was never opened.",
        ),
        Code(
            "list-on-the-same-line",
            "A list with dashes began behind a colon. Begin it on the next line, further right, or use square "
            "brackets.",
        ),
        Code(
            "quote-needed",
            "A text begins with a sign that means something to YAML, such as `@`, `*`, `%` or `>`. Put it into "
            "double quotes.",
        ),
        Code(
            "bad-escape",
            "Inside double quotes a backslash begins a special character. Write it twice, or use single quotes.",
        ),
        Code(
            "anchor",
            "`&name` and `*name` are YAML's way to repeat lines; this language does without. Write the lines "
            "again, or put the text into quotes.",
        ),
        Code(
            "tag",
            "A word beginning with `!` is a YAML tag; this language does without. If it is text, put it into "
            "double quotes.",
        ),
        Code(
            "several-documents",
            "A line `---` begins a second document. Take the line out, or make two files.",
        ),
        Code(
            "too-deep",
            "The file has lists within lists beyond all need, or holds far too much. Split it.",
        ),
        Code(
            "not-yaml",
            "The line cannot be read at all, and nothing better can be said about it. Compare it with the lines "
            "around it.",
        ),
    ),
)

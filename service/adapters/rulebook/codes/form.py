"""Codes of problems: words in the wrong form."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="Words in the wrong form",
    codes=(
        Code(
            "not-a-word",
            "One word or text is needed, and there is a list or a table. Text that begins with `{` or `[` needs "
            "double quotes.",
        ),
        Code(
            "not-a-table",
            "Words with values are needed: `{ every: 7 days, total: 3 }`, or lines of their own, further right.",
        ),
        Code(
            "not-a-list",
            "A list is needed, even of one: `[routine]`, or lines that begin with `- `.",
        ),
        Code(
            "empty-value",
            "A word has nothing behind it, or an empty list that would make the rule useless. Write a value, or "
            'take the line out. "Send nothing" in a case is `[]`.',
        ),
        Code(
            "duplicate-key",
            "The same word stands twice in one place; only one of them could count. Keep one.",
        ),
        Code(
            "missing-word",
            "A word that must be there is not. The advice below the line says what to write.",
        ),
        Code(
            "missing-case",
            "`cases` must have a line for every value of its field, so that nobody is forgotten. Where nothing is "
            "to be sent, write `[]`.",
        ),
        Code(
            "too-long",
            "A line has more than 300 letters, or a text more than 5,000. Shorten it.",
        ),
        Code(
            "not-true-or-false",
            "Write `true` or `false` (`yes`, `no`, `on` and `off` are understood too).",
        ),
        Code(
            "not-a-number",
            "A whole number in digits is needed, such as `3`.",
        ),
        Code(
            "out-of-bounds",
            "The number or time is too small or too large here, or two bounds leave no number between them.",
        ),
        Code(
            "bad-name",
            "Names are small letters and digits with dashes between them, such as `first-message`. Programs' ids "
            "may have capitals and dots too.",
        ),
        Code(
            "bad-duration",
            "A length of time is a whole number and `minutes`, `hours`, `days` or `weeks`, with a space between. "
            "Months and years differ in length; write days.",
        ),
        Code(
            "bad-time",
            "A time of day is written `09:00` or `18:30`; only as a closing time there is `24:00`.",
        ),
        Code(
            "bad-date",
            "A date is written `2026-12-18`, must exist, and lies between 2000 and 2199. A break ends after it "
            "begins; a program ends once.",
        ),
        Code(
            "bad-address",
            "An email address is one word with an `@` in it, without a name around it.",
        ),
        Code(
            "bad-color",
            'A colour is `#` and six digits or letters a–f, in quotes because of the `#`: `"#7a1f2b"`.',
        ),
        Code(
            "bad-url",
            "A web address is written in full, beginning with `https://` or `http://`.",
        ),
        Code(
            "bad-phone",
            "A telephone number is written as it is dialled, in digits, with an extension where there is one: "
            '`"555-0142 ext. 7"`.',
        ),
    ),
)

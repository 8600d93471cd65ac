"""Codes of problems: rules beside each other, their past, their stories, and warnings that were accepted."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="Rules beside each other",
    codes=(
        Code(
            "overlap",
            "One event makes two rules reach one person at one moment; the example shows when. Nudges that go together "
            "become one email, all else comes as two. Move one of them, or let their gates exclude each other.",
            warns=True,
        ),
        Code(
            "more-than-the-limits",
            "If everything comes at once, more nudges are due to one person than the limits let through. What waits "
            "longer than `send_within` is dropped.",
            warns=True,
        ),
        Code(
            "quiet-outlasts-sending",
            "`none_in_last` can keep the rule waiting for longer than `send_within`; then it is too late, and nobody "
            "gets the message.",
            warns=True,
        ),
        Code(
            "repeats-pile-up",
            "The rule repeats, its start may come again, and nothing stops the earlier reminders. Write "
            "`from: latest`, or a gate.",
            warns=True,
        ),
        Code(
            "id-gone",
            "A rule that is live today is missing. Its id is how we remember who has had its messages: under a new id "
            "people get them again. Write the old id under `formerly`, or keep the rule with `enabled: false`.",
        ),
        Code("no-story", "No story shows what the rule does. Stories are how you see it before people do.", warns=True),
        Code("no-story-for-case", "A case of the rule comes up in no story.", warns=True),
        Code(
            "accept-expired",
            "A warning was accepted until a day that is past. Look at it again: mend it, or give it another day.",
            warns=True,
        ),
        Code(
            "accept-unused",
            "A warning is accepted here that does not come up. Take the line out.",
            warns=True,
        ),
    ),
)

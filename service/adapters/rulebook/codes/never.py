"""Codes of problems: rules that can never send."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="Rules that can never send",
    codes=(
        Code(
            "start-contradicts-gate",
            "When the rule starts, something has happened that its gate or count forbids: it starts with a logged "
            "conversation and asks for `conversation.logged: never`. To ask that nothing more has happened, write "
            "`none_since_start`.",
        ),
        Code(
            "gates-contradict",
            "Two of the rule's gates and counts cannot hold at one time. Take one of them out.",
        ),
        Code(
            "ended-before-it-sends",
            "Nudges end by themselves when a mentorship is not active, somebody has left or the program has ended, and "
            "reports when the program has ended. This one starts only then. A `service` goes on.",
        ),
        Code(
            "always-paused",
            "A pause holds whenever this rule could send. Give the rule a kind that the pause does not stop, or "
            "change the pause.",
        ),
        Code(
            "hours-never-met",
            "The rule starts from a date, and whenever its message is due nobody's hours are open before it is given "
            "up: on a weekend, at night, or both. Give it more time with `send_within`, or another day.",
        ),
        Code(
            "hours-hardly-met",
            "The rule starts from a date, and its message is given up before the hours open in the program's own "
            "zone; only people far away could get it.",
            warns=True,
        ),
        Code(
            "never-quiet",
            "The rule starts with the very event for whose absence it waits, and is given up before that is long "
            "enough ago.",
        ),
        Code(
            "nobody-starts-it",
            "`where` asks for a value from somebody who cannot send it, so no event ever starts the rule.",
        ),
        Code(
            "nobody-to-send-to",
            "Where staff act, nobody of the two is `initiator` or `counterpart`. Name `mentor`, `mentee` or `both`.",
        ),
        Code(
            "case-never-comes",
            "`where` lets only some values in, and this case is about another. Write `[]` for it, or let it in.",
        ),
        Code(
            "nothing-to-send",
            "Every case is empty, or no resource fits what the rule asks for. To switch a rule off, write "
            "`enabled: false`.",
        ),
    ),
)

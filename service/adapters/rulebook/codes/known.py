"""Codes of problems: words that are not known."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="Words that are not known",
    codes=(
        Code(
            "unknown-word",
            "The word is no word of the language, or not in this place. The advice names the nearest one, or "
            "where it belongs.",
        ),
        Code(
            "unknown-value",
            "The word is known, its value is not. The advice names the nearest value, or all of them.",
        ),
        Code(
            "unknown-event",
            "There is no such event. The events are the files in `schemas/events/`.",
        ),
        Code(
            "unknown-gate",
            "`only_while` does not know this fact. It knows `mentorship`, every event, and things such as `flag` "
            "and `help`. Fields of the start belong under `where`.",
        ),
        Code(
            "unknown-field",
            "The starting event has no such field, or the field has no fixed choice of values, or two events do "
            "not share it.",
        ),
        Code(
            "unknown-case",
            "`cases` has a line for a value that its field can never have.",
        ),
        Code(
            "unknown-recipient",
            "Nobody is called that. Staff are written `staff.` and their role.",
        ),
        Code(
            "unknown-message",
            "There is no such file in `templates/messages/`.",
        ),
        Code(
            "unknown-resource",
            "There is no such file in `templates/resources/`.",
        ),
        Code(
            "unknown-rule",
            "A program overrides a rule that does not exist; perhaps it was renamed.",
        ),
        Code(
            "unknown-date",
            "No program's file has a date of that name under `dates`. (*Warning* where there is no program file "
            "at all.)",
        ),
        Code(
            "unknown-zone",
            "Time zones are named after cities: `America/Chicago`, `Europe/London`.",
        ),
        Code(
            "unknown-topic",
            "Flags have no such topic.",
        ),
        Code(
            "unknown-file",
            "The file has none of the words that say what it is for: `rules:`, `delivery:`, `pauses:`, `program:` "
            "or `- story:`.",
        ),
        Code(
            "unknown-group",
            "No program's file names this group, so probably nobody belongs to it.",
            warns=True,
        ),
        Code(
            "unknown-program",
            "No file is about this program. It may exist all the same, and then uses the defaults.",
            warns=True,
        ),
        Code(
            "unfilled-role",
            "No program names anybody in this staff role, so mail to it would reach nobody (`no_address`).",
            warns=True,
        ),
    ),
)

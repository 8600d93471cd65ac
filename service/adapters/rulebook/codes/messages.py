"""Codes of problems: what messages say."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="What messages say",
    codes=(
        Code(
            "bad-template",
            "What stands between `{{ }}` or `{% %}` in a message cannot be read, or is more than messages may use.",
        ),
        Code(
            "missing-variable",
            "The message speaks of something that it does not have for this event, case and reader: staff have no "
            "`counterpart`, and only what carries a resource has `resource`. Write what it has, or write it only where "
            "it is there: `{% if resource is defined %} … {% endif %}`. A resource has the program's name and "
            "email, and the contacts under its `needs_contacts`.",
        ),
        Code(
            "sensitive-shown",
            "Somebody would read what the other one of the two said in confidence, such as the reason for leaving or "
            "the topics of a flag. Take it out, or send this to the initiator or to staff only.",
        ),
        Code(
            "private-group-shown",
            "Somebody would read that the other one of the two belongs to a private group.",
        ),
        Code(
            "reader-can-guess",
            "The words are harmless, but only those get this message of whose counterpart something private is true. "
            "Choose people another way, or accept it if the mail does not give it away.",
            warns=True,
        ),
    ),
)

"""Codes of problems: words that do not fit together."""

from service.adapters.rulebook.codes.code import Code, Section

SECTION = Section(
    title="Words that do not fit together",
    codes=(
        Code(
            "words-exclude",
            "Two words stand in one rule of which only one can count, such as `wait` and `before`, or `send` and "
            "`cases`.",
        ),
        Code(
            "does-not-fit-start",
            "The word makes no sense with this start: `before` is for dates; `where`, `reaches` and "
            "`send_depending_on` are for events.",
        ),
        Code(
            "does-not-fit-subject",
            "The word makes no sense for what the rule is about: groups are of people, not of programs.",
        ),
        Code(
            "gate-does-not-fit",
            "The gate looks at something that this rule or pause does not have, such as `this_flag` where no flag "
            "started the rule.",
        ),
        Code(
            "not-seen",
            "A rule for each program sees the program's events only.",
        ),
        Code(
            "recipient-does-not-fit",
            "Rules about a mentorship send to `mentor`, `mentee`, `both`, `initiator`, `counterpart`, `advisor` "
            "and staff; rules about a participant to `participant`, `initiator`, `advisor` and staff; rules about "
            "a program to staff.",
        ),
        Code(
            "no-initiator",
            "The event does not say whose act it was, so `initiator`, `counterpart` and `by` mean nobody. Name "
            "`mentor`, `mentee` or `both`.",
        ),
        Code(
            "resource-does-not-fit",
            "`this` needs a start about a resource, `by_topic` one with topics.",
        ),
        Code(
            "hours-never-open",
            "The hours close before they open, or on no day at all, so no mail would ever go.",
        ),
        Code(
            "override-not-allowed",
            "A program may switch a rule off or change when and to whom it writes, but not what it is: never "
            "`id`, `kind`, `starts`, `for_each`, `programs`, `formerly`.",
        ),
        Code(
            "bad-event",
            "An event in a story does not fit its type: a field is missing, unknown, or has a value that it "
            "cannot have.",
        ),
        Code(
            "incentive-does-not-fit",
            "An incentive is something that people can do without, so it stands in no message of the category "
            "`service`, from which nobody can opt out. Name reminders, resources, celebrations or surveys.",
        ),
        Code(
            "missing-contact",
            "A rule can send a resource that names people to call, and this program's file does not say who they are. "
            "Add them below `contacts`, with name and phone. Until then the page does not show, and the next "
            "resource is picked in its place.",
        ),
    ),
)

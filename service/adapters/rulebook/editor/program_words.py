"""The words of program files and of stories, explained for editors."""

from typing import Final

from service.adapters.rulebook.editor.explained import Word

PROGRAM: Final = {
    "program": Word("The program's id, as events carry it.", "program: northfield"),
    "name": Word("What people call it.", "name: Northfield Peer Mentoring"),
    "timezone": Word("The zone of its dates and breaks, named after a city.", "timezone: America/Chicago"),
    "locale": Word("The language of people who named none, and how they write dates.", "locale: en-US"),
    "dashboard": Word("The address of its own platform.", "dashboard: https://northfield.example.org/mentoring"),
    "from": Word(
        "Who its mail comes from.", "from: { name: Northfield Mentoring, email: mentoring@northfield.example.org }"
    ),
    "brand": Word("The colour (in quotes) and the logo of its mail.", 'brand: { color: "#7a1f2b" }'),
    "staff": Word(
        "Roles and their addresses; the order says who is next.",
        "staff:\n  primary: [mentoring@northfield.example.org]",
    ),
    "dates": Word(
        "Dates from which rules can start, as `date.` and the name.",
        "dates: { program_ends: 2026-12-18, checkpoints: [2026-10-01, 2026-11-01] }",
    ),
    "breaks": Word(
        "Days of rest, first and last included.", "breaks: [ { name: exam week, from: 2026-12-07, to: 2026-12-12 } ]"
    ),
    "groups": Word(
        "Groups that participants may belong to; a private one shows to no counterpart.",
        "groups: { fall-2026: {}, first-generation: { private: true } }",
    ),
    "flags": Word(
        "What it calls the topics of flags, and which it does not use.",
        "flags: { labels: { depression: Mental health }, hidden: [housing_food] }",
    ),
    "engagement": Word(
        "From when on a pair counts as what, in the digest and on the worklist.",
        "engagement: { not_connected_after: 28 days, drifting_after: 60 days }",
    ),
    "incentive": Word(
        "Something that the program gives, and the reminders that end with it.",
        "incentive: { text: A coffee for two with your first talk., shown_in: [not-connecting-first] }",
    ),
    "contacts": Word(
        "People to call, by the names that resources ask for.",
        'contacts:\n  emergency: { name: Campus Police, phone: "555-0100" }',
    ),
    "overrides": Word("Rules that are different here.", "overrides:\n  log-first-conversation: { wait: 21 days }"),
}
PROGRAM_INNER: Final = {
    "from.name": Word("The name beside the address.", "name: Northfield Mentoring"),
    "from.email": Word("The address that people can answer.", "email: mentoring@northfield.example.org"),
    "color": Word("A # and six digits or letters a to f, in quotes.", 'color: "#7a1f2b"'),
    "logo": Word("The address of a picture.", "logo: https://northfield.example.org/logo.png"),
    "break.name": Word("What people call the break.", "name: exam week"),
    "break.from": Word("Its first day.", "from: 2026-12-07"),
    "break.to": Word("Its last day.", "to: 2026-12-12"),
    "private": Word("`true`: it never shows in what the counterpart reads.", "private: true"),
    "labels": Word("What this program calls a topic.", "labels: { depression: Mental health }"),
    "hidden": Word("Topics that this program does not use.", "hidden: [housing_food]"),
    "new_for": Word("So long after its match, a pair without a conversation is new.", "new_for: 7 days"),
    "not_connected_after": Word(
        "So long after its match, a pair without a conversation is not connected.", "not_connected_after: 21 days"
    ),
    "highly_engaged_from": Word("So many conversations make a pair highly engaged.", "highly_engaged_from: 3"),
    "drifting_after": Word("So long without a conversation.", "drifting_after: 45 days"),
    "incentive.text": Word("One sentence, as people read it.", "text: A coffee for two with your first talk."),
    "incentive.translations": Word(
        "The same in other languages.", "translations: { es: Un café para dos con su primera charla. }"
    ),
    "shown_in": Word("Messages that end with it, where they are nudges.", "shown_in: [not-connecting-first]"),
    "contact.name": Word("Who it is.", "name: Campus Police"),
    "contact.phone": Word("The number as it is dialled.", 'phone: "555-0100"'),
    "contact.url": Word("Their page.", "url: https://northfield.example.org/counselling"),
    "contact.hours": Word("When they can be reached.", "hours: day and night"),
}
STORY: Final = {
    "story": Word("What the story shows, in one sentence.", "story: reminders stop once a conversation is logged"),
    "program": Word("The program it plays in; left out, one with the defaults.", "program: northfield"),
    "begins": Word("Day 0: date, time and zone, in quotes.", 'begins: "2026-03-02 15:00 Europe/London"'),
    "variants": Word(
        "Play it once more in each of these: another zone, language or program.",
        "variants:\n  in-chicago: { zone: America/Chicago }",
    ),
    "events": Word("What happens, on which day.", "events:\n  - { day: 0, event: mentorship.matched }"),
    "until": Word("How long to look on.", "until: day 40"),
    "only_about": Word("Look at these rules only.", "only_about: [log-first-conversation]"),
    "expect": Word(
        "Every message that is to come; any other fails the story.",
        "expect:\n  - { day: 14, rule: log-first-conversation, to: both }",
    ),
}
STORY_INNER: Final = {
    "day": Word("On which day; the story begins on day 0.", "day: 14"),
    "at": Word("At what time of day, in quotes.", 'at: "11:00"'),
    "event": Word("What happened.", "event: mentorship.message_sent"),
    "by": Word("Whose act it was.", "by: mentor"),
    "known": Word("The day on which Intouch heard of it, where that was later.", "known: day 5"),
    "rule": Word("The rule that is to send.", "rule: log-first-conversation"),
    "to": Word("Who is to get it.", "to: both"),
    "message": Word("Which message it is to be.", "message: log-your-conversation"),
    "subject": Word("The subject that the mail is to have.", "subject: You are matched"),
    "text": Word("Words that are to stand in the mail.", "text: [tips for your first message]"),
    "zone": Word("The zone of everybody in this variant.", "zone: America/Chicago"),
    "locale": Word("The language of everybody in this variant.", "locale: es-MX"),
    "variant.program": Word("The program of this variant.", "program: eastgate"),
}

"""The words of rules files, explained for editors."""

from typing import Final

from service.adapters.rulebook.editor.explained import Word

FILE: Final = {
    "rules": Word("The rules of this file: who should hear what, and when.", "rules:\n  - id: first-message"),
    "delivery": Word(
        "How mail reaches people, once for all rules. In one file only.", "delivery:\n  send_within: 3 days"
    ),
    "pauses": Word(
        "While what holds, which kinds of rules wait.",
        "pauses:\n  - { id: help-is-on-the-way, while: { help: open }, stops: [nudge] }",
    ),
}
RULE: Final = {
    "id": Word(
        "The rule's name: small letters, digits and dashes, unique over all files. We remember by it who got what, so "
        "see `formerly` before you change it.",
        "id: first-message",
    ),
    "title": Word("One line for people.", "title: Two days after the match, nobody has written"),
    "why": Word("The reason, for whoever reads the rule next.", "why: They forget in exam time."),
    "kind": Word(
        "What sort of mail it is. `nudge` helps along, within hours and limits; `service` must be told, but not at "
        "night; `answer` comes at once after what somebody did; `alert` is for staff, at any hour; `report` is for "
        "staff, merged.",
        "kind: nudge",
    ),
    "for_each": Word("What the rule is about; each mentorship, unless you say otherwise.", "for_each: participant"),
    "enabled": Word("`false` switches the rule off.", "enabled: false"),
    "programs": Word("Only in these programs; left out, in all.", "programs: [northfield]"),
    "only_for": Word(
        "Only where mentor, mentee, or either of them is in one of these groups.", "only_for: { either: [fall-2026] }"
    ),
    "starts": Word(
        "The event that starts the rule, or `date.` and the name of a program's date. Each such event starts it anew.",
        "starts: mentorship.matched",
    ),
    "from": Word(
        "`each` start counts, or only the `latest`: a new one takes away what older ones had still to send.",
        "from: latest",
    ),
    "where": Word("Only starts whose fields have one of these values.", "where: { priority: [routine] }"),
    "reaches": Word("Starts once, when the count of the starting events first comes to this.", "reaches: 3"),
    "wait": Word("From the start to the first message.", "wait: 14 days"),
    "before": Word("So long ahead of the date that starts the rule.", "before: 2 weeks"),
    "repeat": Word(
        "More messages: `every` so often, `total` in all, the first included.", "repeat: { every: 7 days, total: 3 }"
    ),
    "only_while": Word(
        "Gates: what must hold at the moment of sending, all of it.",
        "only_while:\n  mentorship: active\n  conversation.logged: never",
    ),
    "until": Word(
        "Events that stop the rule for good, once one happens after the start.",
        "until: [ { event: conversation.logged } ]",
    ),
    "count": Word("How many of an event there must be.", "count: { conversation.logged: { at_least: 1, at_most: 2 } }"),
    "none_in_last": Word(
        "Not if such an event happened within this time.", "none_in_last: { mentorship.message_sent: 5 days }"
    ),
    "send_within": Word("How late a message may still go; later it never does.", "send_within: 2 days"),
    "send": Word("Who gets what.", "send:\n  - { to: both, message: log-your-conversation }"),
    "send_depending_on": Word(
        "A field of the starting event; `cases` says what to send for each of its values.", "send_depending_on: option"
    ),
    "cases": Word(
        "What to send for every value of the field; `[]` sends nothing.",
        "cases:\n  urgent: [ { to: staff.primary, message: concern-urgent } ]\n  safety_risk: []",
    ),
    "formerly": Word("Ids that the rule had before, so that nobody is mailed again.", "formerly: [first-mail]"),
    "accept": Word(
        "Warnings of the checker that you let stand, why, and until when.",
        "accept:\n  - { warning: overlap, with: first-message, because: Both are short., until: 2027-06-30 }",
    ),
}
INNER: Final = {
    "mentor": Word("Groups of which the mentor must be in one.", "mentor: [staff-mentors]"),
    "mentee": Word("Groups of which the mentee must be in one.", "mentee: [fall-2026]"),
    "either": Word("Groups of which one of the two must be in one.", "either: [fall-2026]"),
    "every": Word("How far apart the messages are.", "every: 7 days"),
    "total": Word("How many messages in all, the first included; at most 12, for reports 60.", "total: 3"),
    "event": Word("The event that stops the rule.", "event: conversation.logged"),
    "by": Word("Whose act it must be, seen from the start.", "by: counterpart"),
    "same": Word("A field in which the start and the stop must agree.", "same: survey_id"),
    "at_least": Word("So many or more.", "at_least: 1"),
    "at_most": Word("So many or fewer.", "at_most: 2"),
    "to": Word(
        "Who gets it: `mentor`, `mentee`, `both`, `participant`, `initiator` (whose act started the rule), "
        "`counterpart` (the other one), `advisor`, or `staff.` and a role.",
        "to: both",
    ),
    "message": Word("What is sent: a file in `templates/messages/`, without `.md`.", "message: log-your-conversation"),
    "resource": Word(
        "A resource to send with it: a file in `templates/resources/`, `this` (the one the start is about), "
        "`by_topic` or `by_stage`.",
        "resource: tips-for-your-first-message",
    ),
    "warning": Word("The code of the warning, as the checker shows it in brackets.", "warning: overlap"),
    "with": Word("The other rule, where the warning is about two.", "with: first-message"),
    "because": Word("Why it may stand.", "because: Both are short and go together well."),
    "until_day": Word("The last day on which it is accepted.", "until: 2027-06-30"),
}
DELIVERY: Final = {
    "hours": Word("When mail may come, and by whose clock.", 'hours: { from: "09:00", to: "18:00", days: [mon, tue] }'),
    "limits": Word(
        "How many emails with nudges one person may get in a stretch of time.", "limits: [ { at_most: 1, in: 1 day } ]"
    ),
    "send_within": Word("How late a message may still go, where the rule does not say.", "send_within: 3 days"),
    "digest": Word("How many nudges may share one email.", "digest: { at_most: 5 }"),
    "safety": Word(
        "A brake on mistakes; what is above it is held until staff release it.",
        "safety: { per_rule_per_hour: 200, first_after_change: 25 }",
    ),
    "on_unknown": Word(
        "What to do with an email of which nobody knows whether it went: `hold` or `resend`.",
        "on_unknown: { alert: resend, nudge: hold }",
    ),
    "accept": Word(
        "Warnings about the limits that you let stand.",
        "accept:\n  - { warning: more-than-the-limits, because: Only in week one., until: 2027-06-30 }",
    ),
    "from": Word("When the hours open, in quotes.", 'from: "09:00"'),
    "to": Word("When they close, in quotes.", 'to: "18:00"'),
    "days": Word("On which days.", "days: [mon, tue, wed, thu, fri]"),
    "timezone": Word("Whose clock: `recipient`, or one zone for all.", "timezone: recipient"),
    "timezone_if_unknown": Word(
        "Where we do not know a person's zone: `program`, or one zone.", "timezone_if_unknown: program"
    ),
    "at_most": Word("So many.", "at_most: 3"),
    "in": Word("In any stretch of this length.", "in: 7 days"),
    "per_rule_per_hour": Word("How many messages of one rule may go in an hour.", "per_rule_per_hour: 200"),
    "first_after_change": Word("How many of a changed rule go unasked.", "first_after_change: 25"),
}
PAUSE: Final = {
    "id": Word("The pause's name, as explanations show it.", "id: help-is-on-the-way"),
    "while": Word("Gates; while all hold, the kinds below wait.", "while: { help: open }"),
    "stops": Word("The kinds of rules that wait.", "stops: [nudge]"),
}

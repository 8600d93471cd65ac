"""Texts become exactly the values that they describe."""

from datetime import date

import pytest

from service.adapters.rulebook.load import load
from service.adapters.rulebook.sources import Sources
from service.adapters.rulebook.tree import plain
from service.domain.calendar import DAY, HOUR, MINUTE, WEEK, Hours
from service.domain.events import SubjectKind
from service.domain.rules import (
    Actor,
    Audience,
    Break,
    Category,
    Count,
    Delivery,
    Gate,
    Groups,
    Kind,
    Limit,
    MessagePolicy,
    OnUnknown,
    Pause,
    Program,
    Quiet,
    Resource,
    Rule,
    RuleSet,
    Safety,
    Send,
    StartsFrom,
    Thresholds,
    Until,
)
from tests.rulebook.sets import HERE, catalogue, load_rules, sound_sources

EXAMPLES = HERE / "examples"


def rules_of(text: str, **more: str) -> tuple[Rule, ...]:
    return rule_set_of(text, **more).rules


def rule_set_of(text: str, **more: str) -> RuleSet:
    loaded = load_rules(text, **more)
    assert loaded.rule_set is not None, [each.message for each in loaded.problems]
    return loaded.rule_set


def one_rule(lines: str, *, starts: str = "mentorship.matched", kind: str = "nudge") -> Rule:
    """Return the rule that has these words beside its head; it sends one message to both."""
    head = f"rules:\n  - id: one\n    kind: {kind}\n    starts: {starts}\n"
    send = "" if "send" in lines else "    send: [ { to: both, message: hello } ]\n"
    body = "".join(f"    {line}\n" for line in lines.split("\n") if line)
    return rules_of(head + body + send)[0]


def test_the_example_rules_have_exactly_these_values() -> None:
    assert rules_of((EXAMPLES / "rules.yaml").read_text("utf-8")) == (
        Rule(
            id="log-first-conversation",
            position=0,
            title="Two weeks after the match, nobody has logged a conversation",
            kind=Kind.NUDGE,
            starts="mentorship.matched",
            wait=14 * DAY,
            every=7 * DAY,
            total=3,
            only_while=(
                Gate("mentorship", "active"),
                Gate("mentorship.message_sent", "happened"),
                Gate("conversation.logged", "never"),
            ),
            sends=(Send(to="both", message="log-your-conversation"),),
        ),
        Rule(
            id="unanswered",
            position=1,
            title="One side wrote five days ago, the other has not answered",
            kind=Kind.NUDGE,
            starts="mentorship.message_sent",
            starts_from=StartsFrom.LATEST,
            wait=5 * DAY,
            until=(Until(event="mentorship.message_sent", by=Actor.COUNTERPART),),
            sends=(Send(to="counterpart", message="someone-wrote-to-you"),),
        ),
        Rule(
            id="wrap-up",
            position=2,
            title="Two weeks before the program ends",
            kind=Kind.SERVICE,
            starts="date.program_ends",
            before=14 * DAY,
            only_for=Groups(either=frozenset({"fall-2026"})),
            sends=(Send(to="both", message="wrapping-up-well"),),
        ),
        Rule(
            id="resource-for-flag",
            position=3,
            title="A resource for each topic the mentor flagged",
            kind=Kind.NUDGE,
            starts="flag.submitted",
            where={"priority": frozenset({"routine"})},
            sends=(Send(to="mentor", message="resource-for-topic", resource="by_topic"),),
        ),
        Rule(
            id="celebrate-three",
            position=4,
            kind=Kind.NUDGE,
            starts="conversation.logged",
            reaches=3,
            sends=(Send(to="both", message="celebrate-three"),),
        ),
    )


def test_the_example_delivery_has_exactly_these_values() -> None:
    rule_set = rule_set_of((EXAMPLES / "delivery.yaml").read_text("utf-8"))
    assert rule_set.delivery == Delivery(
        hours=Hours(opens=9 * 60, closes=18 * 60, days=frozenset(range(5))),
        timezone=None,
        timezone_if_unknown=None,
        limits=(Limit(1, DAY), Limit(3, 7 * DAY)),
        send_within=3 * DAY,
        digest_at_most=5,
        safety=Safety(per_rule_per_hour=200, first_after_change=25),
        on_unknown={
            Kind.ALERT: OnUnknown.RESEND,
            Kind.ANSWER: OnUnknown.RESEND,
            Kind.SERVICE: OnUnknown.HOLD,
            Kind.NUDGE: OnUnknown.HOLD,
            Kind.REPORT: OnUnknown.HOLD,
        },
    )
    assert rule_set.pauses == (
        Pause(id="help-is-on-the-way", gates=(Gate("help", "open"),), stops=frozenset({Kind.NUDGE})),
    )


def test_the_example_program_has_exactly_these_values() -> None:
    rule_set = rule_set_of(
        (EXAMPLES / "rules.yaml").read_text("utf-8"), northfield=(EXAMPLES / "northfield.yaml").read_text("utf-8")
    )
    assert rule_set.programs == {
        "northfield": Program(
            id="northfield",
            name="Northfield Peer Mentoring",
            timezone="America/Chicago",
            from_name="Northfield Peer Mentoring",
            from_email="mentoring@northfield.example.org",
            color="#7a1f2b",
            logo="https://northfield.example.org/logo.png",
            staff={
                "primary": ("mentoring@northfield.example.org",),
                "safeguarding": ("dean@northfield.example.org", "duty@northfield.example.org"),
            },
            dates={"program_ends": (date(2026, 12, 18),), "checkpoints": (date(2026, 10, 1), date(2026, 11, 1))},
            breaks=(Break(name="exam week", first=date(2026, 12, 7), last=date(2026, 12, 12)),),
            groups={"fall-2026": False, "first-generation": True},
            flag_labels={"depression": "Mental health"},
            flags_hidden=frozenset({"housing_food"}),
            engagement=Thresholds(drifting_after=45 * DAY),
            overrides={
                "log-first-conversation": {"wait": 21 * DAY, "before": None},
                "celebrate-three": {"enabled": False},
            },
        )
    }
    running = {rule.id: rule for rule in rule_set.rules_of("northfield")}
    assert running["log-first-conversation"].wait == 21 * DAY
    assert "celebrate-three" not in running


def test_what_is_not_written_has_its_default() -> None:
    sends = (Send(to="both", message="hello"),)
    assert one_rule("") == Rule(id="one", position=0, kind=Kind.NUDGE, starts="mentorship.matched", sends=sends)


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("0 minutes", 0),
        ("1 minute", MINUTE),
        ("90 minutes", 90 * MINUTE),
        ("1 hour", HOUR),
        ("1 day", DAY),
        ("14 days", 14 * DAY),
        ("2 weeks", 2 * WEEK),
    ],
)
def test_a_duration_is_read_to_the_microsecond(written: str, span: int) -> None:
    assert one_rule(f"wait: {written}").wait == span


@pytest.mark.parametrize(("written", "value"), [("no", False), ("off", False), ("Yes", True), ("true", True)])
def test_yes_and_no_are_truth_values_only_where_one_is_asked_for(written: str, value: bool) -> None:
    rule = one_rule(f"enabled: {written}\ntitle: {written}")
    assert (rule.enabled, rule.title) == (value, written)


def test_every_other_word_of_a_rule() -> None:
    rule = one_rule(
        """why: |
  Because it
  helps.
for_each: mentorship
programs: [northfield, south.field]
only_for: { mentor: [a], mentee: [b, c] }
where: { by: [mentor], held_on: [2026-03-02], count: [2] }
until: { event: conversation.logged, by: initiator, same: by }
count: { conversation.logged: { at_least: 1, at_most: 2 }, flag.submitted: { at_most: 0 } }
none_in_last: { mentorship.message_sent: 5 days }
send_within: 2 hours
send: [ { to: staff.primary, message: hello, resource: gone-quiet }, { to: initiator, message: hello } ]
formerly: [two, three]""",
        starts="conversation.logged",
    )
    assert rule == Rule(
        id="one",
        position=0,
        kind=Kind.NUDGE,
        starts="conversation.logged",
        why="Because it\nhelps.",
        programs=frozenset({"northfield", "south.field"}),
        only_for=Groups(mentor=frozenset({"a"}), mentee=frozenset({"b", "c"})),
        where={"by": frozenset({"mentor"}), "held_on": frozenset({"2026-03-02"}), "count": frozenset({"2"})},
        until=(Until(event="conversation.logged", by=Actor.INITIATOR, same="by"),),
        counts=(
            Count(event="conversation.logged", at_least=1, at_most=2),
            Count(event="flag.submitted", at_most=0),
        ),
        none_in_last=(Quiet("mentorship.message_sent", 5 * DAY),),
        send_within=2 * HOUR,
        sends=(
            Send(to="staff.primary", message="hello", resource="gone-quiet"),
            Send(to="initiator", message="hello"),
        ),
        formerly=("two", "three"),
    )


def test_sends_may_depend_on_a_field_and_truth_values_are_its_words() -> None:
    rule = one_rule(
        """for_each: participant
where: { wanted: [no], category: [surveys] }
send_depending_on: wanted
cases:
  yes: []
  no: [ { to: participant, message: good-bye } ]""",
        starts="participant.preferences_changed",
    )
    assert rule.for_each is SubjectKind.PARTICIPANT
    assert rule.where == {"wanted": frozenset({"false"}), "category": frozenset({"surveys"})}
    assert rule.depends_on == "wanted"
    assert rule.cases == {"true": (), "false": (Send(to="participant", message="good-bye"),)}


def test_a_report_may_repeat_sixty_times() -> None:
    text = "for_each: program\nrepeat: { every: 1 week, total: 60 }\nsend: [ { to: staff.primary, message: hello } ]"
    assert one_rule(text, kind="report", starts="program.launched").total == 60


def test_rules_stand_in_order_of_path_then_place() -> None:
    text = "rules: [ {{ id: {0}, kind: nudge, starts: mentorship.matched, send: [ {{ to: both, message: m }} ] }} ]"
    found = rules_of(text.format("middle"), zebra=text.format("last"), ant=text.format("first"))
    assert [(rule.id, rule.position) for rule in found] == [("first", 0), ("middle", 1), ("last", 2)]


def test_an_overridden_send_takes_the_place_of_cases_and_the_other_way_round() -> None:
    base = """rules:
  - { id: plain, kind: nudge, starts: help.requested, send: [ { to: both, message: a } ] }
  - { id: cases, kind: nudge, starts: help.requested, send_depending_on: by, cases: { mentor: [], mentee: [] } }
"""
    program = """program: northfield
overrides:
  cases: { send: [ { to: mentor, message: b } ] }
  plain: { send_depending_on: by, cases: { mentor: [ { to: mentor, message: c } ], mentee: [] } }
"""
    rule_set = rule_set_of(base, program=program)
    plain_rule, cases_rule = rule_set.rules_of("northfield")
    assert (cases_rule.sends, cases_rule.depends_on, cases_rule.cases) == ((Send(to="mentor", message="b"),), None, {})
    assert plain_rule.sends == ()
    assert plain_rule.cases == {"mentor": (Send(to="mentor", message="c"),), "mentee": ()}


def test_an_override_of_the_schedule_replaces_it_whole() -> None:
    base = """rules:
  - { id: end, kind: nudge, starts: date.program_ends, before: 7 days, send: [ { to: both, message: a } ] }
"""
    program = "program: p\noverrides:\n  end: { wait: 2 days, repeat: { every: 1 day, total: 2 } }\n"
    (rule,) = rule_set_of(base, program=program).rules_of("p")
    assert (rule.wait, rule.before, rule.every, rule.total) == (2 * DAY, None, DAY, 2)


def test_hours_may_close_at_midnight_and_keep_a_zone() -> None:
    text = 'delivery: { hours: { from: 18:00, to: "24:00", days: [sat, sun], timezone: Europe/London } }'
    delivery = rule_set_of(text).delivery
    assert delivery.hours == Hours(opens=18 * 60, closes=24 * 60, days=frozenset({5, 6}))
    assert delivery.timezone == "Europe/London"


def test_pages_tell_the_planner_what_it_needs() -> None:
    rule_set = load(sound_sources(), catalogue()).rule_set
    assert rule_set is not None
    assert rule_set.messages["wrapping-up-well"] == MessagePolicy(category=Category.REMINDERS)
    assert rule_set.resources == (
        Resource(
            slug="tips-for-your-first-message",
            order=1,
            title="Tips for your First Message",
            audience=Audience.BOTH,
            stage="start",
            needs_contacts=frozenset({"emergency"}),
        ),
    )
    assert rule_set.hash == sound_sources().content_hash


def test_resources_stand_in_catalogue_order_and_all_means_every_topic() -> None:
    day = "minutes: 1\nreviewed: 2026-08-01\n"
    page = "---\ntitle: T\nsummary: S.\norder: {0}\naudience: mentor\nstage: craft\ntopics: [all]\n{1}---\nText.\n"
    files = {f"templates/resources/{name}.md": page.format(order, day) for name, order in (("a", "20"), ("b", "3"))}
    unplaced = page.replace("order: {0}\n", "").format("", day)
    files |= {f"templates/resources/{name}.md": unplaced for name in ("d", "c")}
    rule_set = load(Sources(files), catalogue()).rule_set
    assert rule_set is not None
    assert [each.slug for each in rule_set.resources] == ["b", "a", "c", "d"]
    assert {"depression", "other"} <= rule_set.resources[0].topics


def test_message_names_are_checked_only_where_templates_are_given() -> None:
    text = "rules: [ { id: a, kind: nudge, starts: mentorship.matched, send: [ { to: both, message: nowhere } ] } ]"
    assert load_rules(text).problems == ()
    with_pages = Sources({**sound_sources().files, "rules/more.yaml": text})
    assert [each.code for each in load(with_pages, catalogue()).problems] == ["unknown-message"]


def test_a_date_that_no_program_names_is_a_warning_where_there_is_no_program_file() -> None:
    text = "rules: [ { id: a, kind: nudge, starts: date.midterm, send: [ { to: both, message: m } ] } ]"
    loaded = load_rules(text)
    assert [(each.code, each.severity) for each in loaded.problems] == [("unknown-date", "warning")]
    assert loaded.rule_set is not None
    assert load_rules(text, program="program: p\ndates: { midterm: 2026-10-12 }").problems == ()
    assert load_rules(text, program="program: p").rule_set is None


def test_all_problems_of_all_files_come_at_once() -> None:
    bad = "rules: [ { id: a, kind: nugde, starts: nothing, wait: 2, send: [] } ]"
    found = load_rules(bad, broken="rules: [", program="program: p\ntimezone: nowhere\n").problems
    assert [(each.path, each.code) for each in found] == [
        ("rules/broken.yaml", "unclosed-bracket"),
        ("rules/program.yaml", "unknown-zone"),
        ("rules/rules.yaml", "unknown-value"),
        ("rules/rules.yaml", "unknown-event"),
        ("rules/rules.yaml", "bad-duration"),
        ("rules/rules.yaml", "empty-value"),
    ]


def test_an_unreadable_file_does_not_make_rules_look_unknown() -> None:
    program = "program: p\noverrides:\n  elsewhere: { enabled: false }\n"
    assert [each.code for each in load_rules("rules: [", program=program).problems] == ["unclosed-bracket"]
    assert "unknown-rule" in [each.code for each in load_rules("rules: []", program=program).problems]


def test_delivery_stands_in_one_place() -> None:
    loaded = load_rules("delivery: { send_within: 1 day }", second="delivery: { send_within: 2 days }")
    assert [each.code for each in loaded.problems] == ["duplicate-delivery"]


def test_stories_come_with_their_lines_and_their_words_untouched() -> None:
    story = "- story: one\n  begins: 2026-03-02 15:00\n  expect: []\n\n- story: two\n  events: [ { day: 0 } ]\n"
    stories = load_rules("rules: []", stories=story).stories
    assert [(each.path, each.line) for each in stories] == [("rules/stories.yaml", 1), ("rules/stories.yaml", 5)]
    assert plain(stories[0].mapping) == {"story": "one", "begins": "2026-03-02 15:00", "expect": []}
    assert plain(stories[1].mapping) == {"story": "two", "events": [{"day": "0"}]}


def test_empty_files_and_comments_are_no_problem() -> None:
    loaded = load_rules("", comments="# nothing here yet\n")
    assert loaded.problems == ()
    assert loaded.rule_set is not None

"""The standard resources: all of them are there, whole, and as the checker wants any resource."""

from datetime import date
from itertools import pairwise

import pytest

from service.adapters.rulebook.check import check
from service.adapters.rulebook.sources import RESOURCES, read_sources
from service.adapters.schemas.load import load_schemas
from service.adapters.templates.book import TemplateBook
from service.adapters.templates.look import ProgramLook
from service.domain.rules import ALL_TOPICS, Audience
from tests.templates.pages import TEMPLATES, Seen, layouts
from tests.templates.test_pack import pack

CATALOGUE = """
1 both - Tips for your First Message
2 both - Introductions and Setting Expectations
3 both - First-Conversation Agenda
4 both - Ice-Breaker Questions
5 both - Choosing Channels and Times
6 mentee - What Mentors Do and Don't Do
7 both - Setting Goals Together
8 mentor - Mentor Briefing: 10 Things to Know About Ghosting
9 mentee - Gone Quiet? How to Restart
10 both - Reopening Messages
11 both - Not the Right Fit: Your Options
12 both - Keeping a Rhythm
13 both - Scheduling in Busy Weeks
14 mentor - Active Listening
15 mentor - Asking Better Questions
16 both - Boundaries and Confidentiality
90 mentor all Flags: When, How, and Telling Your Mentee
18 mentor depression,stress,safety Listen, Refer, Report
19 mentor - Constructive Feedback
20 mentor belonging Mentoring Across Difference
21 mentor - Looking After Yourself
22 mentee academic_struggles Study Strategies
23 mentee academic_struggles Office Hours
24 mentee academic_struggles Tutoring and Writing Help
25 mentee academic_struggles,work_study_balance Planning Your Term
26 mentee academic_struggles Exam Preparation
27 both academic_struggles After a Disappointing Grade
28 both considering_switching_majors Unsure About Your Major
29 mentee considering_switching_majors,registration Meeting Your Advisor
30 mentee registration Registration and Holds
31 both considering_leaving Before You Decide to Leave
32 mentee financial_concerns Financial Aid Basics
33 mentee financial_concerns Student Budgeting
34 both financial_concerns Emergency Funds
35 both housing_food Food and Housing Help
36 mentee work_study_balance Working While Studying
37 both depression,stress Counselling and Crisis Contacts
38 mentee stress,physical_health Stress and Sleep
39 both belonging Homesickness and Belonging
40 both belonging,academic_struggles Impostor Feelings
41 both belonging,registration First-Generation Guide
42 both family Family and Caregiving
43 both disability_access Accommodations
44 both transition Transfer and International Transitions
45 both safety Safety and Reporting
46 both career Exploring Careers
47 mentee career Résumé and Profile
48 mentee career Networking Conversations
49 mentee career Finding Internships
50 both - Wrapping Up Well
51 both - Staying in Touch
52 both - Reflect and Pay It Forward
"""
"""Place among all, audience, topics and title. What answers every topic stands behind what answers one."""

ONLY_THE_GENERAL_ONE = {"work_study_balance", "physical_health", "other"}
"""Topics on which mentors get the resource about flags alone: what else there is on them is for mentees."""
FILES = {path.stem: path.read_text("utf-8") for path in sorted((TEMPLATES / "resources").glob("*.md"))}
SOURCES = read_sources(TEMPLATES.parent / "rules", TEMPLATES)


def test_the_catalogue_is_there_with_its_audiences_and_topics() -> None:
    found = {
        (
            each.order,
            str(each.audience),
            ALL_TOPICS if ALL_TOPICS in each.topics else ",".join(sorted(each.topics)),
            each.title,
        )
        for each in pack().resources
    }
    rows = (row.split(" ", 3) for row in CATALOGUE.strip().split("\n"))
    wanted = {
        (int(order), audience, ",".join(sorted(topics.strip("-").split(","))), title)
        for order, audience, topics, title in rows
    }
    assert len(wanted) == 52
    assert wanted - found == set()  # others may have been dropped into the folder


def test_every_topic_has_something_for_a_mentor() -> None:
    for_mentors = [each for each in pack().resources if each.audience in (Audience.MENTOR, Audience.BOTH)]
    topics = {topic for each in for_mentors if ALL_TOPICS not in each.topics for topic in each.topics}
    every = next(each.topics for each in for_mentors if ALL_TOPICS in each.topics) - {ALL_TOPICS}
    assert every - topics == ONLY_THE_GENERAL_ONE


def test_the_checker_finds_nothing_to_mend_in_any_of_them_in_any_language() -> None:
    found = check(SOURCES, load_schemas(TEMPLATES.parent / "schemas").catalogue, today=date(2026, 11, 25)).problems
    assert [each for each in found if each.path.startswith(RESOURCES)] == []


@pytest.mark.parametrize("program", ["eastgate", "northfield"])
@pytest.mark.parametrize("slug", FILES)
def test_it_is_a_page_in_both_sample_programs(slug: str, program: str) -> None:
    known = pack().programs[program]
    look = ProgramLook(name=known.name, email=known.from_email, program=program, contacts=known.contacts)
    book = TemplateBook(SOURCES.files, layouts())
    page = book.pages(look).page(slug)
    levels = [int(tag[1]) for tag, _ in Seen(page).headings]

    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert "{{" not in page
    assert book.resource_context(slug, "https://example.org/r", look)["body"]

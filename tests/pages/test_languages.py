"""The pages that mail leads to, in the reader's own language, else in the browser's, else in the program's."""

import pytest
from werkzeug.test import TestResponse

from service.domain.calendar import HOUR
from service.domain.grants import Purpose
from tests.flow.events import event
from tests.pages.visits import Visits

SPANISH = {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}
HEADINGS = {
    (Purpose.HELP, "m-1"): "No logro ponerme en contacto",
    (Purpose.LOG, "m-1"): "Anotar una conversación",
    (Purpose.MINE, ""): "Mis mentorías",
    (Purpose.PREFERENCES, ""): "Elige qué correos recibes",
    (Purpose.UNSUBSCRIBE, ""): "¿Dejar de recibir todo el correo opcional?",
    (Purpose.READ, "active-listening"): "¿Ya leíste «Escuchar de verdad»?",
}


def asked(people: Visits, path: str, **headers: str) -> TestResponse:
    return people.app.test_client().get(path, headers=headers)


def speaks(people: Visits, who: str, locale: str) -> None:
    people.stage.take(event("participant.updated", f"participants/{who}", people.stage.clock.now, locale=locale))


def test_a_person_reads_every_page_in_their_own_language_whatever_the_browser_asks_for(people: Visits) -> None:
    speaks(people, "ada", "es-MX")
    for (purpose, about), heading in HEADINGS.items():
        html = asked(people, people.link(purpose, "ada", about), **{"Accept-Language": "en"}).text
        assert '<html lang="es">' in html
        assert f"<h1>{heading}</h1>" in html


def test_who_named_no_language_is_asked_through_the_browser(people: Visits) -> None:
    link = people.link(Purpose.LOG, "ada", "m-1")
    assert '<html lang="es">' in asked(people, link, **SPANISH).text
    assert '<html lang="en">' in asked(people, link, **{"Accept-Language": "de, fr;q=0.7"}).text
    assert asked(people, link, **SPANISH).headers["Vary"] == "Accept-Language"


def test_answers_and_faults_are_in_the_same_language(people: Visits) -> None:
    speaks(people, "ada", "es")
    link = people.link(Purpose.LOG, "ada", "m-1")
    wrong = people.press(link, held_on="2020-01-01", count="0", do="log")
    assert wrong.status_code == 422
    assert "Elige el día en que hablaron" in wrong.text
    right = people.press(link, held_on="2026-03-02", count="2", do="log")
    assert "Hemos anotado 2 conversaciones con Ben, hasta el 2 de marzo de 2026." in right.text
    assert people.told()[-1][1]["count"] == 2


def test_the_hour_to_take_a_request_back_is_told_with_its_zone(people: Visits) -> None:
    speaks(people, "ada", "es")
    chosen = people.press(f"{people.link(Purpose.HELP, 'ada', 'm-1')}?option=talk_to_institution")
    assert "Puedes retirarla hasta las 10:00 (hora central)." in chosen.text


def test_who_takes_an_alert_on_reads_the_browsers_language(people: Visits) -> None:
    asking = {"request_id": "h-1", "by": "mentor", "option": "talk_to_institution"}
    people.stage.take(event("help.requested", "mentorships/m-1", people.stage.clock.now, **asking))
    link = people.link(Purpose.ACKNOWLEDGE, "staff.primary", "m-1/help/h-1")
    assert "¿Te haces cargo de una solicitud de ayuda?" in asked(people, link, **SPANISH).text
    assert "Take on a request for help?" in asked(people, link).text


@pytest.mark.parametrize("path", ["/log/nonsense", "/resources/nothing-of-the-kind"])
def test_what_is_not_there_is_told_kindly_in_the_browsers_language(people: Visits, path: str) -> None:
    html = asked(people, path, **SPANISH).text
    assert '<html lang="es">' in html
    assert "una persona te ayudará" in html or "No encontramos esta página" in html


@pytest.mark.parametrize(
    ("wanted", "browser", "title", "advice"),
    [
        ("es", "en", "Esta página necesita los contactos de tu institución", "llama al número de emergencias"),
        ("en", "es", "This page needs your institution", "call your local emergency number"),
    ],
)
def test_a_page_that_lacks_contacts_is_in_one_language(
    people: Visits, wanted: str, browser: str, title: str, advice: str
) -> None:
    path = f"/resources/counselling-and-crisis-contacts?lang={wanted}"
    html = asked(people, path, **{"Accept-Language": browser}).text
    assert f'<html lang="{wanted}">' in html
    assert title in html
    assert advice in html
    other = "Otherwise open it" if wanted == "es" else "Si no, ábrela"
    assert other not in html


def test_a_link_in_mail_names_the_language_of_a_resource_and_hands_it_on(people: Visits) -> None:
    speaks(people, "ada", "es-MX")
    people.stage.take(
        event("mentorship.matched", "mentorships/m-7", people.stage.clock.now, mentor_id="ada", mentee_id="max")
    )
    people.stage.work_until(people.stage.clock.now + 2 * HOUR)
    mail = next(each for each in people.stage.mailbox.page(at_most=50).mails if each.subject == "Saluda a tu mentee")
    body = people.stage.mailbox.read(mail.send_id)
    assert body is not None
    link = "/resources/introductions-and-setting-expectations?program=northfield&lang=es-MX"
    assert link in body.text
    page = asked(people, link, **{"Accept-Language": "en"}).text
    assert "<h1>Presentarse y ponerse de acuerdo</h1>" in page
    assert "first-conversation-agenda?program=northfield&amp;lang=es-MX" in page
    assert '<html lang="en">' in asked(people, "/resources/?lang=%3Cb%3E").text

"""A page speaks the language of the patient it is for; before anybody is known, that of the browser."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from lrrc_qol.mail.unsubscribe import make_token
from lrrc_qol.runtime import Runtime
from tests.factories import make_patient, make_staff
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.patient_links import PAIN_WORST, check_in_link

BIRTH = {
    "ar": "ما سنة ميلادكم؟",
    "de": "In welchem Jahr sind Sie geboren?",
    "en": "In which year were you born?",
    "nl": "In welk jaar bent u geboren?",
    "zh-Hans": "您是哪一年出生的？",
}
STAFF_WAY_IN = {
    "ar": "أعمل في المستشفى",
    "de": "Ich arbeite in der Klinik",
    "en": "I work at the hospital",
    "nl": "Ik werk in het ziekenhuis",
}
WARD = "020 7946 0111"


def opening(language: str) -> str:
    """How a page in this language begins."""
    return f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">'


@pytest.mark.parametrize("language", BIRTH)
def test_the_way_in_and_the_form_are_in_the_patients_language(
    client: FlaskClient, runtime: Runtime, language: str
) -> None:
    token = check_in_link(runtime, language=language)
    landing = client.get(f"/l/{token}", headers={"Accept-Language": "fr, en"}).text
    assert opening(language) in landing
    assert BIRTH[language] in landing
    form = Visitor(client).enter(token)
    for path in (form, f"{form}/item/1", f"{form}/review", "/form", "/form/call-me", "/form/no-such-page"):
        assert opening(language) in client.get(path).text, path


@pytest.mark.parametrize(
    ("wish", "language"),
    [("nl-BE, en;q=0.5", "nl"), ("ar", "ar"), ("de-CH", "de"), ("fr", "en"), ("zh-TW", "en"), ("", "en")],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_nobody_is_known_the_browser_says_the_language(client: FlaskClient, wish: str, language: str) -> None:
    headers = {"Accept-Language": wish}
    page = client.get("/", headers=headers).text
    assert opening(language) in page
    assert STAFF_WAY_IN[language] in page
    for path in ("/l/nobody-made-this-link", "/no-such-page", "/form"):
        assert opening(language) in client.get(path, headers=headers).text, path


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_pages_for_staff_stay_in_english(client: FlaskClient) -> None:
    assert opening("en") in client.get("/login", headers={"Accept-Language": "ar"}).text


def test_stopping_the_mails_is_in_the_patients_language(client: FlaskClient, runtime: Runtime) -> None:
    patient = make_patient(runtime, make_staff(runtime), language="nl")
    link = f"/u/{make_token(runtime.settings.secret_key, patient)}"
    assert opening("nl") in client.get(link).text
    assert opening("nl") in client.post(link).text


def test_a_year_typed_on_an_arabic_keyboard_lets_in(client: FlaskClient, runtime: Runtime) -> None:
    token = check_in_link(runtime, language="ar")
    mistake = Visitor(client).open_link(token, year="١٩").text
    assert 'value="١٩"' in mistake
    assert Visitor(client).open_link(token, year="١٩٥٨").status_code == 303


def test_what_to_do_is_told_in_the_patients_language_with_numbers_in_their_order(
    client: FlaskClient, runtime: Runtime
) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime, language="ar"))
    body = save_body({"item_id": PAIN_WORST, "value": 9})
    told = visitor.send(f"{form}/save", body, csrf=visitor.csrf(form)).json["instruction"]
    english = runtime.catalogue.alert_rules("pe12").instruction("pain_red", "en")
    assert told["title"] == runtime.catalogue.alert_rules("pe12").instruction("pain_red", "ar").title != english.title
    assert f"\u2066{WARD.replace(' ', chr(0xA0))}\u2069" in told["text"]
    assert told["phone"] == WARD
    assert 'href="tel:02079460111"' in client.get(f"{form}/review").text


def test_without_javascript_the_advice_is_in_the_patients_language(client: FlaskClient, runtime: Runtime) -> None:
    visitor = Visitor(client)
    form = visitor.enter(check_in_link(runtime, language="nl"))
    visitor.answer(f"{form}/item/1", answer=9)
    page = client.get(f"{form}/advice").text
    assert runtime.catalogue.alert_rules("pe12").instruction("pain_red", "nl").title in page
    assert f"Bel {WARD}" in page


@pytest.mark.parametrize("language", BIRTH)
def test_the_script_has_a_sentence_for_every_number_of_parts_left(
    client: FlaskClient, runtime: Runtime, language: str
) -> None:
    script = client.get(f"/static/patient.{language}.js").text
    sentences = dict(re.findall(r"<dt>(?:more|left)-(\w+)</dt>\s*<dd>(.*?)</dd>", script))
    locale = runtime.catalogue.translations(language).locale
    assert {str(locale.plural_form(number)) for number in range(1, 200)} == sentences.keys()
    more = re.findall(r"<dt>more-\w+</dt>\s*<dd>(.*?)</dd>", script)
    assert len(more) == len(sentences)
    assert [sentence for sentence in more if "{1}" not in sentence or "{2}" not in sentence] == []

"""A release with other words of our own comes, and the patient takes another language: what was read is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.catalogue.wording import make_wording
from lrrc_qol.persistence.models import Response
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.answer_form import FormView, SaveRequest, open_form, save_answers
from lrrc_qol.services.context import COMMAND
from tests.factories import Phone, answer, assignment, make_patient, make_staff, take_seat

PAIN = ("pain_nrs", "1.0")


@pytest.fixture
def phone(runtime: Runtime) -> Phone:
    return take_seat(runtime, make_patient(runtime, make_staff(runtime), language="de"))


def with_corrected_draft(catalogue: Catalogue) -> Catalogue:
    """As after a release in which a word of the German draft was corrected; nothing keeps the former one."""
    before = catalogue.wordings[*PAIN, "de"]
    after = make_wording(
        catalogue.instrument(*PAIN),
        language="de",
        title="Berichtigt",
        recall=before.recall,
        items=before.items,
        approved=True,
    )
    return replace(catalogue, wordings={**catalogue.wordings, (*PAIN, "de"): after})


def with_new_version(catalogue: Catalogue) -> Catalogue:
    """As after a release of a second version with words in every language, beside the first one."""
    newer = replace(catalogue.instrument(*PAIN), version="2.0")
    words = {
        (newer.id, newer.version, language): make_wording(
            newer, language=language, title="New", recall=one.recall, items=one.items, approved=True
        )
        for (*key, language), one in catalogue.wordings.items()
        if tuple(key) == PAIN
    }
    return replace(catalogue, instruments=(*catalogue.instruments, newer), wordings={**catalogue.wordings, **words})


def in_english(phone: Phone) -> Phone:
    """The same session after the patient took English."""
    return replace(phone, seat=replace(phone.seat, language="en"))


def opened(runtime: Runtime, phone: Phone) -> FormView:
    with runtime.reading(phone.actor) as work:
        return open_form(work, phone.seat, assignment(runtime, phone, PAIN[0]))


def answered(runtime: Runtime, phone: Phone, words: str) -> Response:
    """The response after its first answer, which comes from a page with these words."""
    request = SaveRequest(key="first-key", version=0, answers=(answer("pain_worst", 4),), words=words)
    with runtime.writing(phone.actor) as work:
        assert save_answers(work, phone.seat, assignment(runtime, phone, PAIN[0]), request).status == 200
    with runtime.reading(COMMAND) as work:
        response = work.session.scalars(select(Response)).one()
        work.session.expunge(response)
    return response


def test_the_language_that_was_read_is_kept_when_its_words_are_gone(runtime: Runtime, phone: Phone) -> None:
    read = opened(runtime, phone).words
    later = replace(runtime, catalogue=with_corrected_draft(runtime.catalogue))
    kept = answered(later, in_english(phone), read)
    present = {one.digest for one in later.catalogue.wordings.values()}
    assert (kept.language, kept.instrument_version, kept.wording_digest in present) == ("de", "1.0", False)
    assert opened(later, in_english(phone)).title == "Berichtigt"


def test_the_version_that_was_read_is_kept_when_a_newer_one_comes(runtime: Runtime, phone: Phone) -> None:
    read = opened(runtime, phone)
    later = replace(runtime, catalogue=with_new_version(runtime.catalogue))
    kept = answered(later, in_english(phone), read.words)
    assert (kept.language, kept.instrument_version) == ("de", "1.0")
    assert kept.wording_digest == runtime.catalogue.wordings[*PAIN, "de"].digest
    assert opened(later, in_english(phone)).title == read.title


def test_a_started_form_goes_on_in_its_language_when_its_words_are_gone(runtime: Runtime, phone: Phone) -> None:
    answered(runtime, phone, opened(runtime, phone).words)
    later = replace(runtime, catalogue=with_corrected_draft(runtime.catalogue))
    assert opened(later, in_english(phone)).title == "Berichtigt"


def test_a_name_that_tells_no_language_leaves_the_present_words(runtime: Runtime, phone: Phone) -> None:
    kept = answered(runtime, in_english(phone), "0" * 16)
    assert kept.wording_digest == runtime.catalogue.wordings[*PAIN, "en"].digest
    assert kept.language == "en"

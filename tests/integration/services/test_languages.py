"""A review makes a language offered in production; nobody who already answers in it is stopped."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from types import MappingProxyType

import pytest
from sqlalchemy import select

from lrrc_qol.catalogue import Catalogue
from lrrc_qol.config import Mode
from lrrc_qol.domain.errors import InvalidInput, NotFound, StaleWrite
from lrrc_qol.persistence.models import AuditEntry, LanguageReview
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.languages import (
    Approval,
    LanguageState,
    ReviewState,
    approve_language,
    is_draft,
    language_state,
    language_states,
    offered_languages,
    reviewed_languages,
    take_back_review,
)
from tests.factories import make_patient, make_staff, take_seat

ALL = ("ar", "de", "en", "nl", "zh-Hans")
NAME = "Joost Voorbeeld"


@pytest.fixture
def production(runtime: Runtime) -> Runtime:
    """The same database as a production site sees it."""
    return dataclasses.replace(runtime, settings=dataclasses.replace(runtime.settings, mode=Mode.PRODUCTION))


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    """The administrator of the centre NORTH."""
    return make_staff(runtime, role="admin")


def state(runtime: Runtime, admin: Actor, language: str = "nl") -> LanguageState:
    with runtime.reading(admin) as work:
        return language_state(work, language)


def offered(runtime: Runtime, admin: Actor) -> tuple[str, ...]:
    with runtime.reading(admin) as work:
        return offered_languages(work, admin.centre())


def approval(runtime: Runtime, admin: Actor, language: str = "nl", **changes: object) -> Approval:
    """A good approval of the present texts; override what the test is about."""
    present = Approval(
        digest=state(runtime, admin, language).digest,
        reviewer_name=NAME,
        reviewer_qualification="Specialist nurse, native speaker",
        reviewed_on=runtime.clock.now().date(),
    )
    return dataclasses.replace(present, **changes)  # type: ignore[arg-type] # the tests name real fields


def approve(runtime: Runtime, admin: Actor, language: str = "nl") -> str:
    wanted = approval(runtime, admin, language)
    with runtime.writing(admin) as work:
        return approve_language(work, language, wanted)


def upgraded(runtime: Runtime) -> Runtime:
    """The same site after an upgrade that changed one Dutch safety text."""
    return dataclasses.replace(runtime, catalogue=with_other_dutch(runtime.catalogue))


def with_other_dutch(catalogue: Catalogue) -> Catalogue:
    rules = catalogue.rule_sets["pe12", "1.0"]
    own = dict(rules.instructions["nl"])
    own["emergency"] = dataclasses.replace(own["emergency"], text="Bel nu {emergency_phone}.")
    changed = MappingProxyType({**rules.instructions, "nl": MappingProxyType(own)})
    return dataclasses.replace(catalogue, rule_sets={("pe12", "1.0"): dataclasses.replace(rules, instructions=changed)})


def test_test_and_demo_mode_offer_all_and_production_only_english(
    runtime: Runtime, production: Runtime, admin: Actor
) -> None:
    assert offered(runtime, admin) == ALL
    assert offered(production, admin) == ("en",)
    assert state(production, admin).state is ReviewState.NOT_REVIEWED
    assert state(production, admin, "en").state is ReviewState.ORIGINAL


def test_a_review_opens_the_language_at_this_centre_only(production: Runtime, runtime: Runtime, admin: Actor) -> None:
    foreign = make_staff(runtime, code="SOUTH", role="admin")
    approve(production, admin)
    assert offered(production, admin) == ("en", "nl")
    assert offered(production, foreign) == ("en",)
    found = state(production, admin)
    assert (found.state, found.offered) == (ReviewState.REVIEWED, True)
    assert found.review is not None
    assert (found.review.reviewer_name, found.review.digest) == (NAME, found.digest)
    assert state(production, foreign).state is ReviewState.NOT_REVIEWED


def test_enrolment_refuses_what_is_not_offered(production: Runtime, runtime: Runtime, admin: Actor) -> None:
    nurse = make_staff(runtime)
    with pytest.raises(InvalidInput, match="nobody has reviewed it") as refusal:
        make_patient(production, nurse, language="nl")
    assert set(refusal.value.fields) == {"language"}
    approve(production, admin)
    assert make_patient(production, nurse, language="nl")


def test_after_an_upgrade_patients_go_on_and_a_new_review_is_due(
    production: Runtime, runtime: Runtime, admin: Actor
) -> None:
    nurse = make_staff(runtime)
    approve(production, admin)
    patient = make_patient(production, nurse, language="nl")
    later = upgraded(production)
    found = state(later, admin)
    assert (found.state, found.offered, found.patients) == (ReviewState.CHANGED, False, 1)
    assert found.review is not None
    assert found.review.reviewer_name == NAME
    with pytest.raises(InvalidInput):
        make_patient(later, nurse, language="nl", hospital_number="H-2", email="b@example.org")
    seat = take_seat(later, patient).seat
    assert (seat.language, seat.draft_language) == ("nl", False)
    approve(later, admin)
    assert state(later, admin).state is ReviewState.REVIEWED


def test_texts_that_changed_while_they_were_read_are_not_approved(production: Runtime, admin: Actor) -> None:
    read_before = approval(production, admin)
    with pytest.raises(StaleWrite), upgraded(production).writing(admin) as work:
        approve_language(work, "nl", read_before)
    assert offered(upgraded(production), admin) == ("en",)


def test_the_same_texts_are_approved_once(production: Runtime, admin: Actor) -> None:
    approve(production, admin)
    with pytest.raises(InvalidInput, match="approved already"):
        approve(production, admin)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reviewer_name": " \t "}, "reviewer_name"),
        ({"reviewer_name": "x" * 121}, "reviewer_name"),
        ({"reviewer_name": "Joost\u202e Voorbeeld"}, "reviewer_name"),
        ({"reviewer_qualification": ""}, "reviewer_qualification"),
        ({"reviewer_qualification": "\x1b[31m"}, "reviewer_qualification"),
        ({"reviewed_on": None}, "reviewed_on"),
    ],
)
def test_what_cannot_be_right_is_named(
    production: Runtime, admin: Actor, changes: dict[str, object], field: str
) -> None:
    wanted = approval(production, admin, **changes)
    with pytest.raises(InvalidInput) as refusal, production.writing(admin) as work:
        approve_language(work, "nl", wanted)
    assert set(refusal.value.fields) == {field}
    assert offered(production, admin) == ("en",)


@pytest.mark.parametrize("days", [1, -367])
def test_the_day_of_a_review_is_not_to_come_and_not_more_than_a_year_ago(
    production: Runtime, admin: Actor, days: int
) -> None:
    wanted = approval(production, admin, reviewed_on=production.clock.now().date() + timedelta(days=days))
    with pytest.raises(InvalidInput) as refusal, production.writing(admin) as work:
        approve_language(work, "nl", wanted)
    assert set(refusal.value.fields) == {"reviewed_on"}


def test_a_review_of_a_year_ago_is_good(production: Runtime, admin: Actor) -> None:
    wanted = approval(production, admin, reviewed_on=production.clock.now().date() - timedelta(days=366))
    with production.writing(admin) as work:
        approve_language(work, "nl", wanted)
    assert offered(production, admin) == ("en", "nl")


def test_english_needs_no_review_and_an_incomplete_language_gets_none(production: Runtime, admin: Actor) -> None:
    with pytest.raises(InvalidInput, match="needs no review"):
        approve(production, admin, "en")
    catalogue = dataclasses.replace(production.catalogue, mail_languages=production.catalogue.mail_languages - {"nl"})
    lacking = dataclasses.replace(production, catalogue=catalogue)
    assert state(lacking, admin).missing == ("the mails",)
    with pytest.raises(InvalidInput, match="not complete"):
        approve(lacking, admin)
    with pytest.raises(NotFound):
        state(production, admin, "fr")


def test_taking_back_closes_the_language_and_stays_visible(production: Runtime, runtime: Runtime, admin: Actor) -> None:
    review = approve(production, admin)
    foreign = make_staff(runtime, code="SOUTH", role="admin")
    for actor, language, wanted in ((foreign, "nl", review), (admin, "ar", review), (admin, "nl", "unknown")):
        with pytest.raises(NotFound), production.writing(actor) as work:
            take_back_review(work, language, wanted, reason="By mistake.")
    for reason in ("", "  \n", "x" * 501, "a\x00b"):
        with pytest.raises(InvalidInput), production.writing(admin) as work:
            take_back_review(work, "nl", review, reason=reason)
    assert offered(production, admin) == ("en", "nl")
    with production.writing(admin) as work:
        take_back_review(work, "nl", review, reason=" A word  was wrong. ")
    assert offered(production, admin) == ("en",)
    assert state(production, admin).state is ReviewState.NOT_REVIEWED
    with pytest.raises(InvalidInput, match="already"), production.writing(admin) as work:
        take_back_review(work, "nl", review, reason="Again.")
    with production.reading(COMMAND) as work:
        row = work.session.scalars(select(LanguageReview)).one()
    assert (row.revoke_reason, row.revoked_by) == ("A word was wrong.", admin.id)


def test_both_acts_stand_in_the_audit_trail(production: Runtime, admin: Actor) -> None:
    review = approve(production, admin)
    with production.writing(admin) as work:
        take_back_review(work, "nl", review, reason="A word was wrong.")
    with production.reading(COMMAND) as work:
        entries = work.session.scalars(
            select(AuditEntry).where(AuditEntry.subject_kind == "language_review").order_by(AuditEntry.id)
        ).all()
    assert [(one.action, one.actor_id, one.reason) for one in entries] == [
        ("approved_language", admin.id, None),
        ("took_back_language", admin.id, "A word was wrong."),
    ]
    assert entries[0].detail["language"] == "nl"
    assert NAME not in str([one.detail for one in entries])


def test_only_practice_pages_say_that_nobody_reviewed_them(runtime: Runtime, production: Runtime, admin: Actor) -> None:
    def draft(where: Runtime, language: str) -> bool:
        with where.reading(admin) as work:
            return is_draft(work, admin.centre(), language)

    assert (draft(runtime, "nl"), draft(runtime, "en"), draft(production, "nl")) == (True, False, False)
    approve(runtime, admin)
    assert (draft(runtime, "nl"), draft(upgraded(runtime), "nl")) == (False, True)


def test_a_page_for_nobody_in_particular_may_be_in_what_some_centre_reviewed(
    runtime: Runtime, production: Runtime, admin: Actor
) -> None:
    def spoken(where: Runtime) -> tuple[str, ...]:
        with where.reading(COMMAND) as work:
            return reviewed_languages(work)

    assert (spoken(runtime), spoken(production)) == (ALL, ("en",))
    review = approve(production, admin)
    assert spoken(production) == spoken(upgraded(production)) == ("en", "nl")
    with production.writing(admin) as work:
        take_back_review(work, "nl", review, reason="A word was wrong.")
    assert spoken(production) == ("en",)


def test_all_languages_stand_in_a_fixed_order_english_first(production: Runtime, admin: Actor) -> None:
    with production.reading(admin) as work:
        assert [one.language for one in language_states(work)] == ["en", "ar", "zh-Hans", "nl", "de"]

"""A visit of which nothing can be shown is not written about; when something can be shown again, the mail goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.mail import MemoryMailer
from lrrc_qol.persistence.models import Assignment, WordingPack
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.questionnaires import set_questionnaire
from lrrc_qol.services.resend_link import resend_link
from lrrc_qol.services.wordings import change_licence
from tests.clock import FixedClock
from tests.factories import answer, assignment, make_patient, make_staff, save, take_seat
from tests.integration.jobs.conftest import Follow
from tests.statement_count import counted_statements
from tests.wording_packs import LICENCE, QLQ, approved, in_production, until

OWN = ("pain_nrs", "distress_nrs", "pe_wellbeing")


@pytest.fixture
def site(runtime: Runtime, mailer: MemoryMailer) -> Runtime:
    """A production site with mail in memory."""
    return replace(in_production(runtime), mailer=mailer)


@pytest.fixture
def coordinator(site: Runtime) -> Actor:
    return make_staff(site, role="coordinator")


@pytest.fixture
def only_licensed(site: Runtime, coordinator: Actor, nurse: Actor, mailer: MemoryMailer, clock: FixedClock) -> Follow:
    """A patient whose visits ask nothing but one licensed questionnaire; the licence ends today."""
    for instrument in OWN:
        with site.writing(coordinator) as work:
            set_questionnaire(work, instrument, visit_kinds=[], options={})
    approved(site, coordinator, licence=until(clock.now().date()))
    return Follow(site, mailer, clock, nurse, make_patient(site, nurse))


def renew(site: Runtime, coordinator: Actor) -> None:
    with site.writing(coordinator) as work:
        pack = work.session.scalars(select(WordingPack)).one()
        change_licence(work, pack.public_id, LICENCE)


def test_nobody_is_written_to_while_nothing_can_be_shown(
    only_licensed: Follow, mailer: MemoryMailer, coordinator: Actor
) -> None:
    only_licensed.clock.advance(days=1)
    only_licensed.each_morning(12)
    assert (mailer.letters, only_licensed.messages(), only_licensed.tasks()) == ([], [], [])
    renew(only_licensed.runtime, coordinator)
    only_licensed.each_morning(2)
    assert [row[:3] for row in only_licensed.outcomes()] == [("invitation", 1, "sent")]


def test_no_nurse_is_asked_to_call_about_a_visit_of_which_nothing_can_be_shown(only_licensed: Follow) -> None:
    only_licensed.clock.advance(days=1)
    only_licensed.each_morning(18)  # past the day on which a nurse would be asked, until the visit closes
    assert only_licensed.tasks() == []


def test_a_mail_that_waits_is_held_back_when_the_licence_ends(
    only_licensed: Follow, queue_only: Callable[[], None], mailer: MemoryMailer, coordinator: Actor
) -> None:
    queue_only()
    assert [row[2] for row in only_licensed.outcomes()] == ["queued"]
    only_licensed.clock.advance(days=1)
    only_licensed.tick()
    assert mailer.letters == []
    assert [row[2:] for row in only_licensed.outcomes()] == [("suppressed", "no_form")]
    renew(only_licensed.runtime, coordinator)
    only_licensed.each_morning(1)
    assert [row[2] for row in only_licensed.outcomes()] == ["suppressed", "sent"]


def test_no_link_is_sent_to_a_visit_of_which_nothing_can_be_shown(only_licensed: Follow, coordinator: Actor) -> None:
    only_licensed.clock.advance(days=1)
    with pytest.raises(InvalidInput, match="no form"), only_licensed.runtime.writing(only_licensed.nurse) as work:
        resend_link(work, only_licensed.patient)
    renew(only_licensed.runtime, coordinator)
    with only_licensed.runtime.writing(only_licensed.nurse) as work:
        assert resend_link(work, only_licensed.patient) == "Before the operation"


def test_a_started_form_is_still_reminded_of(only_licensed: Follow) -> None:
    phone = take_seat(only_licensed.runtime, only_licensed.patient)
    form = assignment(only_licensed.runtime, phone, QLQ)
    save(only_licensed.runtime, phone, form, answer("q1", 1), key="one")
    only_licensed.clock.advance(days=1)
    only_licensed.each_morning(1)
    assert [row[2] for row in only_licensed.outcomes()] == ["sent"]


def test_a_visit_without_any_questionnaire_is_not_written_about(follow: Follow, mailer: MemoryMailer) -> None:
    with follow.runtime.writing(COMMAND) as work:
        work.session.execute(delete(Assignment))
    follow.each_morning(3)
    assert (mailer.letters, follow.messages()) == ([], [])


def test_the_mail_says_how_long_what_is_asked_takes(follow: Follow, coordinator: Actor) -> None:
    follow.tick()
    assert follow.messages()[0].params["minutes"] == 5  # 1 + 0.5 + 3, rounded up; the plan's 15 count the licensed one
    approved(follow.runtime, coordinator)
    make_patient(follow.runtime, follow.nurse, hospital_number="H-2", email="h2@example.org")
    follow.tick(minutes=1)
    assert follow.messages()[-1].params["minutes"] == 15


def test_looking_for_forms_costs_the_same_statements_for_many_visits(
    site: Runtime, nurse: Actor, mailer: MemoryMailer, clock: FixedClock
) -> None:
    def cost(numbers: range) -> int:
        for number in numbers:
            make_patient(site, nurse, hospital_number=f"H-{number}", email=f"h{number}@example.org")
        follow = Follow(site, mailer, clock, nurse, "")
        mailer.down = True  # queued, not sent: each sending has statements of its own
        with counted_statements(site) as statements:
            follow.tick(minutes=1)
        return sum("FROM wording_pack" in statement for statement in statements)

    one = cost(range(1, 2))
    assert one
    assert cost(range(2, 9)) == one

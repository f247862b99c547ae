"""A whole story with marked secrets: none reaches a log, the audit trail, an address, an error or the disk."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.persistence.crypto import FieldCipher
from lrrc_qol.persistence.models import Alert, Assignment, AuditEntry, Patient, Staff, StaffSession, Task
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.clock import FixedClock
from tests.factories import PASSWORD, make_staff
from tests.integration.promises.snapshot import snapshot
from tests.integration.web.patient.visitor import Visitor, save_body
from tests.mailbox import Mailbox
from tests.staff_browser import StaffBrowser

NAME = "Quillon Featherstone"
NUMBER = "MRN-551-QUILLON"
EMAIL, NEW_EMAIL = "quillon.old@featherstone.example", "quillon.new@featherstone.example"
PHONE = "+44 7700 900321"
YEAR, WRONG_YEAR = "1947", "1951"
BORN_ON = f"{YEAR}-08-09"
WRONG_PASSWORD, NEW_PASSWORD = "wrong-canary-password", "brand-new-canary-password"
NOTE = "canary note: spoke to the daughter"
UNKNOWN_TOKEN = "canarytokenthatwasnevermadeatall"
MISTYPED = "canary.typing@elsewhere.example"
LINK, STOP = re.compile(r"/l/([A-Za-z0-9_-]{32})"), re.compile(r"/u/([A-Za-z0-9_.-]{30,})")
# The mailbox is the tests' own server, asyncio runs it.
NOT_OURS = ("mail.log", "asyncio")


@dataclass
class Story:
    """What happens, with everything that came back and every secret that was made on the way."""

    app: Flask
    runtime: Runtime
    clock: FixedClock
    mailbox: Mailbox
    nurse: StaffBrowser
    patient: Visitor
    answers: list[TestResponse] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def keep(self, answer: TestResponse) -> TestResponse:
        """Remember an answer."""
        self.answers.append(answer)
        return answer

    def tick(self, **later: float) -> None:
        """Let time pass, then let every job run; the links of the mails are secrets from now on."""
        self.clock.advance(**later)
        run_tick(self.runtime)
        for mail in self.mailbox.mails:
            texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
            self.secrets |= {*LINK.findall(str(texts)), *STOP.findall(str(mail["List-Unsubscribe"]))}

    def newest_link(self) -> str:
        """The token in the mail that came last."""
        body = self.mailbox.mails[-1].get_body(("plain",))
        assert body is not None
        return LINK.findall(body.get_content())[0]

    def public_id(self) -> str:
        """The patient's."""
        with self.runtime.reading(COMMAND) as work:
            return work.session.scalars(select(Patient.public_id)).one()

    def only(self, column: Any, *conditions: Any) -> str:
        """The first value of a column."""
        with self.runtime.reading(COMMAND) as work:
            return str(work.session.scalars(select(column).where(*conditions).order_by(column)).first())


def tell_everything(app: Flask, runtime: Runtime, clock: FixedClock, mailbox: Mailbox) -> Story:
    """The whole story from the first sign-in to a fault of the program."""
    make_staff(runtime)
    nurse, patient = StaffBrowser(app.test_client()), Visitor(app.test_client())
    story = Story(app, runtime, clock, mailbox, nurse, patient)
    sign_in_and_enrol(story)
    answer_by_link(story)
    act_on_it(story)
    go_wrong(story)
    return story


def sign_in_and_enrol(story: Story) -> None:
    """A nurse mistypes everything once, then enrols the patient."""
    nurse = story.nurse
    story.keep(nurse.sign_in(MISTYPED, WRONG_PASSWORD))
    story.keep(nurse.sign_in("nurse@north.example", WRONG_PASSWORD))
    assert nurse.sign_in("nurse@north.example").status_code == 303
    enrolment = {
        "name": NAME,
        "born_on": BORN_ON,
        "sex": "female",
        "hospital_number": NUMBER,
        "email": EMAIL,
        "phone": PHONE,
        "language": "en",
        "timezone": "Europe/London",
        "planned_surgery_on": "2026-03-20",
        "stoma": "unknown",
        "urostomy": "unknown",
    }
    assert story.keep(nurse.press("/staff/patients/new", **enrolment)).status_code == 302
    assert nurse.press("/staff/patients/new", **enrolment).status_code == 422  # the same number again
    story.mailbox.refuse = f"550 5.1.1 <{EMAIL}>: {NAME} is not known here"
    story.tick(hours=1)
    story.mailbox.refuse = None


def answer_by_link(story: Story) -> None:
    """The address is corrected, the patient gets a link, answers an alarming answer and sends a part."""
    record = f"/staff/patients/{story.public_id()}"
    assert story.nurse.sign_in("nurse@north.example").status_code == 303  # an hour went by
    assert story.keep(story.nurse.press(f"{record}/address", email=NEW_EMAIL)).status_code == 302
    story.mailbox.refuse = f"421 4.3.2 <{NEW_EMAIL}>: come back later"
    story.tick(hours=1)
    story.mailbox.refuse = None
    story.tick(hours=2)
    token, patient = story.newest_link(), story.patient
    for year in (WRONG_YEAR, "19", YEAR):
        entry = story.keep(patient.open_link(token, year=year, script=True))
    assert entry.status_code == 303
    form = f"/form/{story.only(Assignment.public_id, Assignment.instrument_id == 'pain_nrs')}"
    csrf = patient.csrf(form)
    story.keep(patient.send(f"{form}/save", save_body({"item_id": "pain_worst", "value": 9}), csrf=csrf))
    story.keep(patient.send(f"{form}/save", save_body({"item_id": NAME, "value": NUMBER}), csrf=csrf))
    story.keep(patient.client.post("/form/call-me", data={"csrf_token": csrf}))
    story.keep(patient.answer(f"{form}/item/1", answer="3"))
    story.keep(patient.client.get(f"{form}/advice"))
    story.secrets.add(_cookie(patient, "session"))
    story.keep(patient.client.post("/form/leave", data={"csrf_token": csrf}))


def act_on_it(story: Story) -> None:
    """The nurse reads, takes, writes down and closes; changes dates and password; the mails are stopped."""
    nurse, record = story.nurse, f"/staff/patients/{story.public_id()}"
    story.tick(minutes=1)  # the nurses are told by mail
    assert nurse.sign_in("nurse@north.example").status_code == 303
    alert, task = f"/staff/alerts/{story.only(Alert.public_id)}", f"/staff/tasks/{story.only(Task.public_id)}"
    for page in (record, alert, task, "/staff/", "/staff/patients"):
        assert nurse.get(page).status_code == 200, page
    story.keep(nurse.press(f"{alert}/take"))
    story.keep(nurse.press(f"{alert}/contact", reached="no", note=NOTE))
    story.keep(nurse.press(f"{alert}/close", action="advice", note=NOTE))
    story.keep(nurse.press(f"{task}/close", note=NOTE))
    dates = {"planned_surgery_on": "2026-03-25", "stoma": "yes", "urostomy": "no"}
    story.keep(nurse.press(f"{record}/dates", **dates, version="1", reason="Theatre list."))
    story.keep(nurse.press(f"{record}/send-link"))
    story.tick(minutes=5)
    passwords = {"current_password": PASSWORD, "new_password": NEW_PASSWORD, "repeated": NEW_PASSWORD}
    assert story.keep(nurse.press("/account/password", **passwords)).status_code == 303
    story.secrets |= {_cookie(nurse, "session"), _cookie(nurse, "known_browser", path="/login")}
    stop = next(iter(secret for secret in story.secrets if "." in secret and len(secret) < 60))
    story.keep(story.patient.client.post(f"/u/{stop}"))
    story.keep(nurse.press("/logout"))


def go_wrong(story: Story) -> None:
    """Every kind of refusal and a fault of the program, with secrets in the addresses and in what was sent."""
    client, csrf = story.app.test_client(), story.nurse.csrf("/login")
    for path in (
        f"/l/{UNKNOWN_TOKEN}",
        f"/u/{UNKNOWN_TOKEN}",
        f"/form/{NAME}",
        f"/{NUMBER}",
        "/staff/patients/absent",
    ):
        story.keep(client.get(path))
        story.keep(client.post(path, data={"year": YEAR, "name": NAME}))
        story.keep(story.nurse.client.post(path, data={"csrf_token": csrf, "year": YEAR}))
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object, **__: object) -> None:
            raise RuntimeError(f"{NAME} {EMAIL} {UNKNOWN_TOKEN}")

        patch.setattr("lrrc_qol.web.patient.entrance.describe_link", fail)
        assert story.keep(client.get(f"/l/{UNKNOWN_TOKEN}")).status_code == 500
        assert story.nurse.sign_in("nurse@north.example", NEW_PASSWORD).status_code == 303
        story.nurse.press(f"/staff/patients/{story.public_id()}/send-link")
        patch.setattr(FieldCipher, "open", fail)
        patch.setattr("lrrc_qol.jobs.periodic.queue_due_messages", fail)
        story.tick(minutes=1)


def _cookie(browser: Visitor | StaffBrowser, name: str, *, path: str = "/") -> str:
    cookie = browser.client.get_cookie(name, path=path)
    assert cookie is not None
    return cookie.value


def persons(story: Story) -> set[str]:
    """What names or identifies the patient, and what opens doors."""
    named = {NAME, *NAME.split(), NUMBER, EMAIL, NEW_EMAIL, PHONE, BORN_ON, NOTE, MISTYPED, UNKNOWN_TOKEN}
    return named | {PASSWORD, WRONG_PASSWORD, NEW_PASSWORD} | story.secrets


def years(text: str) -> list[str]:
    """A year of birth that stands alone."""
    return re.findall(rf"(?<![\w-])(?:{YEAR}|{WRONG_YEAR})(?![\w-])", text)


def found_in(text: str, secrets: set[str]) -> list[str]:
    """The secrets that a text holds, whatever the case."""
    low = text.casefold()
    return sorted(secret for secret in secrets if secret.casefold() in low)


def telling(texts: Iterable[str], secrets: set[str]) -> list[str]:
    """The texts that hold a secret or a year of birth."""
    return [text for text in texts if found_in(text, secrets) or years(text)]


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What our own loggers, and those of the libraries we use, wrote."""
    return [
        f"{record.name} {record.getMessage()!r} {record.exc_text or ''} {record.exc_info or ''}"
        for record in caplog.records
        if not record.name.startswith(NOT_OURS)
    ]


def audited(story: Story) -> list[str]:
    """The audit trail: what was done to what, with every detail."""
    with story.runtime.reading(COMMAND) as work:
        rows = work.session.scalars(select(AuditEntry)).all()
        return [f"{row.action} {row.subject_kind} {row.detail} {row.reason}" for row in rows]


def stored(story: Story) -> list[str]:
    """Every row but those of staff, whose names are no secret; on SQLite also the files as they lie on the disk."""
    rows = [f"{name} {row}" for name, table in snapshot(story.runtime).items() if name != "staff" for row in table]
    if story.runtime.database.is_sqlite:
        file = Path(str(story.runtime.database.url.database))
        raw = [path.read_bytes().decode("latin-1") for path in file.parent.glob(f"{file.name}*")]
        rows += [text for secret in persons(story) for text in raw if secret in text]
    return rows


def addresses(story: Story) -> list[str]:
    """Every address that a browser was sent to or could press; a link's own page must send its form to itself."""
    found = [answer.headers.get("Location", "") for answer in story.answers]
    for answer in story.answers:
        found += re.findall(r'(?:href|action|src|data-[a-z]+)="([^"]*)"', answer.text)
    own = {f"/{door}/{secret}" for door in "lu" for secret in story.secrets}
    return [address for address in found if address not in own]


def mailed(story: Story) -> list[str]:
    """Every mail as it travelled, but the one address it went to."""
    return [mail.as_string().replace(str(mail["To"]), "") for mail in story.mailbox.mails]


def test_no_secret_shows_where_it_must_not(
    app: Flask, runtime: Runtime, clock: FixedClock, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    story = tell_everything(app, runtime, clock, mailbox)
    secrets = persons(story)
    doors = {secret for secret in story.secrets if f"/{secret}" in "".join(mailed(story))}
    refusals = [answer for answer in story.answers if answer.status_code in {400, 401, 403, 404, 405, 500}]
    assert {
        "logs": telling(logged(caplog), secrets),
        "audit": telling(audited(story), secrets),
        "database": telling(stored(story), secrets),
        "addresses": telling(addresses(story), secrets),
        "refusals": telling([answer.text for answer in refusals], secrets),
        "mails": telling(mailed(story), secrets - doors),
    } == {"logs": [], "audit": [], "database": [], "addresses": [], "refusals": [], "mails": []}
    # The story really went through everything that could have told.
    assert {record.name for record in caplog.records if record.levelno == logging.ERROR} >= {
        "lrrc_qol.web.errors",
        "lrrc_qol.jobs.delivery",
        "lrrc_qol.jobs.periodic",
    }
    assert len(story.mailbox.mails) >= 3
    assert len(doors) >= 3
    assert {answer.status_code for answer in refusals} >= {400, 401, 404, 500}
    assert {line.split()[0] for line in audited(story)} >= {
        "enrolled_patient",
        "corrected_address",
        "refused_year_check",
        "entered_by_link",
        "alert_closed",
        "changed_dates",
        "changed_password",
    }


def test_passwords_and_sessions_are_stored_as_hashes(runtime: Runtime, app: Flask) -> None:
    make_staff(runtime)
    StaffBrowser(app.test_client()).sign_in("nurse@north.example")
    with runtime.reading(COMMAND) as work:
        assert all(value.startswith("$argon2id$") for value in work.session.scalars(select(Staff.password_hash)))
        assert [len(value) for value in work.session.scalars(select(StaffSession.token_hash))] == [64]

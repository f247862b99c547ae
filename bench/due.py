"""Who is due and the mails to them: cost over the enrolled with a constant number due, and one mail to each."""

from __future__ import annotations

import smtplib
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.policy import SMTP

from sqlalchemy import bindparam, func, select, update

from bench.crowd import Crowd
from bench.measure import cpu_seconds, database_use, exponent
from bench.report import Report
from bench.sink import Sink, running_sink
from bench.site import Site, temporary_site
from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.jobs.delivery import deliver_all
from lrrc_qol.jobs.tick import run_tick
from lrrc_qol.mail import Composer, Letter, MemoryMailer
from lrrc_qol.persistence.models import Message, Patient
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, SYSTEM, Actor
from lrrc_qol.services.queue_reminders import Queued, queue_due_messages
from tests.factories import make_patient, make_staff
from tests.mailbox import LOOPBACK, free_port

ENROLLED = (1_000, 10_000)
DUE = 200


def run(report: Report) -> None:
    """Measure the search at growing numbers of enrolled, then send what it found."""
    port = free_port()
    with temporary_site(SMTP_URL=f"smtp://{LOOPBACK}:{port}") as site, running_sink(port) as sink:
        nurse = make_staff(site.runtime)
        crowd = Crowd(site.runtime)
        waiting = _patient(site.runtime, nurse, "waiting")
        run_tick(_with_memory(site.runtime))
        due = _patient(site.runtime, nurse, "due")
        _give_addresses(site.runtime, [due, *crowd.copy(due, copies=DUE - 1)])
        _search(report, site.runtime, crowd, waiting)
        _delivery(report, site, sink)


def _search(report: Report, runtime: Runtime, crowd: Crowd, waiting: int) -> None:
    report.part(f"Who is due: {DUE} due among those enrolled, queued in one transaction")
    seconds: list[float] = []
    statements: list[int] = []
    for enrolled in ENROLLED:
        with runtime.reading(COMMAND) as work:
            there = work.session.scalar(select(func.count(Patient.id))) or 0
        crowd.copy(waiting, copies=enrolled - there)
        with database_use(runtime) as use:
            queued = _queue_in_vain(runtime)
        if queued.messages != DUE:
            raise RuntimeError(f"{queued.messages} mails were queued, not {DUE}")
        statements.append(use.statements)
        seconds.append(cpu_seconds(lambda: _queue_in_vain(runtime)))
        report.figure(f"{enrolled:,} enrolled", f"{seconds[-1] / seconds[0]:.2f}", f"x the time at {ENROLLED[0]:,}")
    report.figure("growth with the enrolled (exponent)", f"{exponent(ENROLLED, seconds):.2f}", "aim <= 0.15")
    report.promise("statements more at 10 x as many enrolled", statements[-1] - statements[0], at_most=0)
    report.promise(f"statements to queue {DUE} mails", statements[-1], at_most=10)


def _delivery(report: Report, site: Site, sink: Sink) -> None:
    report.part(f"Sending {DUE} mails to an SMTP server on this machine")
    runtime, now = site.runtime, site.clock.advance(minutes=1)
    with runtime.writing(SYSTEM) as work:
        queue_due_messages(work, limit=DUE + 1)
    start = time.process_time()
    with database_use(runtime) as use:
        counts = deliver_all(runtime, now, lambda: False)
    seconds = time.process_time() - start
    report.promise("mails that the server took", counts["sent"], at_least=DUE, at_most=DUE)
    report.promise("different recipients", len(sink.letters), at_least=DUE, at_most=DUE)
    report.promise("most mails to one recipient", max(sink.letters.values()), at_most=1)
    report.promise("connections", sink.connections, at_most=DUE / 100)
    report.figure("mails a connection", f"{DUE / sink.connections:.0f}")
    report.promise("commits a mail", use.commits / DUE, at_most=1.1)
    report.figure("statements a mail", f"{use.statements / DUE:.1f}")
    deliver_all(runtime, now, lambda: False)
    report.promise("mails of a second run", sum(sink.letters.values()) - DUE, at_most=0)
    with runtime.reading(COMMAND) as work:
        sent = select(func.count(Message.id)).where(Message.status == "sent", Message.sent_at == now)
        report.promise("rows that say sent", work.session.scalar(sent) or 0, at_least=DUE, at_most=DUE)
    report.figure("CPU / that of handing over alone", f"{seconds / _hand_over(site):.1f}", "both with the server's own")


def _hand_over(site: Site) -> float:
    """The CPU time of giving as many ready letters to the same server with the library alone."""
    settings = site.runtime.settings
    letter = Letter(
        kind=MessageKind.INVITATION,
        language="en",
        recipient="someone@example.org",
        sender_name="NORTH Follow-up Team",
        reply_to="team@north.example",
        link="https://qol.example.org/l/0123456789abcdef0123456789abcdef",
        message_id="<1@example.org>",
        sent_at=datetime(2026, 3, 2, tzinfo=UTC),
        unsubscribe_link="https://qol.example.org/u/0123456789abcdef0123456789abcdef",
        figures={"minutes": 10},
    )
    content = Composer(settings.mail_from).compose(letter).as_bytes(policy=SMTP)
    start = time.process_time()
    with smtplib.SMTP(settings.smtp.host, settings.smtp.port) as smtp:
        for number in range(DUE):
            smtp.sendmail(settings.mail_from, f"someone{number}@example.org", content)
    return time.process_time() - start


class _Undo(Exception):
    """Rolls a transaction back."""


def _queue_in_vain(runtime: Runtime) -> Queued:
    """Queue what is due and take it back, so that it can be queued again."""
    try:
        with runtime.writing(SYSTEM) as work:
            queued = queue_due_messages(work, limit=DUE + 1)
            raise _Undo
    except _Undo:
        return queued


def _patient(runtime: Runtime, nurse: Actor, name: str) -> int:
    public_id = make_patient(runtime, nurse, hospital_number=name, email=f"{name}@example.org")
    with runtime.reading(COMMAND) as work:
        return work.session.scalars(select(Patient.id).where(Patient.public_id == public_id)).one()


def _give_addresses(runtime: Runtime, patients: list[int]) -> None:
    """An address of their own to each of these patients."""
    with runtime.writing(COMMAND) as work:
        rows = [
            {"number": number, "sealed": work.cipher.seal(f"person{number}@example.org", field="patient.email")}
            for number in patients
        ]
        own = update(Patient.__table__).where(Patient.id == bindparam("number"))  # type: ignore[arg-type]
        work.session.connection().execute(own.values(email_sealed=bindparam("sealed")), rows)


def _with_memory(runtime: Runtime) -> Runtime:
    return replace(runtime, mailer=MemoryMailer())

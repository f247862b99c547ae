"""What the demo's nurse wrote down about some patients: calls, notes, a restricted one, a task for today."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lrrc_qol.services.care import ContactInput, log_contact_entry, set_task, write_note
from lrrc_qol.services.context import Work

CALLS = (
    ContactInput(
        "out", "patient", reached=True, note="Wound dry. Walks to the shop again. Will answer the form tonight."
    ),
    ContactInput("out", "patient", reached=False, note=""),
    ContactInput(
        "in", "relative", reached=True, note="The daughter asks when the next scan is. Told: at the clinic visit."
    ),
)
NOTES = (
    "Prefers calls after four in the afternoon.",
    "Needs the larger stoma bags; the home care nurse orders them.",
    "Reads slowly without glasses: offer the larger letters.",
)
RESTRICTED = "Worries about money since the operation and asked that this stays between us."
TASKS = ("Ask how the new stoma bags hold", "Bring up the physiotherapy place", "Ask the stoma clinic for a place")


def jot_down(work: Work, patient: str, number: int) -> None:
    """Every third patient has something written down, every ninth a restricted note, every twelfth a task for today."""
    if number % 3 == 0:
        place = number // 3 % len(CALLS)
        log_contact_entry(replace(work, now=work.now - timedelta(days=2 + place)), patient, CALLS[place])
        write_note(replace(work, now=work.now - timedelta(days=4)), patient, NOTES[place], restricted=False)
    if number % 9 == 0:
        write_note(replace(work, now=work.now - timedelta(days=3)), patient, RESTRICTED, restricted=True)
    if number % 12 == 0:
        task = TASKS[number // 12 % len(TASKS)]
        set_task(work, patient, task, work.today_in("Europe/London"))

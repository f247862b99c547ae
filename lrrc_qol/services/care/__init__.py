"""What the team writes down about a patient: contacts, notes, tasks of its own."""

from lrrc_qol.services.care.contacts import WITH_WHOM, ContactInput, log_contact_entry
from lrrc_qol.services.care.notes import OPEN_FOR, NoteView, open_note, read_note, write_note
from lrrc_qol.services.care.read import Care, read_care
from lrrc_qol.services.care.tasks import set_task

__all__ = [
    "OPEN_FOR",
    "WITH_WHOM",
    "Care",
    "ContactInput",
    "NoteView",
    "log_contact_entry",
    "open_note",
    "read_care",
    "read_note",
    "set_task",
    "write_note",
]

"""What the team writes about a patient: contacts, notes, and who opened a colleague's restricted note."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base, BigKey


class ContactEntry(Base):
    """One contact with or about a patient; rows are only ever added.

    `direction` is out (the team called) or in; `reached` is no for a call that nobody answered. `with_whom` is a code.
    """

    __tablename__ = "contact_entry"
    __table_args__ = (
        CheckConstraint("direction IN ('in','out')", name="direction"),
        CheckConstraint("with_whom IN ('patient','relative','doctor','home_care','other')", name="with_whom"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    direction: Mapped[str] = mapped_column(String(4))
    with_whom: Mapped[str] = mapped_column(String(16))
    reached: Mapped[bool]
    note_sealed: Mapped[bytes | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class PatientNote(Base):
    """A note on a patient; rows are only ever added. Others open a restricted one with a reason."""

    __tablename__ = "patient_note"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    restricted: Mapped[bool]
    note_sealed: Mapped[bytes]
    written_at: Mapped[datetime]
    written_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class NoteOpening(Base):
    """Somebody else opened a restricted note, and why; its author sees this. Rows are only ever added."""

    __tablename__ = "note_opening"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    note_id: Mapped[int] = mapped_column(BigKey, ForeignKey("patient_note.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    reason_sealed: Mapped[bytes]
    opened_at: Mapped[datetime]
    opened_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))

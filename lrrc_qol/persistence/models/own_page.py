"""What patients say on their own page: topics to talk about, and a change of the address their mails go to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lrrc_qol.persistence.models.base import Base, BigKey


class TopicList(Base):
    """What a patient would like to talk about; rows are only ever added, the newest of an episode counts.

    `codes` are topics of the pick list, `words_sealed` what was written besides; both empty: nothing any more.
    """

    __tablename__ = "topic_list"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    episode_id: Mapped[int] = mapped_column(ForeignKey("episode.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    codes: Mapped[list[str]]
    words_sealed: Mapped[bytes | None]
    told_at: Mapped[datetime]


class AddressChange(Base):
    """An address a patient typed in; mails go there only after somebody pressed the link that was sent to it.

    Somebody who reads the mail to the old address (`earlier_sealed`) can stop it. Until when it can be confirmed is
    derived.
    """

    __tablename__ = "address_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"))
    email_sealed: Mapped[bytes]
    earlier_sealed: Mapped[bytes | None]
    requested_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]

"""What a patient would like to talk about at the next visit: said on their own page, read by the nurses."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.persistence.models import Task, TopicList, Visit
from lrrc_qol.services import audit
from lrrc_qol.services.add_task import add_task
from lrrc_qol.services.context import Work
from lrrc_qol.services.patient_session import Seat

LONGEST_WORDS = 1000
TASK = "talk_topics"
FIELD = "topic_list.words"


@dataclass(frozen=True, slots=True)
class Topics:
    """The list that counts: topics by code, words of the patient's own, and when it was said (None: never)."""

    codes: tuple[str, ...] = ()
    words: str = ""
    told_at: datetime | None = None

    def __bool__(self) -> bool:
        return bool(self.codes or self.words)


def read_topics(work: Work, episode_id: int, *, centre_id: int) -> Topics:
    """What is still to be talked about; empty once a nurse has closed the task that the list made."""
    newest = work.session.scalars(
        select(TopicList)
        .where(TopicList.episode_id == episode_id, TopicList.centre_id == centre_id)
        .order_by(TopicList.id.desc())
        .limit(1)
    ).first()
    if newest is None:
        return Topics()
    done = select(func.max(Task.done_at)).where(Task.episode_id == episode_id, Task.kind == TASK)
    done_at = work.session.scalar(done)
    if done_at is not None and done_at >= newest.told_at:
        return Topics()
    words = "" if newest.words_sealed is None else work.cipher.open(newest.words_sealed, field=FIELD)
    return Topics(tuple(newest.codes), words, newest.told_at)


def say_topics(work: Work, seat: Seat, codes: Collection[str], words: str) -> bool:
    """Keep the list and leave one task for the nurses; whether anything changed. InvalidInput for what cannot be."""
    known = [entry.code for entry in work.catalogue.topics.entries]
    text = words.replace("\r\n", "\n").strip()
    if not set(codes) <= set(known):
        raise InvalidInput({"topics": "is not in the list"})
    if len(text) > LONGEST_WORDS:
        raise InvalidInput({"words": "is too long"})
    chosen = tuple(code for code in known if code in codes)
    before = read_topics(work, seat.episode_id, centre_id=seat.centre_id)
    if (before.codes, before.words) == (chosen, text):
        return False
    work.session.add(
        TopicList(
            episode_id=seat.episode_id,
            centre_id=seat.centre_id,
            codes=list(chosen),
            words_sealed=work.cipher.seal(text, field=FIELD) if text else None,
            told_at=work.now,
        )
    )
    if chosen or text:
        visit = work.session.get_one(Visit, seat.visit_id)
        add_task(work, visit, kind=TASK, due_on=work.today_in(seat.centre.timezone))
    audit.record(
        work,
        "said_topics",
        subject_kind="patient",
        subject_id=seat.patient_id,
        centre_id=seat.centre_id,
        episode_id=seat.episode_id,
    )
    return True

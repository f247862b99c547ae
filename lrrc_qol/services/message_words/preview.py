"""How proposed words will look: the mail and the short message, with the centre's name and an example of a link."""

from __future__ import annotations

from dataclasses import dataclass

from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.mail import Composer, Letter, MailRefused
from lrrc_qol.mail.short import fitted, room_left
from lrrc_qol.mail.texts import mail_texts
from lrrc_qol.mail.wording import Words, sender_shown, word_faults
from lrrc_qol.persistence.crypto import new_short_token
from lrrc_qol.persistence.models import Centre, Staff
from lrrc_qol.services.context import Work
from lrrc_qol.services.message_words.versions import stored_form

EXAMPLE_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Preview:
    """Sender, subject and plain text of the mail; the short message, empty where there is none, and the room in it."""

    sender: str
    subject: str
    text: str
    short: str
    short_room: int


def preview_words(work: Work, language: str, name: str, words: Words) -> Preview:
    """The messages as they would go out; InvalidInput with the faults by field. Nothing is kept or sent."""
    faults = word_faults(language, name, words)
    if faults:
        raise InvalidInput(faults)
    centre = work.session.get_one(Centre, work.actor.centre())
    writer = work.session.get_one(Staff, work.actor.id)
    link = f"{work.settings.base_url}/l/{new_short_token()}"
    letter = Letter(
        kind=MessageKind.TEMPLATE_TEST,
        language=language,
        recipient=writer.email,
        sender_name=centre.sender_name,
        reply_to=centre.reply_to,
        link=link,
        message_id="<preview@localhost>",
        sent_at=work.now,
        words=stored_form(words),
        figures={} if name.startswith("address") else {"minutes": EXAMPLE_MINUTES},
    )
    mail = Composer(work.settings.mail_from).compose(letter)
    body = mail.get_body(("plain",))
    sender = sender_shown(centre.sender_name, language, fallback=mail_texts()[language]["sender"])
    try:
        short = fitted(words, sender, link) if words.sms else ""
    except MailRefused as error:
        raise InvalidInput({"sms": f"Too long: {error}."}) from None
    text = str(body.get_content()) if body else ""
    return Preview(sender, words.subject, text, short, room_left(short))

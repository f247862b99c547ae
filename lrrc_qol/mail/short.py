"""Turns a letter into one short message: the name of the team, a few neutral words, the link."""

from __future__ import annotations

from lrrc_qol.mail.letter import Letter, MailRefused
from lrrc_qol.mail.neutral import check_templates
from lrrc_qol.mail.texts import mail_texts
from lrrc_qol.mail.wording import Words, sender_shown, shipped_words, words_name, words_of

# GSM 03.38 (3GPP TS 23.038): 160 of its characters fit into one message, or 70 of any other script. Characters of the
# extension table take two places.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("^{}\\[~]|€")
GSM_ROOM, UCS2_ROOM = 160, 70
_LEADING = " :：-–,.،"


def room_left(text: str) -> int:
    """How many more places one short message has for this text; negative when it needs a second one."""
    if set(text) <= GSM_BASIC | GSM_EXTENSION:
        return GSM_ROOM - len(text) - sum(sign in GSM_EXTENSION for sign in text)
    return UCS2_ROOM - len(text.encode("utf-16-be")) // 2


def short_text(letter: Letter) -> str:
    """The text of the message, always one; the sender's name is shortened to what fits.

    MailRefused when there are no words in the language or when even the link alone is too long.
    """
    texts = mail_texts().get(letter.language, {})
    if letter.words is not None:
        words = words_of(letter.words)
    else:
        name = words_name(letter.language, letter.kind.value, soft=letter.soft) if texts else ""
        if name not in texts:
            raise MailRefused(f"there is no such message in {letter.language}")
        words = shipped_words(letter.language, name)
    if not words.sms:
        raise MailRefused("there is no short message of this kind")
    return fitted(words, sender_shown(letter.sender_name, letter.language, fallback=texts["sender"]), letter.link)


def fitted(words: Words, sender: str, link: str) -> str:
    """The short message with as much of the sender's name as there is room for, cut between two words."""
    whole = sender.split()
    # Languages that write without spaces are cut between two characters.
    names = [" ".join(whole[:count]) for count in range(len(whole), 0, -1)]
    names += [] if sender.isascii() else [sender[:count] for count in range(len(sender) - 1, 1, -1)]
    for name in [*sorted(names, key=len, reverse=True), ""]:
        text = words.sms.format(sender=name, link=link).lstrip(_LEADING)
        if room_left(text) >= 0:
            return text
    raise MailRefused("the short message does not fit into one; use a shorter site address")


def check_short_messages() -> None:
    """DefinitionError while a text or template of ours is incomplete or holds a word that tells too much."""
    mail_texts()
    check_templates()

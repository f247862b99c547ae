"""Every kind of mail: one recipient, fixed subject, two parts that say the same, nothing that can be forged."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from lrrc_qol.domain.contact import MessageKind
from lrrc_qol.mail import Composer, Letter, MailRefused, forbidden_words
from lrrc_qol.mail.texts import mail_texts

LINK = "https://qol.example.org/l/AbCdEf0123456789AbCdEf0123456789"
# A test of proposed words brings its own.
SHIPPED = [kind for kind in MessageKind if kind is not MessageKind.TEMPLATE_TEST]
PATIENT_KINDS = [MessageKind.INVITATION, MessageKind.REMINDER, MessageKind.LINK_RESENT]


@pytest.fixture(scope="module")
def composer() -> Composer:
    """The composer of the site."""
    return Composer("no-reply@qol.example.org")


def letter(kind: MessageKind = MessageKind.INVITATION, **changes: Any) -> Letter:
    """A letter; override what the test is about."""
    staff = kind is MessageKind.STAFF_ALERT
    values: dict[str, Any] = {
        "kind": kind,
        "language": "en",
        "recipient": "ada@example.org",
        "sender_name": "Northgate Follow-up Team",
        "reply_to": "team@northgate.example",
        "link": LINK,
        "message_id": "<fixed@qol.example.org>",
        "sent_at": datetime(2026, 3, 2, 9, tzinfo=UTC),
        "unsubscribe_link": None if staff else "https://qol.example.org/u/abc",
        "figures": {"count": 3} if staff else {"minutes": 15},
    }
    return Letter(**values | changes)


def part(mail: EmailMessage, kind: str) -> str:
    """The text of one part."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("kind", SHIPPED)
def test_every_kind_says_nothing_about_the_person(composer: Composer, kind: MessageKind) -> None:
    mail = composer.compose(letter(kind))
    whole = "\n".join([*(f"{name}: {value}" for name, value in mail.items()), part(mail, "plain"), part(mail, "html")])
    assert forbidden_words(whole) == []


@pytest.mark.parametrize("kind", SHIPPED)
def test_both_parts_hold_the_one_link_and_the_same_words(composer: Composer, kind: MessageKind) -> None:
    mail = composer.compose(letter(kind))
    plain, html = part(mail, "plain"), part(mail, "html")
    assert plain.count("https://") == html.count("https://") == 1
    assert f"\n{LINK}\n" in plain
    assert f'href="{LINK}"' in html
    words = " ".join(plain.split())
    for sentence in ("Hello,", "Kind regards", "Northgate Follow-up Team"):
        assert sentence in words
        assert sentence in html


@pytest.mark.parametrize("kind", SHIPPED)
def test_nothing_is_loaded_from_anywhere(composer: Composer, kind: MessageKind) -> None:
    html = part(composer.compose(letter(kind)), "html").lower()
    assert not any(word in html for word in ("<img", "src=", "url(", "<style", "style=", "<script", "@import"))


def test_the_subjects_are_a_fixed_list(composer: Composer) -> None:
    assert {kind.value: composer.compose(letter(kind))["Subject"] for kind in SHIPPED} == {
        "invitation": "Your form is ready",
        "reminder": "A reminder: your form is waiting",
        "link_resent": "Your new link",
        "address_confirm": "Please confirm your e-mail address",
        "address_notice": "Your e-mail address is to be changed",
        "staff_alert": "Please sign in: new items in your list",
    }


@pytest.mark.parametrize("kind", PATIENT_KINDS)
def test_patients_learn_that_the_mailbox_is_not_watched(composer: Composer, kind: MessageKind) -> None:
    plain = " ".join(part(composer.compose(letter(kind)), "plain").split())
    assert "Nobody reads e-mails to this address at once." in plain
    assert "In an emergency, phone the emergency number." in plain
    assert "It takes about 15 minutes." in plain


def test_one_item_and_many_items_are_told_apart(composer: Composer) -> None:
    one = composer.compose(letter(MessageKind.STAFF_ALERT, figures={"count": 1}))
    many = composer.compose(letter(MessageKind.STAFF_ALERT, figures={"count": 3}))
    assert "There is 1 new urgent item in your list." in part(one, "plain")
    assert "There are 3 new urgent items in your list." in part(many, "plain")
    assert one["List-Unsubscribe"] is None


@pytest.mark.parametrize("name", ["Northgate Cancer Centre", "", " \r\n "])
def test_a_senders_name_that_tells_too_much_is_replaced(composer: Composer, name: str) -> None:
    mail = composer.compose(letter(sender_name=name))
    assert mail["From"] == "Your care team <no-reply@qol.example.org>"
    assert "Your care team" in part(mail, "plain")


def test_a_telling_reply_address_is_left_out(composer: Composer) -> None:
    assert composer.compose(letter(reply_to="stoma@northgate.example"))["Reply-To"] is None


@pytest.mark.parametrize(
    "name", ["Team\r\nBcc: evil@example.org", 'Team" <evil@example.org>', "<script>alert(1)</script>", "Ünïcode Täam"]
)
def test_a_hostile_name_adds_no_header_and_no_markup(composer: Composer, name: str) -> None:
    mail = composer.compose(letter(sender_name=name))
    head = mail.as_bytes(policy=SMTP).split(b"\r\n\r\n")[0].decode()
    assert "\r\nBcc:" not in head
    assert [address.addr_spec for address in mail["From"].addresses] == ["no-reply@qol.example.org"]
    assert "<script>" not in part(mail, "html")


@pytest.mark.parametrize(
    "address", ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "", "nobody", "a b@example.org"]
)
def test_an_address_that_is_not_one_address_is_refused(composer: Composer, address: str) -> None:
    with pytest.raises(MailRefused):
        composer.compose(letter(recipient=address))


def test_a_foreign_domain_is_written_in_ascii(composer: Composer) -> None:
    assert composer.compose(letter(recipient="ada@bücher.example"))["To"] == "ada@xn--bcher-kva.example"


def test_a_language_without_texts_gets_no_mail(composer: Composer) -> None:
    with pytest.raises(MailRefused):
        composer.compose(letter(language="xx"))


@pytest.mark.parametrize("kind", PATIENT_KINDS)
@pytest.mark.parametrize(
    ("language", "direction"), [("ar", "rtl"), ("de", "ltr"), ("en", "ltr"), ("nl", "ltr"), ("zh-Hans", "ltr")]
)
def test_a_mail_is_in_its_language_as_a_whole(
    composer: Composer, kind: MessageKind, language: str, direction: str
) -> None:
    mail = composer.compose(letter(kind, language=language))
    html = part(mail, "html")
    assert mail["Content-Language"] == language
    assert f'<html lang="{language}" dir="{direction}">' in html
    words = [str(mail["Subject"]), part(mail, "plain"), html]
    assert [text for text in words if forbidden_words(text, language)] == []
    english = mail_texts()["en"]
    sentences = [english["greeting"], english["closing"], *english[kind.value]["after"], english[kind.value]["subject"]]
    found = [line for line in sentences for text in words if line.split("{", maxsplit=1)[0] in text]
    assert found == (found if language == "en" else [])


def test_a_name_in_an_arabic_sentence_keeps_its_order(composer: Composer) -> None:
    mail = composer.compose(letter(language="ar"))
    assert "\u2068Northgate Follow-up Team\u2069" in part(mail, "plain")
    assert mail["From"] == "Northgate Follow-up Team <no-reply@qol.example.org>"


@pytest.mark.parametrize(
    ("language", "name", "sender"),
    [
        ("nl", "Team Darmkanker Noord", "Uw zorgteam"),
        ("de", "Team Tumorchirurgie", "Ihr Betreuungsteam"),
        ("ar", "فريق جراحة الأورام", "فريق الرعاية"),
        ("en", "Team Darmkanker Noord", "Team Darmkanker Noord"),
    ],
)
def test_a_name_is_judged_in_the_language_of_the_mail(
    composer: Composer, language: str, name: str, sender: str
) -> None:
    mail = composer.compose(letter(language=language, sender_name=name))
    assert mail["From"].addresses[0].display_name == sender

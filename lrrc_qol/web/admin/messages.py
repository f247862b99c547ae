"""The words of the messages to patients: what counts, a centre's own, preview, test, older versions."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from lrrc_qol.domain.errors import InvalidInput, StaleWrite
from lrrc_qol.mail.texts import SOURCE_LANGUAGE, mail_texts
from lrrc_qol.mail.wording import Words
from lrrc_qol.services.message_words.preview import Preview, preview_words
from lrrc_qol.services.message_words.versions import (
    MessageWords,
    go_back,
    list_words,
    publish_words,
    read_words,
    returned_staff_mail,
    send_test,
)
from lrrc_qol.web.admin.blueprint import blueprint
from lrrc_qol.web.guards import audience, current_actor, runtime
from lrrc_qol.web.staff_form import StaffForm

NAMES = {
    "invitation": "Invitation",
    "reminder": "Reminder",
    "invitation_soft": "Invitation, softer words",
    "reminder_soft": "Reminder, softer words",
    "link_resent": "New link",
    "address_confirm": "Confirm a new address",
    "address_notice": "Notice to the old address",
}
OVERTAKEN = "Somebody else published other words meanwhile. Yours are kept here; open the message anew to see theirs."
LONGEST_TEXT = 4000


class WordsForm(StaffForm):
    """The words of one message; a paragraph of the mail is a line here. `seen` is the version they were made from."""

    subject = StringField("Subject")
    opening = TextAreaField("First sentence", [Length(max=LONGEST_TEXT)])
    before = TextAreaField("More before the link", [Length(max=LONGEST_TEXT)])
    link_text = StringField("Words of the link")
    after = TextAreaField("After the link", [Length(max=LONGEST_TEXT)])
    sms = TextAreaField("Short message", [Length(max=LONGEST_TEXT)])
    seen = IntegerField(widget=HiddenInput())

    def words(self) -> Words:
        """What was entered, spacing put right."""
        return Words(
            subject=_line(self.subject.data),
            opening=_line(self.opening.data),
            before=_lines(self.before.data),
            link_text=_line(self.link_text.data),
            after=_lines(self.after.data),
            sms=_line(self.sms.data) if "sms" in self else "",
        )


@blueprint.get("/messages")
@audience.staff("administer")
def messages() -> ResponseReturnValue:
    """All messages in one language, and whose words count."""
    language = request.args.get("language", SOURCE_LANGUAGE)
    with runtime().reading(current_actor()) as work:
        found = list_words(work, language)
        returned = returned_staff_mail(work)
    return render_template(
        "admin/messages/list.html",
        active="admin.overview",
        language=language,
        languages=sorted(mail_texts()),
        messages=found,
        names=NAMES,
        returned=returned,
    )


@blueprint.get("/messages/<language>/<name>")
@audience.staff("administer")
def message(language: str, name: str) -> ResponseReturnValue:
    """The words that count, ready to be changed, and the versions there were."""
    with runtime().reading(current_actor()) as work:
        found = read_words(work, language, name)
    words = found.words
    form = _form(found, None)
    form.process(
        data={
            "subject": words.subject,
            "opening": words.opening,
            "before": "\n".join(words.before),
            "link_text": words.link_text,
            "after": "\n".join(words.after),
            "sms": words.sms,
            "seen": found.newest,
        }
    )
    return _page(found, form)


@blueprint.post("/messages/<language>/<name>")
@audience.staff("administer")
def change_message(language: str, name: str) -> ResponseReturnValue:
    """Show how the words will look, send them to the writer, or publish them; the button pressed decides."""
    with runtime().reading(current_actor()) as work:
        found = read_words(work, language, name)
    form = _form(found, request.form)
    preview = None
    if form.validate():
        try:
            preview = _do(form, found)
        except InvalidInput as refusal:
            form.add_faults(refusal.fields)
        except StaleWrite:
            form.add_faults({"": OVERTAKEN})
        else:
            if preview is None:
                return redirect(url_for("admin.message", language=language, name=name), 303)
    return _page(found, form, preview)


@blueprint.post("/messages/<language>/<name>/back")
@audience.staff("administer")
def back_to_message(language: str, name: str) -> ResponseReturnValue:
    """Let an older version count again."""
    version = request.form.get("version", -1, type=int)
    try:
        with runtime().writing(current_actor()) as work:
            go_back(work, language, name, version, seen=request.form.get("seen", -1, type=int))
    except InvalidInput:
        flash("These words may not go out any more: a word in them tells too much.", "warning")
    except StaleWrite:
        flash("Somebody else published other words meanwhile. Look at the versions again.", "warning")
    else:
        flash("The older words count from the next message on.", "good")
    return redirect(url_for("admin.message", language=language, name=name), 303)


def _do(form: WordsForm, found: MessageWords) -> Preview | None:
    """What the pressed button stands for; a preview when that was asked for."""
    words = form.words()
    with runtime().reading(current_actor()) as work:
        preview = preview_words(work, found.language, found.name, words)
    action = request.form.get("action")
    if action == "publish":
        with runtime().writing(current_actor()) as work:
            publish_words(work, found.language, found.name, words, seen=form.seen.data or 0)
        flash("Published. These words count from the next message on.", "good")
        return None
    if action == "test":
        with runtime().writing(current_actor()) as work:
            send_test(work, found.language, found.name, words)
        flash("The mail is on its way to your own address. Nothing was published.", "good")
    return preview


def _form(found: MessageWords, sent: MultiDict[str, str] | None) -> WordsForm:
    form = WordsForm(sent)
    if not found.words.sms:
        del form.sms
    return form


def _page(found: MessageWords, form: WordsForm, preview: Preview | None = None) -> ResponseReturnValue:
    page = render_template(
        "admin/messages/one.html",
        active="admin.overview",
        found=found,
        name=NAMES[found.name],
        form=form,
        preview=preview,
    )
    return page, 422 if form.faults() else 200


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line for part in (text or "").splitlines() if (line := _line(part)))

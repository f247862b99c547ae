"""Two pages of the patient's own: topics to talk about, and settings; and the button that stops the mails."""

from __future__ import annotations

from flask import redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from lrrc_qol.catalogue.translations import own_name
from lrrc_qol.domain.errors import InvalidInput
from lrrc_qol.services.own_settings import HOURS, Choices, change_settings, read_settings
from lrrc_qol.services.stop_reminders import stop_reminders
from lrrc_qol.services.talk_topics import LONGEST_WORDS, read_topics, say_topics
from lrrc_qol.web.guards import audience, current_seat, patient_actor, runtime
from lrrc_qol.web.languages import page_words, remember
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.own_page import only_on_own_device
from lrrc_qol.web.patient.pages import seat_page
from lrrc_qol.web.patient.save_request import small_int
from lrrc_qol.web.patient.topic_words import topic_names

KEPT_KEY = "kept"


@blueprint.get("/my/topics")
@audience.patient
def topics() -> ResponseReturnValue:
    """What the patient would like to talk about."""
    only_on_own_device()
    seat = current_seat()
    with runtime().reading(patient_actor()) as work:
        found = read_topics(work, seat.episode_id, centre_id=seat.centre_id)
    return _topics_page(set(found.codes), found.words)


@blueprint.post("/my/topics")
@audience.patient
def say_what_matters() -> ResponseReturnValue:
    """Keep the list; the nurses get a task."""
    only_on_own_device()
    codes, words = request.form.getlist("topics"), request.form.get("words", "")
    try:
        with runtime().writing(patient_actor()) as work:
            say_topics(work, current_seat(), codes, words)
    except InvalidInput:
        mistake = page_words().gettext("This is too long. Please use fewer words.")
        return _topics_page(set(codes), words, mistake=mistake), 422
    session[KEPT_KEY] = "topics"
    return redirect(url_for("patient.topics"), 303)


def _topics_page(codes: set[str], words: str, *, mistake: str = "") -> str:
    return seat_page(
        "patient/topics.html",
        names=topic_names(page_words()),
        codes=codes,
        words=words,
        longest=LONGEST_WORDS,
        mistake=mistake,
        kept=session.pop(KEPT_KEY, "") == "topics",
    )


@blueprint.get("/my/settings")
@audience.patient
def own_settings() -> ResponseReturnValue:
    """Language, size of the text, time of the mails, the way to the address, and stopping the mails."""
    only_on_own_device()
    with runtime().reading(patient_actor()) as work:
        found = read_settings(work, current_seat())
    return seat_page(
        "patient/settings.html",
        settings=found,
        hours=HOURS,
        languages=[(tag, own_name(tag)) for tag in found.languages],
        kept=session.pop(KEPT_KEY, "") == "settings",
    )


@blueprint.post("/my/settings")
@audience.patient
def keep_settings() -> ResponseReturnValue:
    """Keep them; the next page speaks and looks as chosen."""
    only_on_own_device()
    wanted = Choices(
        language=request.form.get("language", ""),
        text_size=request.form.get("text_size", ""),
        reminder_hour=small_int(request.form.get("reminder_hour", "")),
    )
    try:
        with runtime().writing(patient_actor()) as work:
            change_settings(work, current_seat(), wanted)
    except InvalidInput:  # every choice of the page is offered, so only a page that is out of date gets here
        return redirect(url_for("patient.own_settings"), 303)
    remember(wanted.language)
    session[KEPT_KEY] = "settings"
    return redirect(url_for("patient.own_settings"), 303)


@blueprint.post("/my/stop-mails")
@audience.patient
def stop_own_mails() -> ResponseReturnValue:
    """Stop the reminder mails; it is not a withdrawal."""
    only_on_own_device()
    with runtime().writing(patient_actor()) as work:
        stop_reminders(work, current_seat().patient_public_id, via="own page")
    session[KEPT_KEY] = "settings"
    return redirect(url_for("patient.own_settings"), 303)

"""The front door and the link in the mail: opening it changes nothing, the year of birth lets in."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from lrrc_qol.services.ask_for_link import ask_for_link
from lrrc_qol.services.context import ANONYMOUS_PATIENT, Work
from lrrc_qol.services.enter_by_link import Entry, LinkView, describe_link, enter_by_link
from lrrc_qol.services.patient_session import find_seat, leave
from lrrc_qol.services.staff_session import StaffIdentity, end_session
from lrrc_qol.web.guards import SEAT_KEY, audience, runtime
from lrrc_qol.web.languages import greet, page_words, remember, speak
from lrrc_qol.web.patient.blueprint import blueprint
from lrrc_qol.web.patient.pages import next_page
from lrrc_qol.web.patient.plain_words import plain_digits

EARLIEST_YEAR = 1900
YearMistake = Literal["", "empty", "not_a_year", "wrong_year"]
# An ended link looks like one that never was; a paused one asks to come back later.
NOBODY = LinkView(state="unknown", centre=None, language="en")
LINK_STATUS = {"unknown": 404, "ended": 404, "paused": 429}


@blueprint.get("/")
@audience.public
def chooser() -> ResponseReturnValue:
    """Two ways in: the link from the hospital, or the staff's sign-in."""
    greet()
    return render_template("patient/chooser.html")


@blueprint.get("/favicon.ico")
@audience.public
def icon() -> ResponseReturnValue:
    """Nothing: a browser asks for it unbidden, and an error page would cost a phone more than the form."""
    return "", 204


@blueprint.get("/l/<token>")
@audience.public
def landing(token: str) -> ResponseReturnValue:
    """Say whose link it is and ask for the year of birth; mail scanners open this too, so nothing happens here."""
    with runtime().reading(ANONYMOUS_PATIENT) as work:
        link = describe_link(work, token)
    return _link_page(link, token)


@blueprint.post("/l/<token>")
@audience.public
def enter(token: str) -> ResponseReturnValue:
    """Check the year of birth; a good one gives this browser a seat and leads to the form without the token.

    With `new_link` the page of a dead link asks for another one instead.
    """
    if "new_link" in request.form:
        return _new_link(token)
    typed = request.form.get("year", "").strip()
    year = plain_digits(typed)
    mistake = year_mistake(year, runtime().clock.now())
    if mistake:
        with runtime().reading(ANONYMOUS_PATIENT) as work:
            link = describe_link(work, token)
        return _link_page(link, token, mistake=mistake, year=typed)
    # Looked up before the transaction below, because the look-up may write in one of its own.
    staff = current_user.identity if current_user.is_authenticated else None
    with runtime().writing(ANONYMOUS_PATIENT) as work:
        entry = enter_by_link(work, token, year=year, source=request.remote_addr or "unknown")
        seat = find_seat(work, entry.session_token) if entry.ok else None
        if seat:
            _end_earlier(work, staff)
        link = describe_link(work, token)
        target = next_page(work, seat, script=bool(request.form.get("js"))) if seat else ""
    if not target:
        return _refused(entry, link, token)
    # A link of another patient replaces the seat, and with it everything this browser remembered.
    session.clear()
    session[SEAT_KEY] = entry.session_token
    remember(link.language)
    # Made here, so that the cookie is complete and no page has to send it again.
    generate_csrf()
    return redirect(target, 303)


@blueprint.get("/new-link")
@audience.public
def new_link_asked() -> ResponseReturnValue:
    """Where to look for the new link; the same for every link, so that nobody learns whose it was."""
    greet()
    return render_template("patient/new_link.html")


def _new_link(token: str) -> ResponseReturnValue:
    with runtime().writing(ANONYMOUS_PATIENT) as work:
        asked = ask_for_link(work, token, source=request.remote_addr or "unknown")
    if asked.blocked:
        return _state_page("paused", NOBODY, wait_minutes=asked.wait_minutes)
    return redirect(url_for("patient.new_link_asked"), 303)


def _end_earlier(work: Work, staff: StaffIdentity | None) -> None:
    """Sign out whoever used this browser before, on the server too: a copy of the old cookie opens nothing."""
    earlier = find_seat(work, session[SEAT_KEY]) if SEAT_KEY in session else None
    if earlier is not None:
        leave(work, earlier)
    if staff is not None:
        end_session(work, staff)


def year_mistake(year: str, now: datetime) -> YearMistake:
    """What is wrong with a typed year of birth, before it counts as a try; empty when it can be one."""
    if not year:
        return "empty"
    if not re.fullmatch(r"[0-9]{4}", year) or not EARLIEST_YEAR <= int(year) <= now.year:
        return "not_a_year"
    return ""


def _mistake_words(mistake: YearMistake) -> str:
    words = page_words()
    if mistake == "empty":
        return words.gettext("Please type the year you were born.")
    if mistake == "not_a_year":
        return words.gettext("Please type a year with four numbers, for example 1957.")
    if mistake == "wrong_year":
        return words.gettext("This year does not match the one your hospital has. Please check it and try again.")
    return ""


def _refused(entry: Entry, link: LinkView, token: str) -> ResponseReturnValue:
    if entry.reason == "paused":
        return _state_page("paused", link, wait_minutes=entry.wait_minutes)
    return _link_page(link, token, mistake="wrong_year" if entry.reason == "wrong_year" else "")


def _link_page(link: LinkView, token: str, *, mistake: YearMistake = "", year: str = "") -> ResponseReturnValue:
    if link.state in LINK_STATUS:
        return _state_page(link.state, link, wait_minutes=link.wait_minutes)
    speak(link.language, draft=link.draft_language)
    page = render_template(
        "patient/landing.html",
        centre=link.centre,
        state=link.state,
        opens_on=link.opens_on,
        token=token,
        mistake=_mistake_words(mistake),
        year=year,
    )
    return page, 422 if mistake else 200


def _state_page(state: str, link: LinkView, *, wait_minutes: int) -> ResponseReturnValue:
    gone = state in {"unknown", "ended"}
    if gone or link is NOBODY:
        greet()
    else:
        speak(link.language, draft=link.draft_language)
    page = render_template(
        "patient/link_state.html",
        state="gone" if gone else state,
        centre=None if gone else link.centre,
        wait_minutes=wait_minutes,
        asked_often=link is NOBODY and not gone,
        nurses_told=link.state == "paused",
    )
    response = make_response(page, LINK_STATUS[state])
    if state == "paused":
        response.headers["Retry-After"] = str(60 * wait_minutes)
    return response

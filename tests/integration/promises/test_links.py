"""A link in a mail: nothing happens without the year, it opens one visit of one patient, and it dies when it must."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from lrrc_qol.domain.events import EventKind
from lrrc_qol.persistence.models import Assignment, EpisodeEvent, Link, PatientSession
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND, Actor
from lrrc_qol.services.correct_address import correct_address
from lrrc_qol.services.record_event import record_event, revoke_event
from tests.clock import FixedClock
from tests.factories import answers_for, make_link, make_patient, make_staff, set_dates
from tests.integration.promises.snapshot import changes, snapshot
from tests.integration.web.patient.visitor import CSRF, Visitor, save_body
from tests.patient_links import stored
from tests.staff_browser import signed_in

ADA, BEA = "1958", "1949"
PAIN = {"item_id": "pain_worst", "value": 2}
BEA_BORN = date(1949, 5, 6)
SCANNERS = (
    {"User-Agent": "Mozilla/5.0 (compatible; SafeLinks)"},
    {"Purpose": "prefetch", "Sec-Purpose": "prefetch"},
    {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"},
)
ENDINGS = ("death", "withdrawal_new_data", "withdrawal_all", "address")


@pytest.fixture
def nurse(runtime: Runtime) -> Actor:
    """A nurse of the centre NORTH."""
    return make_staff(runtime)


@pytest.fixture
def ada(runtime: Runtime, nurse: Actor) -> str:
    """A patient two days after going home: baseline is over, the check-in is open."""
    return in_follow_up(runtime, nurse)


def in_follow_up(runtime: Runtime, nurse: Actor, **changed: object) -> str:
    """A patient two days after going home."""
    patient = make_patient(runtime, nurse, planned_surgery_on=None, **changed)
    home = runtime.clock.now().date() - timedelta(days=2)
    set_dates(runtime, nurse, patient, surgery_on=home - timedelta(days=12), discharged_on=home)
    return patient


def forms(runtime: Runtime, patient_link: str) -> list[str]:
    """The public ids of the questionnaires that a link's visit holds, by any other way than the link."""
    with runtime.reading(COMMAND) as work:
        links = work.session.scalars(select(Link).order_by(Link.id)).all()
        visit = links[-1].visit_id if patient_link == "newest" else links[0].visit_id
        return list(work.session.scalars(select(Assignment.public_id).where(Assignment.visit_id == visit)))


def test_opening_pressing_and_scanning_without_the_year_change_nothing(app: Flask, runtime: Runtime, ada: str) -> None:
    link = make_link(runtime, ada, "CHK-D002")
    before = snapshot(runtime)
    for headers in SCANNERS:
        scanner = app.test_client()
        for method in ("GET", "HEAD", "OPTIONS", "GET"):
            assert scanner.open(f"/l/{link}", method=method, headers=headers).status_code == 200
        token = CSRF.search(scanner.get(f"/l/{link}").text)
        assert token is not None
        for fields in (
            {},
            {"year": ""},
            {"year": " "},
            {"year": "58"},
            {"year": "abcd"},
            {"js": "1"},
            {"year": "1958 OR 1"},
        ):
            answer = scanner.post(f"/l/{link}", data=fields | {"csrf_token": token[1]}, headers=headers)
            assert answer.status_code == 422, fields
        assert (
            scanner.post(f"/l/{link}", data={"year": ADA}, headers=headers).status_code == 400
        )  # no token of the page
        assert scanner.get("/form").status_code == 401
    assert changes(before, snapshot(runtime)) == []
    assert Visitor(app.test_client()).open_link(link).status_code == 303


def test_before_the_year_the_page_knows_nobody(app: Flask, runtime: Runtime, nurse: Actor) -> None:
    links = [
        make_link(runtime, in_follow_up(runtime, nurse, name=name, hospital_number=name), "CHK-D002")
        for name in ("Quillon Featherstone", "Zephyrine Oakapple")
    ]
    pages = [app.test_client().get(f"/l/{link}").text.replace(link, "") for link in links]
    assert [word for word in ("Quillon", "Featherstone", "Zephyrine", "1958") if word in pages[0] + pages[1]] == []
    assert CSRF.sub("", pages[0]) == CSRF.sub("", pages[1])


def test_a_second_patients_link_replaces_the_first_and_never_joins_it(
    app: Flask, runtime: Runtime, nurse: Actor, ada: str
) -> None:
    bea = in_follow_up(runtime, nurse, name="Bea Other", hospital_number="H-2", born_on=BEA_BORN)
    browser, stale = Visitor(app.test_client()), app.test_client()
    first = browser.enter(make_link(runtime, ada, "CHK-D002"))
    csrf = browser.csrf(first)
    old_cookie = browser.client.get_cookie("session")
    assert browser.send(f"{first}/save", save_body(PAIN), csrf=csrf).status_code == 200
    second = make_link(runtime, bea, "CHK-D002")
    assert "Ada" not in browser.client.get(f"/l/{second}").text
    assert browser.open_link(second, year=BEA, script=True).status_code == 303
    page = browser.client.get("/form", follow_redirects=True).text
    assert ("Bea" in page, "Ada" in page) == (True, False)
    # The tab of the first patient is still open: what it sends is refused and lands nowhere.
    assert browser.send(f"{first}/save", save_body(PAIN, key="from-the-old-tab"), csrf=csrf).status_code in {400, 404}
    fresh = browser.csrf(f"/form/{forms(runtime, 'newest')[0]}")
    assert browser.send(f"{first}/save", save_body(PAIN, key="from-the-old-tab"), csrf=fresh).status_code == 404
    assert browser.client.get(first).status_code == 404
    assert stored(runtime) == [("pain_worst", "value", 2)]
    # And the cookie that the browser held before opens nothing any more.
    assert old_cookie is not None
    stale.set_cookie("session", old_cookie.value)
    assert stale.get(first).status_code == 401


def test_a_link_signs_staff_out_of_this_browser_for_good(app: Flask, runtime: Runtime, nurse: Actor, ada: str) -> None:
    browser = signed_in(app, "nurse@north.example")
    cookie = browser.client.get_cookie("session")
    assert Visitor(browser.client).open_link(make_link(runtime, ada, "CHK-D002")).status_code == 303
    assert browser.get("/staff/").status_code == 302
    copy = app.test_client()
    assert cookie is not None
    copy.set_cookie("session", cookie.value)
    assert copy.get("/staff/").status_code == 302


def test_a_link_of_one_visit_opens_no_other(app: Flask, runtime: Runtime, nurse: Actor, clock: FixedClock) -> None:
    patient = in_follow_up(runtime, nurse)
    make_link(runtime, patient, "M1")
    browser = Visitor(app.test_client())
    own = browser.enter(make_link(runtime, patient, "CHK-D002"))
    csrf = browser.csrf(own)
    other = forms(runtime, "first")
    assert other
    assert f"/form/{other[0]}" != own
    for form in other:
        for path in ("", "/item/1", "/review", "/advice"):
            assert browser.client.get(f"/form/{form}{path}").status_code in {303, 404}, path
        assert browser.client.get(f"/form/{form}").status_code == 404
        assert browser.send(f"/form/{form}/save", save_body(PAIN), csrf=csrf).status_code == 404
        assert (
            browser.send(f"/form/{form}/submit", {"key": "not-mine-at-all", "version": 0}, csrf=csrf).status_code == 404
        )
        answer = browser.client.post(f"/form/{form}/item/1", data={"answer": "1", "csrf_token": csrf})
        assert answer.status_code == 404
    assert stored(runtime) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_ends_taking_part_ends_every_door_at_once_and_for_good(
    app: Flask, runtime: Runtime, nurse: Actor, ada: str, ending: str
) -> None:
    links = [make_link(runtime, ada, "CHK-D002") for _ in range(2)]
    browser = Visitor(app.test_client())
    form = browser.enter(links[0])
    csrf = browser.csrf(form)
    end(runtime, nurse, ada, ending)
    assert_every_door_is_shut(app, browser, links, form=form, csrf=csrf)
    take_back(runtime, nurse, ada)
    assert_every_door_is_shut(app, browser, links, form=form, csrf=csrf)
    assert stored(runtime) == []


def assert_every_door_is_shut(app: Flask, browser: Visitor, links: list[str], *, form: str, csrf: str) -> None:
    """No link opens and no open page saves; an ended link looks like one that never was."""
    never = app.test_client().get(f"/l/{'x' * 32}")
    for link in links:
        gone = app.test_client().get(f"/l/{link}")
        assert (gone.status_code, CSRF.sub("", gone.text)) == (404, CSRF.sub("", never.text))
    refused = browser.send(f"{form}/save", save_body(PAIN), csrf=csrf)
    assert (refused.status_code, (refused.json or {}).get("error")) in {(401, "session_ended"), (400, "csrf")}
    assert browser.client.get(form).status_code == 401


def take_back(runtime: Runtime, nurse: Actor, patient: str) -> None:
    """Every event of the patient was a mistake."""
    with runtime.writing(nurse) as work:
        for event in work.session.scalars(select(EpisodeEvent.public_id)).all():
            revoke_event(work, patient, event, reason="By mistake.")


def end(runtime: Runtime, nurse: Actor, patient: str, ending: str) -> None:
    """Let happen what ends a patient's links."""
    with runtime.writing(nurse) as work:
        if ending == "address":
            correct_address(work, patient, "elsewhere@example.org")
        else:
            record_event(
                work,
                patient,
                kind=EventKind(ending),
                happened_on=runtime.clock.now().date(),
                detail=answers_for(runtime, EventKind(ending)),
            )


def test_after_sending_the_link_thanks_and_the_session_soon_ends(
    app: Flask, runtime: Runtime, ada: str, clock: FixedClock
) -> None:
    link = make_link(runtime, ada, "CHK-D002")
    browser, tablet = Visitor(app.test_client()), Visitor(app.test_client())
    form = browser.enter(link)
    assert tablet.enter(link) == form
    csrf, other = browser.csrf(form), tablet.csrf(form)
    browser.send(f"{form}/save", save_body(PAIN), csrf=csrf)
    sent = browser.send(f"{form}/submit", {"key": "send-it-off", "version": 1}, csrf=csrf)
    assert (sent.status_code, "storage" in sent.headers["Clear-Site-Data"]) == (200, True)
    assert tablet.send(f"{form}/save", save_body(PAIN, key="too-late-now"), csrf=other).status_code == 409
    again = Visitor(app.test_client())
    assert again.client.get(f"/l/{link}").status_code == 200
    assert again.enter(link) != form  # another one is due
    assert again.client.get(form).status_code == 404
    assert browser.client.get(form).status_code == 303  # the thanks; no answer is shown again
    clock.advance(minutes=11)
    assert [each.client.get("/form/thanks").status_code for each in (browser, tablet)] == [401, 401]
    assert browser.send(f"{form}/save", save_body(PAIN, key="much-too-late"), csrf=csrf).status_code == 401


def test_five_wrong_years_pause_every_link_whoever_asks(
    app: Flask, runtime: Runtime, ada: str, clock: FixedClock
) -> None:
    links = [make_link(runtime, ada, "CHK-D002") for _ in range(5)]
    for number, link in enumerate(links):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        assert Visitor(client).open_link(link, year="1950").status_code == (429 if number == 4 else 422)
    fresh = make_link(runtime, ada, "CHK-D002")
    paused = app.test_client().get(f"/l/{fresh}")
    assert (paused.status_code, paused.headers["Retry-After"]) == (429, "1800")
    clock.advance(minutes=31)
    assert Visitor(app.test_client()).open_link(fresh).status_code == 303


def test_tokens_are_long_random_and_stored_as_hashes_only(runtime: Runtime, ada: str) -> None:
    tokens = {make_link(runtime, ada, "CHK-D002") for _ in range(20)}
    assert (len(tokens), {len(token) for token in tokens}) == (20, {32})
    kept = "".join(row for table in ("link", "patient_session") for row in snapshot(runtime)[table])
    assert not [token for token in tokens if token in kept]
    assert PatientSession.__table__.c.token_hash.unique

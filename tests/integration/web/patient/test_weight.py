"""What a page weighs on its first load, for browsers of either compression, counted in bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from lrrc_qol.persistence.models import Assignment, PatientSession, Visit
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import COMMAND
from tests.integration.web.patient.visitor import Visitor
from tests.patient_links import baseline_link, check_in_link

LIMIT = 15 * 1024
SCRIPT_LIMIT = 10 * 1024
ASSETS_KEPT = 4 * 1024
RETURN_VISIT = 5_000 + 500  # the page holds two questionnaires; `bench session` holds 5,000 with one
LANGUAGES = ("ar", "de", "en", "nl", "zh-Hans")
LONGEST = (("qlq_c30", "qlq_cr29"), ("fact_c",), ("lrrc_qol",), ("fact_c", "lrrc_qol"))
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make_link", [baseline_link, check_in_link])
def test_a_form_and_its_assets_stay_within_the_limit(
    client: FlaskClient, runtime: Runtime, make_link: Callable[..., str], language: str
) -> None:
    """As a phone asks over https, where every browser takes brotli, and with the script that reads aloud."""
    form = Visitor(client).enter(make_link(runtime, language=language))
    assert weigh(client, form, "br", aloud=True) == []


@pytest.mark.parametrize("make_link", [baseline_link, check_in_link])
def test_the_same_for_a_browser_that_takes_gzip_only(
    client: FlaskClient, runtime: Runtime, make_link: Callable[..., str]
) -> None:
    form = Visitor(client).enter(make_link(runtime))
    assert weigh(client, form, "gzip") == []


@pytest.mark.parametrize("instruments", LONGEST, ids="+".join)
@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_the_longest_questionnaires_stay_within_the_limit(
    client: FlaskClient, runtime: Runtime, instruments: tuple[str, ...], encoding: str
) -> None:
    """Stand-in text, which is there in English only; the others wait for a centre's words."""
    link = baseline_link(runtime)
    ask(runtime, instruments)
    form = Visitor(client).enter(link)
    assert client.get(form).text.count('class="unit"') == len(instruments)
    assert weigh(client, form, encoding) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_without_its_assets_is_small(client: FlaskClient, runtime: Runtime, language: str) -> None:
    form = Visitor(client).enter(baseline_link(runtime, language=language))
    packed = {"Accept-Encoding": "gzip"}
    paths = [f"{form}/item/1", f"{form}/review", "/form", "/form/call-me"]
    assert {path: size for path in paths if (size := len(client.get(path, headers=packed).data)) > ASSETS_KEPT} == {}


def test_a_return_visit_is_light_with_its_headers(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    packed = {"Accept-Encoding": "br"}
    landing = client.get(f"/l/{token}", headers=packed)
    entered = Visitor(client).open_link(token, script=True)
    form = client.get(entered.headers["Location"], headers=packed)
    assert sum(len(answer.data) + len(str(answer.headers)) for answer in (landing, entered, form)) <= RETURN_VISIT
    assert "Set-Cookie" not in form.headers


def test_a_scanner_that_opens_the_link_a_hundred_times_changes_nothing(client: FlaskClient, runtime: Runtime) -> None:
    token = baseline_link(runtime)
    for _ in range(50):
        assert client.get(f"/l/{token}").status_code == client.head(f"/l/{token}").status_code == 200
    with runtime.reading(COMMAND) as work:
        assert work.session.scalars(select(PatientSession)).all() == []
    assert Visitor(client).enter(token)


def ask(runtime: Runtime, instruments: Sequence[str]) -> None:
    """Let the visit before the operation consist of these questionnaires."""
    with runtime.writing(COMMAND) as work:
        visit = work.session.scalars(select(Visit.id).where(Visit.key == "BL1")).one()
        parts = work.session.scalars(
            select(Assignment).where(Assignment.visit_id == visit).order_by(Assignment.position)
        )
        kept = list(parts)[: len(instruments)]
        others = delete(Assignment).where(Assignment.visit_id == visit, Assignment.id.not_in([one.id for one in kept]))
        work.session.execute(others.execution_options(synchronize_session=False))
        for place, part in enumerate(kept):
            part.instrument_id = f"moving-{place}"
        work.session.flush()
        for part, instrument in zip(kept, instruments, strict=True):
            part.instrument_id, part.instrument_version = instrument, runtime.catalogue.instrument(instrument).version


def weigh(client: FlaskClient, form: str, encoding: str, *, aloud: bool = False) -> list[str]:
    """What is too heavy about the page of a form: as a first load, with its assets kept, in its scripts.

    `aloud`: on a device that has a voice, which loads one more script.
    """
    paths = [form, *ASSET.findall(client.get(form).text)]
    if aloud:
        paths.append(paths[-1].replace("patient", "aloud"))
    answers = [client.get(path, headers={"Accept-Encoding": encoding}) for path in paths]
    assert [answer.headers.get("Content-Encoding") for answer in answers] == [encoding] * (3 + aloud)
    page, style, *scripts = (len(answer.data) for answer in answers)
    figures = {"first load": (page + style + sum(scripts), LIMIT), "assets kept": (page, ASSETS_KEPT)}
    figures["scripts"] = (sum(scripts), SCRIPT_LIMIT)
    return [f"{name}: {size} of {limit}" for name, (size, limit) in figures.items() if size > limit]

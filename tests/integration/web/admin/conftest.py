"""A coordinator and an administrator with browsers, and the words of a licensed questionnaire as a file."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from lrrc_qol.domain.instrument import Instrument
from lrrc_qol.runtime import Runtime
from lrrc_qol.services.context import Actor
from tests.factories import make_staff
from tests.redcap_dictionary import dictionary
from tests.staff_browser import StaffBrowser, signed_in
from tests.wording_packs import QLQ

IMPORT = "/admin/wordings/import"


@dataclass
class Desk:
    """Somebody who manages wording: the person and the browser."""

    actor: Actor
    browser: StaffBrowser

    def upload(
        self, raw: bytes, name: str = "words.csv", *, second: bytes | None = None, **fields: Any
    ) -> TestResponse:
        """Fill in the import form with this file; the answer, not followed."""
        form = {
            "instrument": "qlq_c30@3.0",
            "language": "de",
            "format": "",
            "licence_holder": "Holder",
            "licence_reference": "Consent 17",
            "permitted_modes": ["own_phone", "paper"],
            "expires_on": "",
            "file": file_part(raw, name),
        }
        if second is not None:
            form["more_files"] = file_part(second, "values.json")
        return self.send(IMPORT, **form | fields)

    def send(self, path: str, **fields: Any) -> TestResponse:
        """Send a form with files to any address; the answer, not followed."""
        return send_files(self.browser, path, **fields)


def file_part(raw: bytes, name: str) -> FileStorage:
    """A file as a field of a form."""
    return FileStorage(io.BytesIO(raw), filename=name)


def send_files(browser: StaffBrowser, path: str, **fields: Any) -> TestResponse:
    """Send a form with files and a good CSRF token; the body is made in memory, whatever its size."""
    csrf = browser.csrf(browser.token_page)
    boundary, body = encode_multipart(MultiDict({"csrf_token": csrf} | fields))
    return browser.client.post(path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


@pytest.fixture
def desk(app: Flask, runtime: Runtime) -> Desk:
    """A coordinator of the centre NORTH."""
    actor = make_staff(runtime, role="coordinator")
    return Desk(actor, signed_in(app, "coordinator@north.example"))


@pytest.fixture
def qlq(runtime: Runtime) -> Instrument:
    """The licensed questionnaire that the follow-up plan asks."""
    return runtime.catalogue.instrument(QLQ)


@pytest.fixture
def words(qlq: Instrument) -> bytes:
    """Its words as a REDCap dictionary."""
    return dictionary(qlq)

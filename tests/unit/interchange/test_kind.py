"""The kind of an uploaded file is found out from its first bytes."""

from __future__ import annotations

import pytest

from lrrc_qol.interchange.kind import find_kind


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b'{"resourceType": "Questionnaire"}', "fhir"),
        (b'\xef\xbb\xbf\r\n  [{"a": 1}]', "fhir"),
        (b"<Questionnaire xmlns='http://hl7.org/fhir'/>", "fhir"),
        (b'"Variable / Field Name","Form Name","Section Header","Field Type","Field Label"\n', "redcap"),
        (b"field_name,form_name,section_header,field_type,field_label\n", "redcap"),
        (b"PK\x03\x04anything", "redcap"),
        (b"key,number,topic,text,help,code,label\n", "csv"),
        (b"\xff\xfe\x00", "csv"),
        (b"", "csv"),
    ],
)
def test_kinds(raw: bytes, kind: str) -> None:
    assert find_kind(raw) == kind

"""What a phone has no use for is not sent to it: indentation, and the text of a redirect that nobody reads."""

from __future__ import annotations

import re

from flask import Response

from lrrc_qol.web.patient.blueprint import blueprint

INDENT = re.compile(rb"\s*\n\s*")
# Where a line break is part of what somebody wrote, the page stays as it is.
AS_WRITTEN = (b"<textarea", b"<pre")


@blueprint.after_request
def make_lean(response: Response) -> Response:
    """Take out what costs bytes and shows nothing."""
    if response.status_code == 303:
        response.set_data(b"")
    elif response.mimetype == "text/html":
        page = response.get_data()
        if not any(tag in page for tag in AS_WRITTEN):
            response.set_data(INDENT.sub(b"\n", page))
    return response

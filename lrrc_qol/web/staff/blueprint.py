"""The blueprint that all staff pages hang on."""

from __future__ import annotations

from flask import Blueprint

from lrrc_qol.web.staff_frame import install_frame

blueprint = Blueprint("staff", __name__, url_prefix="/staff")
install_frame(blueprint)

"""The blueprint of the administrator's page."""

from __future__ import annotations

from flask import Blueprint

from lrrc_qol.web.staff_frame import install_frame

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
install_frame(blueprint)

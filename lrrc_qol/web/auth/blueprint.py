"""The blueprint of sign-in, sign-out and one's own password."""

from __future__ import annotations

from flask import Blueprint

from lrrc_qol.web.staff_frame import install_frame

blueprint = Blueprint("auth", __name__)
install_frame(blueprint)

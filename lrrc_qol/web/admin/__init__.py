"""The administrator's page: the centre, its staff, the jobs, the definitions in use."""

from lrrc_qol.web.admin import overview
from lrrc_qol.web.admin.blueprint import blueprint

__all__ = ["blueprint", "overview"]

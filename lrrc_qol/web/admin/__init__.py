"""The administrator's page: the centre, its staff, the jobs, the definitions in use, the languages."""

from lrrc_qol.web.admin import languages, overview
from lrrc_qol.web.admin.blueprint import blueprint

__all__ = ["blueprint", "languages", "overview"]

"""Files to be printed: a template of this folder and plain data become a PDF. Only this package knows Typst."""

from lrrc_qol.paper.typeset import NotSet, typeset

__all__ = ["NotSet", "typeset"]

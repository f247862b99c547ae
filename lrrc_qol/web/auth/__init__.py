"""Sign-in, sign-out, own password, and who the signed-in person is."""

from lrrc_qol.web.auth import account, sign_in
from lrrc_qol.web.auth.blueprint import blueprint
from lrrc_qol.web.auth.signed_in import install

__all__ = ["account", "blueprint", "install", "sign_in"]

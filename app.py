"""The WSGI application; `flask` finds it here unaided and servers use `app:app`."""

from lrrc_qol.factory import create_app

app = create_app()

"""The app, made at the first import: processes that are forked later share it."""

from shop import create_app

app = create_app()

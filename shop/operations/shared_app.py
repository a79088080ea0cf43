"""The app, made at the first import: processes that are forked later share it."""

from shop.loading import load

app = load("shop.app").create_app()

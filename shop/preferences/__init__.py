from flask import Flask

from shop.preferences.kept import Choices


def init_app(app: Flask) -> None:
    choices = Choices()
    app.extensions["choices"] = choices
    app.context_processor(lambda: {"legal_pages": choices.legal_pages})
